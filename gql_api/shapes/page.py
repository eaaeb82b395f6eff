"""Plain pages of a list, and directions of an order."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.shapes.base import Shape

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_OFFSET = 10_000


class Direction(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


class OrderTerm(NamedTuple):
    key: str
    direction: Direction


class Order(Shape):
    """One element of `orderBy`: a direction for each key that may be ordered by, of which exactly one is given."""

    @property
    def term(self) -> OrderTerm:
        return next(OrderTerm(key, direction) for key, direction in self if direction is not None)


class Page(NamedTuple):
    """A bounded part of a list: how many rows, after how many others."""

    limit: int
    offset: int


def page(limit: int, offset: int) -> Page:
    """Return the page, or raise a RequestError with code INVALID_PAGE: what is too much is refused, never cut."""
    if not 0 <= limit <= MAX_LIMIT:
        raise RequestError(RequestErrorCode.INVALID_PAGE, f"`limit` must be from 0 to {MAX_LIMIT}; it is {limit}.")
    if not 0 <= offset <= MAX_OFFSET:
        raise RequestError(RequestErrorCode.INVALID_PAGE, f"`offset` must be from 0 to {MAX_OFFSET}; it is {offset}.")
    return Page(limit, offset)


def terms(order: Sequence[Order] | None) -> tuple[OrderTerm, ...]:
    """Return the order's terms, or raise a RequestError with code INVALID_ORDER when a key stands in it twice."""
    found = tuple(element.term for element in order or ())
    if len({term.key for term in found}) < len(found):
        raise RequestError(RequestErrorCode.INVALID_ORDER, "`orderBy` must not name the same key twice.")
    return found
