"""Tags: what is answered, what is sent."""

from datetime import datetime
from typing import Annotated, TypedDict

from pydantic import Field

from gql_api.shapes.base import NamedEntity, Shape
from gql_api.shapes.filter import AtMost100, Filter, IdFilter, StringFilter
from gql_api.shapes.page import Direction, Order
from gql_api.shapes.text import StorableText, TagName

MAX_TAGS = 100
"""Most tags of one task: `Task.tags` answers them all at once."""


class Tag(NamedEntity):
    name: Annotated[str, Field(description="1 to 50 characters, unique without regard to case.")]
    version: Annotated[int, Field(description="Grows by one with every change. Send it back as `expectedVersion`.")]
    created_at: Annotated[datetime, Field(description="When the tag was created.")]
    updated_at: Annotated[datetime, Field(description="When the tag was last changed.")]


class NewTag(Shape):
    name: Annotated[TagName, Field(description="1 to 50 characters, trimmed, unique without regard to case.")]


class TagChanges(TypedDict, total=False):
    """What a patch changes: a key that is not there keeps its value."""

    name: str


class TagFilter(Filter):
    and_: Annotated[tuple["TagFilter", ...] | None, AtMost100] = None
    or_: Annotated[tuple["TagFilter", ...] | None, AtMost100] = None
    not_: "TagFilter | None" = None
    id: IdFilter | None = None
    name: StringFilter | None = None


class TagBy(Shape):
    """Exactly one key is given."""

    id: int | None
    name: StorableText | None


class TagOrder(Order):
    name: Annotated[Direction | None, Field(description="By name, without regard to case.")]
    created_at: Annotated[Direction | None, Field(description="By the time of creation.")]


TagNames = Annotated[list[TagName], AtMost100]
"""Tags by their names, at most 100. Names of one text key mean one tag."""
