"""What the repositories of all entities do alike.

Statements name columns, not entities, and rows become shapes by their attributes. Each write is flushed, that is sent,
at once, and answers the row as it then stands; nothing is committed here.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Select, Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gql_api.models import Row
from gql_api.repositories.arrays import among
from gql_api.repositories.filters import Condition
from gql_api.repositories.order import Key, Ordering
from gql_api.repositories.window import beyond, sliced, windowed
from gql_api.shapes.base import Entity
from gql_api.shapes.filter import Filter
from gql_api.shapes.page import Listing, OrderTerm, Outside, Page, Slice, Window
from gql_api.shapes.text import fold

RowT = TypeVar("RowT", bound=Row)
EntityT = TypeVar("EntityT", bound=Entity)
FilterT = TypeVar("FilterT", bound=Filter)


class Lock(Enum):
    """How a row is held until the transaction ends. Either way its values are the latest that anybody has committed."""

    CHANGE = "nobody else changes or deletes it, or adds a row that refers to it"
    REFER = "nobody deletes it"


class Repository(Generic[RowT, EntityT, FilterT]):
    """Named queries over one entity, in the session's transaction."""

    model: type[RowT]
    shape: type[EntityT]
    orders: ClassVar[Mapping[str, Key]]
    """What each key of the entity's order orders by."""
    derived: ClassVar[Mapping[str, Mapping[str, Callable[[str | None], str | None]]]] = {}
    """Which columns are made of which text column, and how."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now
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
        found = await self._fetch(self._select().where(among(self.model.id, ids)))
        return {entity.id: entity for entity in found}

    async def list(self, filter: FilterT | None, order: Sequence[OrderTerm], page: Page) -> Sequence[EntityT]:
        """Return a page of the rows that match."""
        whole = Window(page.offset + page.limit, backward=False, after=None, before=None)
        rows = self._windowed(Listing(filter, tuple(order), whole), self._ordering(filter, order))
        return await self._fetch(rows.limit(page.limit).offset(page.offset))

    async def slice(self, listing: Listing[FilterT]) -> Slice[EntityT]:
        """Return the rows of a window on those that match."""
        ordering = self._ordering(listing.filter, listing.order)
        rows = (await self._session.execute(self._windowed(listing, ordering))).all()
        return sliced(rows, ordering, listing.window, self._shape)

    async def any_outside(self, outside: Outside[FilterT]) -> bool:
        """Tell whether there are rows that match outside of a window's end."""
        ordering = self._ordering(outside.filter, outside.order)
        rows = beyond(self._matching(outside.filter, outside.order), ordering, outside.position, after=outside.after)
        return bool(await self._session.scalar(select(rows)))

    async def count(self, filter: FilterT | None) -> int:
        """Count the rows that match."""
        statement = select(func.count()).select_from(self._table).where(self._condition(filter))
        return (await self._session.execute(statement)).scalar_one()

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

    def _windowed(self, listing: Listing[FilterT], ordering: Ordering) -> Select[Any]:
        return windowed(self._matching(listing.filter, listing.order), ordering, listing.window)

    def _matching(self, filter: FilterT | None, order: Sequence[OrderTerm]) -> Select[Any]:  # noqa: ARG002 - for some
        """Return the rows that match, with all that the order needs."""
        return self._select().where(self._condition(filter))

    def _condition(self, filter: FilterT | None) -> Condition:
        raise NotImplementedError

    def _ordering(self, filter: FilterT | None, order: Sequence[OrderTerm]) -> Ordering:  # noqa: ARG002 - for some
        return Ordering(order, self.orders, self.model.id)

    async def _fetch(self, statement: Select[Any]) -> Sequence[EntityT]:
        return [self._shape(row) for row in await self._session.execute(statement)]

    def _shape(self, row: object) -> EntityT:
        return self.shape.model_validate(row)

    def _with_keys(self, values: Mapping[str, Any]) -> dict[str, Any]:
        made = {
            name: make(values[text])
            for text, columns in self.derived.items()
            if text in values
            for name, make in columns.items()
        }
        return {**values, **made}


def key_of(text: str | None) -> str | None:
    """Return the key of a text that may be absent. What is kept trimmed comes trimmed."""
    return None if text is None else fold(text)


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
