"""What the repositories of entities with a unique name do alike."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any, ClassVar, TypeVar

import asyncpg
from sqlalchemy import Select, Text, any_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from gql_api.errors import AlreadyExistsError, Kind
from gql_api.failures import violated
from gql_api.models import NamedRow
from gql_api.repositories.arrays import by_column, rows, texts
from gql_api.repositories.base import FilterT, Lock, Repository, differing, locked
from gql_api.shapes.base import NamedEntity
from gql_api.shapes.text import fold, text_key

ATTEMPTS = 5
"""How often a name may be found taken by a row that is gone when it is looked at."""

NamedRowT = TypeVar("NamedRowT", bound=NamedRow)
NamedEntityT = TypeVar("NamedEntityT", bound=NamedEntity)


class NamedRepository(Repository[NamedRowT, NamedEntityT, FilterT]):
    """Named queries over one entity that is known by its name."""

    kind: ClassVar[Kind]
    unique_name: ClassVar[str]
    """The constraint that keeps names unique."""

    async def by_names(self, names: Collection[str], lock: Lock | None = None) -> dict[str, NamedEntityT]:
        """Return those of these names by text key, without regard to case, with one statement."""
        found = await self._shapes(self._by_keys, [text_key(name) for name in names], lock)
        return {text_key(each.name): each for each in found}

    async def _add_named(self, values: Mapping[str, Any]) -> NamedEntityT:
        """Add a row, or raise AlreadyExistsError with the one that has the name."""
        return await self._named(values["name"], lambda: self._add(values))

    async def _add_absent(self, many: Sequence[Mapping[str, Any]]) -> dict[str, NamedEntityT]:
        """Add those rows whose names nobody has, with one statement, and return them by text key.

        Whoever adds a name makes others who want it wait. All add in the order of keys, so none wait in a circle.
        """
        in_order = sorted((self._with_keys(values) for values in many), key=itemgetter("name_key"))
        added = await self._shapes(self._added_absent, by_column(in_order))
        return {text_key(each.name): each for each in added}

    async def _update_named(self, current: NamedEntityT, changes: Mapping[str, Any]) -> NamedEntityT:
        """Change a locked row, or raise AlreadyExistsError with the one that has the name."""
        values = differing(current, changes)
        if not values:
            return current
        return await self._named(values.get("name", current.name), lambda: self._update(current, values))

    async def _named(self, name: str, write: Callable[[], Awaitable[NamedEntityT]]) -> NamedEntityT:
        """Write inside a savepoint, so that the transaction can still read who has the name."""
        for _ in range(ATTEMPTS):
            try:
                async with self._session.savepoint():
                    return await write()
            except asyncpg.IntegrityConstraintViolationError as error:
                if violated(error) != self.unique_name:
                    raise
                if existing := (await self.by_names([name])).get(text_key(name)):
                    raise AlreadyExistsError(self.kind, existing, "name") from error
        raise RuntimeError(f"The name of a {self.kind} was taken and free again {ATTEMPTS} times")

    @classmethod
    def _derive(cls, values: dict[str, Any]) -> None:
        if "name" in values:
            values["name_key"] = fold(values["name"])

    @classmethod
    def _by_keys(cls, keys: Collection[str], lock: Lock | None) -> Select[Any]:
        return locked(cls._select().where(cls.model.name_key == any_(texts(keys))), lock)

    @classmethod
    def _added_absent(cls, columns: Mapping[str, Sequence[Any]]) -> ReturningInsert[Any]:
        new = rows(columns, dict.fromkeys(columns, Text()))
        chosen = select(*(new.c[name] for name in columns)).order_by(new.c.place)
        statement = insert(cls._table()).from_select(list(columns), chosen)
        return statement.on_conflict_do_nothing(constraint=cls.unique_name).returning(*cls._columns)
