"""What the repositories of all entities do alike.

Reads select columns, not entities, and turn rows into shapes. Writes go through SQLAlchemy's unit of work, one entity
at a time: an UPDATE is sent only when a value truly differs. Everything is flushed here; nothing is committed here.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import ARRAY, BigInteger, Select, any_, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from gql_api.models import Row
from gql_api.shapes.base import Entity
from gql_api.shapes.text import text_key

RowT = TypeVar("RowT", bound=Row)
EntityT = TypeVar("EntityT", bound=Entity)


class Repository(Generic[RowT, EntityT]):
    """Named queries over one entity, in the session's transaction."""

    model: type[RowT]
    shape: type[EntityT]
    text_keys: ClassVar[Mapping[str, str]] = {}
    """Which column keeps the key of which text column."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, id: int, *, lock: bool = False) -> EntityT | None:
        """Return the row, or None. With `lock` nobody else changes or deletes it before this transaction ends,
        and none that refers to it is added; and the values are the latest, whoever committed them.
        """
        if lock:
            entity = await self._session.get(self.model, id, with_for_update=True, populate_existing=True)
            return None if entity is None else self._shape(entity)
        return (await self.get_many([id])).get(id)

    async def get_many(self, ids: Collection[int]) -> dict[int, EntityT]:
        """Return the rows that exist, by id, with one statement however many ids there are."""
        wanted = self.model.id == any_(cast(list(ids), ARRAY(BigInteger)))
        return {shape.id: shape for shape in await self._fetch(self._select().where(wanted))}

    async def _add(self, values: Mapping[str, Any]) -> EntityT:
        entity = self.model(**self._with_keys(values))
        self._session.add(entity)
        await self._session.flush()
        return self._shape(entity)

    async def _update(self, id: int, changes: Mapping[str, Any]) -> EntityT:
        """Change the row. Where nothing differs nothing is sent, and version and updated_at stay."""
        entity = await self._session.get_one(self.model, id)
        for name, value in self._with_keys(changes).items():
            setattr(entity, name, value)
        await self._session.flush()
        return self._shape(entity)

    async def delete(self, id: int) -> None:
        await self._session.delete(await self._session.get_one(self.model, id))
        await self._session.flush()

    def _select(self) -> Select[Any]:
        return select(*self.model.__table__.columns)

    async def _fetch(self, statement: Select[Any]) -> Sequence[EntityT]:
        return [self._shape(row) for row in await self._session.execute(statement)]

    def _shape(self, row: object) -> EntityT:
        return self.shape.model_validate(row)

    def _with_keys(self, values: Mapping[str, Any]) -> dict[str, Any]:
        keys = {key: text_key(values[column]) for column, key in self.text_keys.items() if column in values}
        return {**values, **keys}
