"""Pages of a list, by number and by cursor, and the order that they are in."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.shapes.base import Shape
from gql_api.shapes.cursor import Position, decode
from gql_api.shapes.rows import Rows

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_OFFSET = 10_000

RowT = TypeVar("RowT")
FilterT = TypeVar("FilterT")


class Direction(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


class OrderTerm(NamedTuple):
    key: str
    direction: Direction


NEWEST_FIRST = (OrderTerm("created_at", Direction.DESC),)
RELEVANCE = "relevance"
MOST_RELEVANT_FIRST = (OrderTerm(RELEVANCE, Direction.DESC),)


class Order(Shape):
    """One element of `orderBy`: a direction for each key that may be ordered by, of which exactly one is given."""


class Page(NamedTuple):
    """A bounded part of a list: how many rows, after how many others."""

    limit: int
    offset: int


class Window(NamedTuple):
    """A bounded part of a list: so many rows between two positions, from its beginning or from its end."""

    size: int
    backward: bool
    after: Position | None
    before: Position | None


class Listing(NamedTuple, Generic[FilterT]):
    """Which rows, in which order, and which of them."""

    filter: FilterT | None
    order: tuple[OrderTerm, ...]
    window: Window


class Outside(NamedTuple, Generic[FilterT]):
    """The rows that are not on one side of a position, the one that stands there included."""

    filter: FilterT | None
    order: tuple[OrderTerm, ...]
    position: Position
    after: bool
    """Whether those that come after it are meant, or those before."""


class Slice(NamedTuple, Generic[RowT]):
    """The rows of a window, and whether the window has more of them."""

    rows: Rows[RowT]
    positions: slice
    """Where in each row its position is."""
    more: bool


def page(limit: int, offset: int) -> Page:
    """Return the page, or raise a RequestError with code INVALID_PAGE: what is too much is refused, never cut."""
    _check_size("limit", limit)
    if not 0 <= offset <= MAX_OFFSET:
        raise RequestError(RequestErrorCode.INVALID_PAGE, f"`offset` must be from 0 to {MAX_OFFSET}; it is {offset}.")
    return Page(limit, offset)


class Paging(NamedTuple):
    """Which part of a list a client asks for, as Relay's Cursor Connections Specification names it."""

    first: int | None
    after: str | None
    last: int | None
    before: str | None


def scope(kind: str, order: Sequence[OrderTerm], search: str | None = None) -> str:
    """Return what a cursor belongs to: the same position means something else in another order."""
    ordered = ",".join(f"{term.key} {term.direction}" for term in order)
    return f"{kind} {ordered} {search if order == MOST_RELEVANT_FIRST else ''}"


def window(paging: Paging, order: Sequence[OrderTerm], cursors_of: str) -> Window:
    """Return the window, or raise a RequestError with code INVALID_PAGE, or INVALID_CURSOR for a cursor of another."""
    first, after, last, before = paging
    if first is not None and last is not None:
        raise RequestError(RequestErrorCode.INVALID_PAGE, "`first` and `last` cannot be used together.")
    for name, size in (("first", first), ("last", last)):
        if size is not None:
            _check_size(name, size)
    size = first if first is not None else last if last is not None else DEFAULT_LIMIT
    keys = [term.key for term in order]
    positions = [_position(name, cursor, cursors_of, keys) for name, cursor in (("after", after), ("before", before))]
    return Window(size, last is not None, *positions)


def listed(
    kind: str, filter: FilterT | None, order: tuple[OrderTerm, ...], paging: Paging, search: str | None = None
) -> tuple[Listing[FilterT], str]:
    """Return the listing that a client asks for, and the scope of its cursors. Raises as `window` does."""
    cursors_of = scope(kind, order, search)
    return Listing(filter, order, window(paging, order, cursors_of)), cursors_of


def terms(order: Sequence[Order] | None, otherwise: tuple[OrderTerm, ...] = NEWEST_FIRST) -> tuple[OrderTerm, ...]:
    """Return the order's terms, or raise a RequestError with code INVALID_ORDER when a key stands in it twice."""
    given = [each for element in order or () for each in vars(element).items() if each[1] is not None]
    if len(dict(given)) < len(given):
        raise RequestError(RequestErrorCode.INVALID_ORDER, "`orderBy` must not name the same key twice.")
    return tuple([OrderTerm(key, direction) for key, direction in given]) or otherwise


def _check_size(name: str, size: int) -> None:
    if not 0 <= size <= MAX_LIMIT:
        raise RequestError(RequestErrorCode.INVALID_PAGE, f"`{name}` must be from 0 to {MAX_LIMIT}; it is {size}.")


def _position(name: str, cursor: str | None, cursors_of: str, keys: Sequence[str]) -> Position | None:
    if cursor is None:
        return None
    try:
        return decode(cursor, cursors_of, keys)
    except ValueError:
        message = f"`{name}` is not a cursor of this list in this order. Take cursors from the same list only."
        raise RequestError(RequestErrorCode.INVALID_CURSOR, message) from None
