"""Inputs and arguments that several entities share."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from pydantic import Field

from gql_api.schema.enums import describe_enum
from gql_api.schema.fields import input_type
from gql_api.schema.global_id import CategoryId, TagId, TaskId
from gql_api.shapes import filter as shapes
from gql_api.shapes.base import Shape
from gql_api.shapes.filter import AtMost100, ComparedText, IdFilter
from gql_api.shapes.page import DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET, Direction

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
        list[strawberry.ID] | None,
        strawberry.field(name="in", description="Is one of these ids, at most 100; [] matches nothing."),
    ]
    not_in: Annotated[
        list[strawberry.ID] | None, Field(description="Is none of these ids, at most 100; [] matches everything.")
    ]


@input_type(
    description="A filter by text: all given keys must hold. Upper and lower case, and how letters with marks are "
    "composed, make no difference unless `caseSensitive` is true. %, _ and \\ mean themselves. A text that is null "
    "matches nothing but `neq`, `notIn` and `isNull`."
)
class StringFilter(shapes.StringFilter):
    eq: Annotated[ComparedText | None, Field(description="Is this text.")]
    neq: Annotated[ComparedText | None, Field(description="Is another text, or null.")]
    in_: Annotated[
        tuple[ComparedText, ...] | None,
        AtMost100,
        strawberry.field(name="in", description="Is one of these texts, at most 100; [] matches nothing."),
    ]
    not_in: Annotated[
        tuple[ComparedText, ...] | None,
        AtMost100,
        Field(description="Is none of these texts, at most 100, or null; [] matches everything."),
    ]
    contains: Annotated[ComparedText | None, Field(description="Has this text in it.")]
    starts_with: Annotated[ComparedText | None, Field(description="Begins with this text.")]
    ends_with: Annotated[ComparedText | None, Field(description="Ends with this text.")]
    is_null: Annotated[bool | None, Field(description="true: is null; false: is any text.")]
    case_sensitive: Annotated[
        bool, Field(description="Compare the texts as they are written. Alone it asks for nothing.")
    ] = False


@input_type(
    description="A filter by time: all given keys must hold. A time that is null matches nothing but `isNull: true`."
)
class DateTimeFilter(shapes.DateTimeFilter):
    eq: Annotated[datetime | None, Field(description="Is this moment, to the microsecond.")]
    gt: Annotated[datetime | None, Field(description="Is later.")]
    gte: Annotated[datetime | None, Field(description="Is this moment, or later.")]
    lt: Annotated[datetime | None, Field(description="Is earlier.")]
    lte: Annotated[datetime | None, Field(description="Is this moment, or earlier.")]
    is_null: Annotated[bool | None, Field(description="true: is null; false: is any time.")]


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


class TaskIdFilter(IdFilter):
    """What IDFilter becomes where tasks are meant."""

    eq: TaskId | None
    neq: TaskId | None
    in_: Annotated[tuple[TaskId, ...] | None, AtMost100]
    not_in: Annotated[tuple[TaskId, ...] | None, AtMost100]


Limit = Annotated[int, strawberry.argument(description=f"How many to answer, 0 to {MAX_LIMIT}.")]
Offset = Annotated[int, strawberry.argument(description=f"How many to skip before, 0 to {MAX_OFFSET:,}.")]
First = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many to answer from the beginning, or after `after`: 0 to {MAX_LIMIT}. Without `first` and "
        f"`last` it is {DEFAULT_LIMIT}."
    ),
]
After = Annotated[str | None, strawberry.argument(description="A cursor: only what comes after it.")]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many to answer from the end, or before `before`: 0 to {MAX_LIMIT}. Not together with `first`."
    ),
]
Before = Annotated[str | None, strawberry.argument(description="A cursor: only what comes before it.")]
ExpectedVersion = Annotated[
    int | None,
    strawberry.argument(
        description="The `version` that you have seen. If the object has been changed since, nothing happens and the "
        "answer is a VersionConflictError."
    ),
]
