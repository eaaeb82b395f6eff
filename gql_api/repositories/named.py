"""What the repositories of entities with a unique name do alike."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any, ClassVar, TypeVar

from sqlalchemy import ARRAY, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from gql_api.errors import AlreadyExistsError, Kind
from gql_api.failures import constraint_name
from gql_api.models import NamedRow
from gql_api.repositories.arrays import texts
from gql_api.repositories.base import FilterT, Lock, Repository, differing, key_of, locked
from gql_api.shapes.base import NamedEntity
from gql_api.shapes.text import text_key

ATTEMPTS = 5
"""How often a name may be found taken by a row that is gone when it is looked at."""

NamedRowT = TypeVar("NamedRowT", bound=NamedRow)
NamedEntityT = TypeVar("NamedEntityT", bound=NamedEntity)


class NamedRepository(Repository[NamedRowT, NamedEntityT, FilterT]):
    """Named queries over one entity that is known by its name."""

    kind: ClassVar[Kind]
    unique_name: ClassVar[str]
    """The constraint that keeps names unique."""
    derived = {"name": {"name_key": key_of}}  # noqa: RUF012 - a ClassVar by its declaration in the base

    async def by_names(self, names: Collection[str], lock: Lock | None = None) -> dict[str, NamedEntityT]:
        """Return those of these names by text key, without regard to case, with one statement."""
        keys = [text_key(name) for name in names]
        statement = self._select().where(self.model.name_key == any_(literal(keys, ARRAY(Text))))
        found = await self._fetch(locked(statement, lock))
        return {text_key(each.name): each for each in found}

    async def _add_named(self, values: Mapping[str, Any]) -> NamedEntityT:
        """Add a row, or raise AlreadyExistsError with the one that has the name."""
        return await self._named(values["name"], lambda: self._add(values))

    async def _add_absent(self, many: Sequence[Mapping[str, Any]]) -> dict[str, NamedEntityT]:
        """Add those rows whose names nobody has, with one statement, and return them by text key.

        Whoever adds a name makes others who want it wait. All add in the order of keys, so none wait in a circle.
        """
        rows = sorted((self._with_keys(values) for values in many), key=itemgetter("name_key"))
        statement = insert(self._table).from_select(list(rows[0]), select(texts(rows)))
        added = await self._session.execute(
            statement.on_conflict_do_nothing(constraint=self.unique_name).returning(*self._columns)
        )
        return {text_key(each.name): each for each in map(self._shape, added)}

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
                async with self._session.begin_nested():
                    return await write()
            except IntegrityError as error:
                if constraint_name(error) != self.unique_name:
                    raise
                if existing := (await self.by_names([name])).get(text_key(name)):
                    raise AlreadyExistsError(self.kind, existing, "name") from error
        raise RuntimeError(f"The name of a {self.kind} was taken and free again {ATTEMPTS} times")
