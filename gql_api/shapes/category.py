"""Categories: what is answered, what is sent."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypedDict

from pydantic import Field

from gql_api.shapes.base import NamedEntity, Shape
from gql_api.shapes.filter import AtMost100, DateTimeFilter, Filter, IdFilter, StringFilter
from gql_api.shapes.page import Direction, Order
from gql_api.shapes.text import ColorHex, Name, StorableText


class Category(NamedEntity):
    name: Annotated[str, Field(description="1 to 100 characters, unique without regard to case.")]
    color: Annotated[str | None, Field(description="The color to show it in, as #rrggbb in lower case.")]
    version: Annotated[int, Field(description="Grows by one with every change. Send it back as `expectedVersion`.")]
    created_at: Annotated[datetime, Field(description="When the category was created.")]
    updated_at: Annotated[datetime, Field(description="When the category was last changed.")]


class NewCategory(Shape):
    name: Annotated[Name, Field(description="1 to 100 characters, trimmed, unique without regard to case.")]
    color: Annotated[ColorHex | None, Field(description="The color to show it in, as #rrggbb.")]


class CategoryChanges(TypedDict, total=False):
    """What a patch changes: a key that is not there keeps its value."""

    name: str
    color: str | None


class CategoryFilter(Filter):
    and_: Annotated[tuple["CategoryFilter", ...] | None, AtMost100] = None
    or_: Annotated[tuple["CategoryFilter", ...] | None, AtMost100] = None
    not_: "CategoryFilter | None" = None
    id: IdFilter | None = None
    name: StringFilter | None = None
    created_at: DateTimeFilter | None = None
    updated_at: DateTimeFilter | None = None


class CategoryBy(Shape):
    """Exactly one key is given."""

    id: int | None
    name: StorableText | None


class CategoryOrder(Order):
    name: Annotated[Direction | None, Field(description="By name, without regard to case.")]
    created_at: Annotated[Direction | None, Field(description="By the time of creation.")]
    updated_at: Annotated[Direction | None, Field(description="By the time of the last change.")]


class CategoryTasksAction(StrEnum):
    UNCATEGORIZE = "UNCATEGORIZE"
    DELETE = "DELETE"


class CategoryTasksPolicy(Shape):
    """What becomes of a deleted category's tasks. Exactly one key is given."""

    move_to: int | None
    action: CategoryTasksAction | None
