"""What the repositories of all entities do alike.

Statements name columns, not entities, and a row becomes a shape by the order of its columns. Each write is sent at
once, and answers the row as it then stands; nothing is committed here.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Column, Delete, Select, Table, delete, func, insert, select, update
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from gql_api.models import Row
from gql_api.repositories.arrays import among
from gql_api.repositories.filters import Condition
from gql_api.repositories.order import Key, Ordering, known
from gql_api.repositories.statements import Build, fetch, number, usual
from gql_api.repositories.window import beyond, sliced, windowed
from gql_api.session import Session
from gql_api.shapes.base import Entity
from gql_api.shapes.filter import Filter
from gql_api.shapes.page import Listing, OrderTerm, Outside, Page, Slice, Window
from gql_api.shapes.rows import Layout, Rows, layout

RowT = TypeVar("RowT", bound=Row)
EntityT = TypeVar("EntityT", bound=Entity)
FilterT = TypeVar("FilterT", bound=Filter)


class Lock(Enum):
    """How a row is held until the transaction ends. Either way its values are the latest that anybody has committed."""

    CHANGE = "nobody else changes or deletes it, or adds a row that refers to it"
    REFER = "nobody deletes it"


class Repository(Generic[RowT, EntityT, FilterT]):
    """Named queries over one entity, in the session's transaction.

    What builds a statement is a class method: it knows nothing of a call but what it is given.
    """

    model: type[RowT]
    shape: type[EntityT]
    orders: ClassVar[Mapping[str, Key]]
    """What each key of the entity's order orders by."""
    optional: ClassVar[Sequence[frozenset[str]]] = ()
    """Groups of fields that are not read where nobody looks at any of a group. Not one by one: each choice makes
    another statement, and connections keep a hundred of them prepared.
    """
    _columns: ClassVar[Sequence[Column[Any]]]
    _layout: Layout
    """Of a row that begins with these columns."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "shape" in vars(cls):
            cls._columns = [cls._table().columns[name] for name in cls.shape.model_fields]
            cls._layout = layout(cls.shape)

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now
        self._names: tuple[str, ...] | None = None
        """Which fields are read; None for all."""

    def look_at(self, fields: frozenset[str] | None) -> None:
        """Read no more than these fields for answers, about; None for all. Such shapes then have no others."""
        self._names = None if fields is None else _read_for(fields, self.shape, tuple(self.optional))

    async def get(self, id: int, lock: Lock | None = None) -> EntityT | None:
        """Return the row, or None."""
        found = await self._shapes(self._by_id, id, lock)
        return found[0] if found else None

    async def get_many(self, ids: Collection[int]) -> dict[int, EntityT]:
        """Return the rows that exist, by id, with one statement however many ids there are."""
        # For an array PostgreSQL makes a plan anew each time, which takes it longer than to find one row.
        found = self._read(self._by_id, *ids, None) if len(ids) == 1 else self._read(self._by_ids, list(ids))
        return {entity.id: entity for entity in await found}

    async def list(self, filter: FilterT | None, order: Sequence[OrderTerm], page: Page) -> Rows[EntityT]:
        """Return a page of the rows that match."""
        whole = Window(page.offset + page.limit, backward=False, after=None, before=None)
        listing = Listing(filter, tuple(order), whole)
        return await self._read(self._page, listing, usual(page.limit), usual(page.offset), self._now)

    async def slice(self, listing: Listing[FilterT]) -> Slice[EntityT]:
        """Return the rows of a window on those that match."""
        found = await self._read(self._windowed, self._with_known(listing), self._now)
        return self._sliced(found.rows, listing, found.layout)

    async def any_outside(self, outside: Outside[FilterT]) -> bool:
        """Tell whether there are rows that match outside of a window's end."""
        rows = await self._rows(self._outside, self._with_known_end(outside), self._now)
        return bool(rows[0][0])

    async def count(self, filter: FilterT | None) -> int:
        """Count the rows that match."""
        rows = await self._rows(self._count, filter, self._now)
        return int(rows[0][0])

    async def delete(self, id: int) -> None:
        await self._rows(self._deleted, id)

    async def _add(self, values: Mapping[str, Any]) -> EntityT:
        return (await self._shapes(self._added, self._with_keys(values)))[0]

    async def _update(self, current: EntityT, values: Mapping[str, Any]) -> EntityT:
        """Give the locked row these values, and return it. The models add what every change maintains."""
        return (await self._shapes(self._updated, current.id, self._with_keys(values)))[0]

    async def _rows(self, build: Build, *arguments: Any) -> Sequence[Any]:
        return await fetch(self._session, build, *arguments)

    async def _read(self, build: Build, *arguments: Any) -> Rows[EntityT]:
        """Return what an answer is made of: what is looked at of it, and what is read along, in further columns."""
        rows = await self._rows(only(build, self.shape, self._names), *arguments)
        return Rows(layout(self.shape, self._names), rows)

    async def _shapes(self, build: Build, *arguments: Any) -> Rows[EntityT]:
        return Rows(self._layout, await self._rows(build, *arguments))

    def _sliced(self, rows: Sequence[Any], listing: Listing[FilterT], layout: Layout) -> Slice[EntityT]:
        """Return the slice of rows that begin with the columns, and then the values of their positions."""
        start = len(layout.places)
        return sliced(rows, listing.window, layout, slice(start, start + len(listing.order) + 1))

    def _with_known(self, listing: Listing[FilterT]) -> Listing[FilterT]:
        """Return the listing with what is known of its positions and its size."""
        window = listing.window._replace(size=usual(listing.window.size))
        if window.after is not None or window.before is not None:
            after, before = (known(each, listing.order, self.orders) for each in (window.after, window.before))
            window = window._replace(after=after, before=before)
        return listing._replace(window=window)

    def _with_known_end(self, outside: Outside[FilterT]) -> Outside[FilterT]:
        position = known(outside.position, outside.order, self.orders)
        return outside if position is None else outside._replace(position=position)

    # ---- statements ----

    @classmethod
    def _table(cls) -> Table:
        table = cls.model.__table__
        assert isinstance(table, Table)  # noqa: S101 - for the type checker: no model is mapped to anything else
        return table

    @classmethod
    def _select(cls) -> Select[Any]:
        return select(*cls._columns)

    @classmethod
    def _by_id(cls, id: int, lock: Lock | None) -> Select[Any]:
        return locked(cls._select().where(cls.model.id == id), lock)

    @classmethod
    def _by_ids(cls, ids: Collection[int]) -> Select[Any]:
        return cls._select().where(among(cls.model.id, ids))

    @classmethod
    def _page(cls, listing: Listing[FilterT], limit: int, offset: int, now: datetime) -> Select[Any]:
        rows = cls._windowed(listing, now)
        columns = list(rows.selected_columns)[: len(cls._columns)]  # nobody asks for the positions of a page
        return rows.with_only_columns(*columns).limit(number(limit)).offset(number(offset))

    @classmethod
    def _windowed(cls, listing: Listing[FilterT], now: datetime) -> Select[Any]:
        matching = cls._matching(listing.filter, listing.order, now)
        return windowed(matching, cls._ordering(listing.filter, listing.order), listing.window)

    @classmethod
    def _outside(cls, outside: Outside[FilterT], now: datetime) -> Select[Any]:
        ordering = cls._ordering(outside.filter, outside.order)
        matching = cls._matching(outside.filter, outside.order, now)
        return select(beyond(matching, ordering, outside.position, after=outside.after))

    @classmethod
    def _count(cls, filter: FilterT | None, now: datetime) -> Select[Any]:
        return select(func.count()).select_from(cls._table()).where(cls._condition(filter, now))

    @classmethod
    def _added(cls, values: Mapping[str, Any]) -> ReturningInsert[Any]:
        return insert(cls._table()).values(values).returning(*cls._columns)

    @classmethod
    def _updated(cls, id: int, values: Mapping[str, Any]) -> ReturningUpdate[Any]:
        return update(cls._table()).where(cls.model.id == id).values(values).returning(*cls._columns)

    @classmethod
    def _deleted(cls, id: int) -> Delete:
        return delete(cls._table()).where(cls.model.id == id)

    @classmethod
    def _matching(cls, filter: FilterT | None, order: Sequence[OrderTerm], now: datetime) -> Select[Any]:  # noqa: ARG003 - for some
        """Return the rows that match, with all that the order needs."""
        return cls._select().where(cls._condition(filter, now))

    @classmethod
    def _condition(cls, filter: FilterT | None, now: datetime) -> Condition:
        """Return what a filter means at the moment that decides what is overdue."""
        raise NotImplementedError

    @classmethod
    def _ordering(cls, filter: FilterT | None, order: Sequence[OrderTerm]) -> Ordering:  # noqa: ARG003 - for some
        return Ordering(order, cls.orders, cls.model.id)

    @classmethod
    def _with_keys(cls, values: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Return the values of columns, with more of them, and with those that are made of texts."""
        complete = {**values, **more}
        cls._derive(complete)
        return complete

    @classmethod
    def _derive(cls, values: dict[str, Any]) -> None:
        """Add what is made of the texts among these values: keys, words."""
        raise NotImplementedError


@cache
def _read_for(
    fields: frozenset[str], shape: type[Entity], optional: tuple[frozenset[str], ...]
) -> tuple[str, ...] | None:
    """Return the fields that are read where these are looked at; None for all."""
    left_out = {name for group in optional if not group & fields for name in group}
    return tuple(name for name in shape.model_fields if name not in left_out) if left_out else None


@cache
def only(build: Build, shape: type[Entity], names: tuple[str, ...] | None) -> Build:
    """Return what builds the same statement without the columns of the shape's other fields."""
    if names is None:
        return build
    left_out = shape.model_fields.keys() - set(names)

    def fewer(*arguments: Any) -> Select[Any]:
        rows: Select[Any] = build(*arguments)
        return rows.with_only_columns(*[column for column in rows.selected_columns if column.key not in left_out])

    return fewer


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
