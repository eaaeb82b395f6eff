"""Filters by id, for every kind of object."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from gql_api.errors import ProblemCode
from gql_api.shapes.base import Shape

LIST_MAX = 100

ListT = TypeVar("ListT", bound=tuple[object, ...] | None)


def _at_most_100(values: ListT) -> ListT:
    if values is not None and len(values) > LIST_MAX:
        raise PydanticCustomError(
            ProblemCode.TOO_LONG,
            "Must have at most {longest} elements; it has {length}.",
            {"longest": LIST_MAX, "length": len(values)},
        )
    return values


AtMost100 = AfterValidator(_at_most_100)
"""Bounds a list in a filter."""


class IdFilter(Shape):
    """All given keys must hold; None is "not given". An empty `in_` matches nothing, an empty `not_in` everything."""

    eq: int | None
    neq: int | None
    in_: Annotated[tuple[int, ...] | None, AtMost100]
    not_in: Annotated[tuple[int, ...] | None, AtMost100]
