"""What the repositories of all entities do alike.

Statements name columns, not entities, and rows become shapes by their attributes. Each write is flushed, that is sent,
at once, and answers the row as it then stands; nothing is committed here.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import ARRAY, BigInteger, Select, Table, any_, delete, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from gql_api.models import Row
from gql_api.repositories.order import order_by
from gql_api.shapes.base import Entity
from gql_api.shapes.page import OrderTerm, Page
from gql_api.shapes.text import text_key

RowT = TypeVar("RowT", bound=Row)
EntityT = TypeVar("EntityT", bound=Entity)


class Lock(Enum):
    """How a row is held until the transaction ends. Either way its values are the latest that anybody has committed."""

    CHANGE = "nobody else changes or deletes it, or adds a row that refers to it"
    REFER = "nobody deletes it"


class Repository(Generic[RowT, EntityT]):
    """Named queries over one entity, in the session's transaction."""

    model: type[RowT]
    shape: type[EntityT]
    orders: ClassVar[Mapping[str, InstrumentedAttribute[Any]]]
    """What each key of the entity's order orders by."""
    text_keys: ClassVar[Mapping[str, str]] = {}
    """Which column keeps the key of which text column."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        table = self.model.__table__
        assert isinstance(table, Table)  # noqa: S101 - for the type checker: no model is mapped to anything else
        self._table = table
        self._columns = [column for column in table.columns if column.key in self.shape.model_fields]

    async def get(self, id: int, lock: Lock | None = None) -> EntityT | None:
        """Return the row, or None."""
        found = await self._fetch(locked(self._select().where(self.model.id == id), lock))
        return found[0] if found else None

    async def get_many(self, ids: Collection[int]) -> dict[int, EntityT]:
        """Return the rows that exist, by id, with one statement however many ids there are."""
        wanted = self.model.id == any_(literal(list(ids), ARRAY(BigInteger)))
        return {entity.id: entity for entity in await self._fetch(self._select().where(wanted))}

    async def delete(self, id: int) -> None:
        await self._session.execute(delete(self._table).where(self.model.id == id))

    async def _add(self, values: Mapping[str, Any]) -> EntityT:
        statement = insert(self._table).values(self._with_keys(values)).returning(*self._columns)
        return self._shape((await self._session.execute(statement)).one())

    async def _update(self, current: EntityT, values: Mapping[str, Any]) -> EntityT:
        """Give the locked row these values, and return it. The models add what every change maintains."""
        statement = update(self._table).where(self.model.id == current.id).values(self._with_keys(values))
        return self._shape((await self._session.execute(statement.returning(*self._columns))).one())

    def _select(self) -> Select[Any]:
        return select(*self._columns)

    async def _page(self, matching: Select[Any], order: Sequence[OrderTerm], page: Page) -> Sequence[EntityT]:
        ordered = matching.order_by(*order_by(order, self.orders, self.model.id))
        return await self._fetch(ordered.limit(page.limit).offset(page.offset))

    async def _fetch(self, statement: Select[Any]) -> Sequence[EntityT]:
        return [self._shape(row) for row in await self._session.execute(statement)]

    def _shape(self, row: object) -> EntityT:
        return self.shape.model_validate(row)

    def _with_keys(self, values: Mapping[str, Any]) -> dict[str, Any]:
        keys = {key: text_key(values[column]) for column, key in self.text_keys.items() if column in values}
        return {**values, **keys}


def locked(statement: Select[Any], lock: Lock | None) -> Select[Any]:
    match lock:
        case None:
            return statement
        case Lock.CHANGE:
            return statement.with_for_update()
        case Lock.REFER:
            return statement.with_for_update(read=True, key_share=True)


def differing(current: Entity, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes that truly change something: what stays the same is no change, and counts no version."""
    return {name: value for name, value in changes.items() if getattr(current, name) != value}
