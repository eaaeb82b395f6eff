"""Filters by id, for every kind of object."""

from collections.abc import Sized
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from gql_api.errors import ProblemCode
from gql_api.shapes.base import Shape

LIST_MAX = 100


def _at_most_100(values: object) -> object:
    if isinstance(values, Sized) and len(values) > LIST_MAX:
        raise PydanticCustomError(
            ProblemCode.TOO_LONG,
            "Must have at most {longest} elements; it has {length}.",
            {"longest": LIST_MAX, "length": len(values)},
        )
    return values


AtMost100 = BeforeValidator(_at_most_100)
"""Bounds a list, before anybody looks at its elements."""


class IdFilter(Shape):
    """All given keys must hold; None is "not given". An empty `in_` matches nothing, an empty `not_in` everything."""

    eq: int | None
    neq: int | None
    in_: Annotated[tuple[int, ...] | None, AtMost100]
    not_in: Annotated[tuple[int, ...] | None, AtMost100]
