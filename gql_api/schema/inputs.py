"""Inputs and arguments that several entities share."""

from typing import Annotated, Any

import strawberry
from pydantic import Field

from gql_api.schema.enums import describe_enum
from gql_api.schema.fields import input_type
from gql_api.schema.global_id import CategoryId, TagId
from gql_api.shapes.base import Shape
from gql_api.shapes.ids import AtMost100, IdFilter
from gql_api.shapes.page import MAX_LIMIT, MAX_OFFSET, Direction

describe_enum(
    Direction,
    "Which end of an order comes first. Empty values come last either way.",
    ASC="Smallest, earliest or first in the alphabet comes first.",
    DESC="Greatest, latest or last in the alphabet comes first.",
)


@input_type(description="A filter by id: all given keys must hold.")
class IDFilter(Shape):
    eq: Annotated[strawberry.ID | None, Field(description="Is this id.")]
    neq: Annotated[strawberry.ID | None, Field(description="Is another id.")]
    in_: Annotated[
        list[strawberry.ID] | None, strawberry.field(name="in", description="Is one of these ids; [] matches nothing.")
    ]
    not_in: Annotated[list[strawberry.ID] | None, Field(description="Is none of these ids; [] matches everything.")]


class Patch(Shape):
    """Changes: each field is a `strawberry.Maybe`, so that what is left out is told from what is null."""

    def sent(self) -> dict[str, Any]:
        """Return exactly what was sent."""
        return {name: getattr(self, name).value for name in self.model_fields_set}


class CategoryIdFilter(IdFilter):
    """What IDFilter becomes where categories are meant."""

    eq: CategoryId | None
    neq: CategoryId | None
    in_: Annotated[tuple[CategoryId, ...] | None, AtMost100]
    not_in: Annotated[tuple[CategoryId, ...] | None, AtMost100]


class TagIdFilter(IdFilter):
    """What IDFilter becomes where tags are meant."""

    eq: TagId | None
    neq: TagId | None
    in_: Annotated[tuple[TagId, ...] | None, AtMost100]
    not_in: Annotated[tuple[TagId, ...] | None, AtMost100]


Limit = Annotated[int, strawberry.argument(description=f"How many to answer, 0 to {MAX_LIMIT}.")]
Offset = Annotated[int, strawberry.argument(description=f"How many to skip before, 0 to {MAX_OFFSET:,}.")]
ExpectedVersion = Annotated[
    int | None,
    strawberry.argument(
        description="The `version` that you have seen. If the object has been changed since, nothing happens and the "
        "answer is a VersionConflictError."
    ),
]
