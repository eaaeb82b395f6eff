"""What clients send about tasks."""

from datetime import datetime
from typing import Annotated, Any, cast

import strawberry
from pydantic import Field, ValidationInfo, ValidatorFunctionWrapHandler, field_validator
from pydantic_core import PydanticCustomError

from gql_api.errors import ProblemCode
from gql_api.schema.category_inputs import CategoryFilter, CreateCategoryInput
from gql_api.schema.enums import describe_enum
from gql_api.schema.fields import input_type
from gql_api.schema.global_id import CategoryId
from gql_api.schema.inputs import DateTimeFilter, IDFilter, Patch, StringFilter, TaskIdFilter
from gql_api.schema.tag_inputs import TagFilter
from gql_api.shapes import task as shapes
from gql_api.shapes.filter import AtMost100
from gql_api.shapes.search import SearchText
from gql_api.shapes.tag import TagNames
from gql_api.shapes.text import Description, NotNull, StorableText, Title, text_key

describe_enum(
    shapes.TaskPriority,
    "How urgent a task is, from NONE to URGENT.",
    NONE="Not said; the default.",
    LOW="When there is nothing else to do.",
    MEDIUM="In its turn.",
    HIGH="Before most others.",
    URGENT="Now.",
)


@input_type(description="Which category tasks are in: exactly one key.", one_of=True)
class CategoryRelationFilter(shapes.CategoryRelationFilter):
    is_: Annotated[
        CategoryFilter | None,
        strawberry.field(name="is", description="In a category that matches; {} means in any category."),
    ]
    is_null: Annotated[bool | None, Field(description="true: in no category; false: in any category.")]


@input_type(description="Which tags tasks have: exactly one key.", one_of=True)
class TagCollectionFilter(shapes.TagCollectionFilter):
    some: Annotated[TagFilter | None, Field(description="At least one of its tags matches; {} means any tag.")]
    every: Annotated[TagFilter | None, Field(description="All of its tags match, also when it has none.")]
    none: Annotated[TagFilter | None, Field(description="None of its tags matches; {} means that it has no tags.")]


@input_type(description="A filter by priority: all given keys must hold.")
class TaskPriorityFilter(shapes.TaskPriorityFilter):
    eq: Annotated[shapes.TaskPriority | None, Field(description="Is this priority.")]
    in_: Annotated[
        tuple[shapes.TaskPriority, ...] | None,
        AtMost100,
        strawberry.field(name="in", description="Is one of these priorities, at most 100; [] matches nothing."),
    ]
    gte: Annotated[shapes.TaskPriority | None, Field(description="Is this priority, or a more urgent one.")]
    lte: Annotated[shapes.TaskPriority | None, Field(description="Is this priority, or a less urgent one.")]


@input_type(
    description="Which tasks are meant: all given keys must hold; {} matches every task. Filters are nested "
    "5 deep at most, with 200 comparisons and filters in all."
)
class TaskFilter(shapes.TaskFilter):
    and_: Annotated[
        tuple["TaskFilter", ...] | None,
        AtMost100,
        strawberry.field(name="and", description="All of these filters match, at most 100; [] matches everything."),
    ]
    or_: Annotated[
        tuple["TaskFilter", ...] | None,
        AtMost100,
        strawberry.field(name="or", description="Any of these filters matches, at most 100; [] matches nothing."),
    ]
    not_: Annotated["TaskFilter | None", strawberry.field(name="not", description="This filter does not match.")]
    search: Annotated[
        SearchText | None,
        Field(
            description="Has these words in its title or description: all of them, unless there is `or` between; "
            '"a phrase" in quotes; -word for what must not be there. The last word may be unfinished. Up to 500 '
            "characters; a text without words is as if it were not given. Without `orderBy` what fits best comes first."
        ),
    ]
    id: Annotated[TaskIdFilter | None, strawberry.field(graphql_type=IDFilter | None, description="By the task's id.")]
    title: Annotated[StringFilter | None, Field(description="By the task's title.")]
    description: Annotated[StringFilter | None, Field(description="By the task's description.")]
    completed: Annotated[bool | None, Field(description="true: only completed tasks; false: only open ones.")]
    overdue: Annotated[
        bool | None, Field(description="true: only open tasks whose due time is past; false: only others.")
    ]
    priority: Annotated[TaskPriorityFilter | None, Field(description="By the task's priority.")]
    due_at: Annotated[DateTimeFilter | None, Field(description="By due time.")]
    completed_at: Annotated[DateTimeFilter | None, Field(description="By the time of completion.")]
    created_at: Annotated[DateTimeFilter | None, Field(description="By the time of creation.")]
    updated_at: Annotated[DateTimeFilter | None, Field(description="By the time of the last change.")]
    category: Annotated[CategoryRelationFilter | None, Field(description="By the category that tasks are in.")]
    tags: Annotated[TagCollectionFilter | None, Field(description="By the tags that tasks have.")]


@input_type(description="An order of tasks: exactly one key. The id breaks ties.", one_of=True)
class TaskOrder(shapes.TaskOrder):
    pass


@input_type(description="A category to put a task in: exactly one key.", one_of=True)
class CategoryLink(shapes.CategoryLink):
    id: Annotated[
        CategoryId | None, strawberry.field(graphql_type=strawberry.ID | None, description="An existing one, by id.")
    ]
    name: Annotated[StorableText | None, Field(description="An existing one, by name, without regard to case.")]
    create: Annotated[CreateCategoryInput | None, Field(description="A new one, created together with the task.")]


@input_type(description="A new task.")
class CreateTaskInput(shapes.NewTask):
    category: Annotated[CategoryLink | None, Field(description="The category to put it in.")]


@input_type(description="Changes to a task. A key that is left out keeps its value.")
class TaskPatch(Patch):
    title: Annotated[
        strawberry.Maybe[Annotated[Title, NotNull]],
        strawberry.field(description="1 to 200 characters, trimmed, not blank."),
    ]
    description: Annotated[
        strawberry.Maybe[Description | None],
        strawberry.field(description='Up to 10,000 characters; null or "" removes the description.'),
    ]
    completed: Annotated[
        strawberry.Maybe[Annotated[bool, NotNull]], strawberry.field(description="Whether the task is done.")
    ]
    priority: Annotated[
        strawberry.Maybe[Annotated[shapes.TaskPriority, NotNull]],
        strawberry.field(description="How urgent the task is."),
    ]
    due_at: Annotated[
        strawberry.Maybe[datetime | None],
        strawberry.field(description="When the task should be done; null removes the due time."),
    ]
    category: Annotated[
        strawberry.Maybe[CategoryLink | None],
        strawberry.field(description="The category to put it in; null takes it out of its category."),
    ]
    tags: Annotated[
        strawberry.Maybe[Annotated[TagNames, NotNull]],
        strawberry.field(
            description="All its tags by name, at most 100, in place of those it has; [] removes them all. Those that "
            "do not exist are created. Excludes `addTags` and `removeTags`."
        ),
    ]
    add_tags: Annotated[
        strawberry.Maybe[Annotated[TagNames, NotNull]],
        strawberry.field(
            description="Tags to add, by name, at most 100, also in all; those that do not exist are created."
        ),
    ]
    remove_tags: Annotated[
        strawberry.Maybe[Annotated[TagNames, NotNull]],
        strawberry.field(description="Tags to remove, by name, at most 100; those that it does not have are ignored."),
    ]

    @field_validator("add_tags", "remove_tags", mode="wrap")
    @classmethod
    def _one_way(cls, value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        names = validate(value)
        if info.data.get("tags") is not None:
            raise PydanticCustomError(ProblemCode.CONFLICTING, "Must not be sent with `tags`, which says all of them.")
        added = info.data.get("add_tags")
        also_added = {} if added is None else {text_key(name): name for name in added.value}
        for name in names.value:
            if text_key(name) in also_added:
                raise PydanticCustomError(
                    ProblemCode.CONFLICTING, "Must not name “{name}”: `addTags` names it too.", {"name": name}
                )
        return names

    def changes(self) -> shapes.TaskChanges:
        return cast(shapes.TaskChanges, self.sent())
