"""Filters: what all of them share, and the comparisons that several of them use.

In every filter and comparison all given keys must hold, and None is "not given". Comparisons are two-valued: with a
null field everything but `neq`, `not_in` and `is_null` is false.
"""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from gql_api.errors import ProblemCode
from gql_api.shapes.base import Shape
from gql_api.shapes.text import DESCRIPTION_MAX, check_length, refuse_unstorable

LIST_MAX = 100
NESTING_MAX = 5
CONDITIONS_MAX = 200
"""Most comparisons and filters in one filter, however they are nested: what the database plans stays bounded.

Filters count too, empty ones as well: each that asks for related objects is one more join to plan.
"""


def _at_most_100(values: object) -> object:
    if isinstance(values, list | tuple) and len(values) > LIST_MAX:
        raise PydanticCustomError(
            ProblemCode.TOO_LONG,
            "Must have at most {longest} elements; it has {length}.",
            {"longest": LIST_MAX, "length": len(values)},
        )
    return values


def _comparable(text: str) -> str:
    check_length(text, DESCRIPTION_MAX)
    return refuse_unstorable(text)


AtMost100 = BeforeValidator(_at_most_100)
"""Bounds a list, before anybody looks at its elements."""

ComparedText = Annotated[str, AfterValidator(_comparable)]
"""Text to compare with: as long as the longest text there is."""


class Comparison(Shape):
    """What is asked of one field."""


class IdFilter(Comparison):
    """An empty `in_` matches nothing, an empty `not_in` everything."""

    eq: int | None = None
    neq: int | None = None
    in_: Annotated[tuple[int, ...] | None, AtMost100] = None
    not_in: Annotated[tuple[int, ...] | None, AtMost100] = None


class StringFilter(Comparison):
    """Texts are compared by their keys, or, where case is to count, as they are written."""

    eq: ComparedText | None = None
    neq: ComparedText | None = None
    in_: Annotated[tuple[ComparedText, ...] | None, AtMost100] = None
    not_in: Annotated[tuple[ComparedText, ...] | None, AtMost100] = None
    contains: ComparedText | None = None
    starts_with: ComparedText | None = None
    ends_with: ComparedText | None = None
    is_null: bool | None = None
    case_sensitive: bool = False


class DateTimeFilter(Comparison):
    eq: datetime | None = None
    gt: datetime | None = None
    gte: datetime | None = None
    lt: datetime | None = None
    lte: datetime | None = None
    is_null: bool | None = None


class Filter(Shape):
    """What is asked of an object. Filters may stand in filters: in `and_`, `or_`, `not_` and in those of relations."""

    def is_empty(self) -> bool:
        """Whether nothing is given."""
        return all(value is None for value in self.__dict__.values())

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        depth, conditions = _extent(self)
        if depth > NESTING_MAX:
            raise PydanticCustomError(
                ProblemCode.TOO_DEEP,
                "Filters may be nested {deepest} deep; this is {depth} deep.",
                {"deepest": NESTING_MAX, "depth": depth},
            )
        if conditions > CONDITIONS_MAX:
            raise PydanticCustomError(
                ProblemCode.TOO_COMPLEX,
                "A filter may have {most} comparisons and filters in it; this has {conditions}.",
                {"most": CONDITIONS_MAX, "conditions": conditions},
            )
        return self


def _extent(shape: Shape) -> tuple[int, int]:
    """Return how deep filters are nested in a shape, and how many comparisons and filters are in it.

    How to compare asks for nothing.
    """
    depth, conditions = 0, 0
    compares = isinstance(shape, Comparison)
    for key, given in shape.__dict__.items():
        if given is None or key == "case_sensitive":
            continue
        for each in given if isinstance(given, tuple) and not compares else (given,):
            if isinstance(each, Shape):
                deeper, more = _extent(each)
                depth = max(depth, deeper + isinstance(each, Filter))
                conditions += more + (not isinstance(each, Comparison))
            else:
                conditions += 1
    return depth, conditions
