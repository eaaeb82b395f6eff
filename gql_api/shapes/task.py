"""Tasks: what is answered, what is sent."""

from datetime import datetime
from enum import IntEnum
from typing import Annotated, TypedDict

from pydantic import Field

from gql_api.shapes.base import Entity, Shape
from gql_api.shapes.category import CategoryFilter, NewCategory
from gql_api.shapes.filter import AtMost100, Comparison, DateTimeFilter, Filter, IdFilter, StringFilter
from gql_api.shapes.page import Direction, Order
from gql_api.shapes.search import SearchText
from gql_api.shapes.tag import TagFilter, TagNames
from gql_api.shapes.text import Description, StorableText, Title

CATEGORY = "category"
"""Under which name the category of tasks is read along with them."""


class TaskPriority(IntEnum):
    """From least to most urgent: the numbers are what is stored and ordered by."""

    NONE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    URGENT = 4


class Task(Entity):
    title: Annotated[str, Field(description="1 to 200 characters.")]
    description: Annotated[str | None, Field(description="Up to 10,000 characters; may have several lines.")]
    completed: Annotated[bool, Field(description="Whether the task is done.")]
    completed_at: Annotated[
        datetime | None, Field(description="When the task was completed; null while it is not done.")
    ]
    priority: Annotated[TaskPriority, Field(description="How urgent the task is.")]
    due_at: Annotated[datetime | None, Field(description="When the task should be done.")]
    category_id: int | None
    version: Annotated[int, Field(description="Grows by one with every change. Send it back as `expectedVersion`.")]
    created_at: Annotated[datetime, Field(description="When the task was created.")]
    updated_at: Annotated[datetime, Field(description="When the task was last changed.")]


def is_overdue(completed: bool, due_at: datetime | None, now: datetime) -> bool:
    """Whether a task is not completed and its due time is past."""
    return not completed and due_at is not None and due_at < now


class CategoryLink(Shape):
    """Which category a task belongs to. Exactly one key is given."""

    id: int | None
    name: StorableText | None
    create: NewCategory | None


class NewTask(Shape):
    title: Annotated[Title, Field(description="1 to 200 characters, trimmed, not blank.")]
    description: Annotated[
        Description | None,
        Field(description='Up to 10,000 characters; newlines and tabs are kept. "" is kept as null.'),
    ]
    completed: Annotated[bool, Field(description="Whether the task is done already.")] = False
    priority: Annotated[TaskPriority, Field(description="How urgent the task is.")] = TaskPriority.NONE
    due_at: Annotated[datetime | None, Field(description="When the task should be done.")]
    category: Annotated[CategoryLink | None, Field(description="The category to put it in.")]
    tags: Annotated[
        TagNames,
        Field(
            description="Its tags by name, without regard to case, at most 100; those that do not exist are created."
        ),
    ] = []  # noqa: RUF012 - Pydantic copies it, and GraphQL publishes it


class TaskValues(TypedDict, total=False):
    """A task's own columns: all of them for a new task, the changed ones for another."""

    title: str
    description: str | None
    completed: bool
    priority: TaskPriority
    due_at: datetime | None
    category_id: int | None


class DatedTask(TaskValues):
    """A task with its past, as one that comes from elsewhere."""

    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class TaskChanges(TypedDict, total=False):
    """What a patch changes: a key that is not there keeps its value."""

    title: str
    description: str | None
    completed: bool
    priority: TaskPriority
    due_at: datetime | None
    category: CategoryLink | None
    tags: list[str]
    add_tags: list[str]
    remove_tags: list[str]


class TaskPriorityFilter(Comparison):
    """An empty `in_` matches nothing."""

    eq: TaskPriority | None = None
    in_: Annotated[tuple[TaskPriority, ...] | None, AtMost100] = None
    gte: TaskPriority | None = None
    lte: TaskPriority | None = None


class CategoryRelationFilter(Shape):
    """Exactly one key is given."""

    is_: CategoryFilter | None = None
    is_null: bool | None = None


class TagCollectionFilter(Shape):
    """Exactly one key is given."""

    some: TagFilter | None = None
    every: TagFilter | None = None
    none: TagFilter | None = None


class TaskFilter(Filter):
    and_: Annotated[tuple["TaskFilter", ...] | None, AtMost100] = None
    or_: Annotated[tuple["TaskFilter", ...] | None, AtMost100] = None
    not_: "TaskFilter | None" = None
    search: SearchText | None = None
    id: IdFilter | None = None
    title: StringFilter | None = None
    description: StringFilter | None = None
    completed: bool | None = None
    overdue: bool | None = None
    priority: TaskPriorityFilter | None = None
    due_at: DateTimeFilter | None = None
    completed_at: DateTimeFilter | None = None
    created_at: DateTimeFilter | None = None
    updated_at: DateTimeFilter | None = None
    category: CategoryRelationFilter | None = None
    tags: TagCollectionFilter | None = None


class TaskOrder(Order):
    created_at: Annotated[Direction | None, Field(description="By the time of creation.")]
    updated_at: Annotated[Direction | None, Field(description="By the time of the last change.")]
    due_at: Annotated[Direction | None, Field(description="By due time; tasks without one come last.")]
    completed_at: Annotated[Direction | None, Field(description="By the time of completion; open tasks come last.")]
    title: Annotated[Direction | None, Field(description="By title, without regard to case.")]
    priority: Annotated[Direction | None, Field(description="By priority: ASC begins with NONE.")]
    completed: Annotated[Direction | None, Field(description="By state: ASC begins with open tasks.")]
    category_name: Annotated[
        Direction | None, Field(description="By category name, without regard to case; uncategorized tasks come last.")
    ]
