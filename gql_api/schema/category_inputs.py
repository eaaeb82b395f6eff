"""What clients send about categories."""

from typing import Annotated, cast

import strawberry
from pydantic import Field

from gql_api.schema.enums import describe_enum
from gql_api.schema.fields import input_type
from gql_api.schema.global_id import CategoryId
from gql_api.schema.inputs import CategoryIdFilter, DateTimeFilter, IDFilter, Patch, StringFilter
from gql_api.shapes import category as shapes
from gql_api.shapes.filter import AtMost100
from gql_api.shapes.text import ColorHex, Name, NotNull, StorableText

describe_enum(
    shapes.CategoryTasksAction,
    "What is done with the tasks of a deleted category.",
    UNCATEGORIZE="They stay, without a category.",
    DELETE="They are deleted with it.",
)


@input_type(
    description="Which categories are meant: all given keys must hold; {} matches every category. Filters are nested "
    "5 deep at most, with 200 comparisons and filters in all."
)
class CategoryFilter(shapes.CategoryFilter):
    and_: Annotated[
        tuple["CategoryFilter", ...] | None,
        AtMost100,
        strawberry.field(name="and", description="All of these filters match, at most 100; [] matches everything."),
    ]
    or_: Annotated[
        tuple["CategoryFilter", ...] | None,
        AtMost100,
        strawberry.field(name="or", description="Any of these filters matches, at most 100; [] matches nothing."),
    ]
    not_: Annotated["CategoryFilter | None", strawberry.field(name="not", description="This filter does not match.")]
    id: Annotated[
        CategoryIdFilter | None, strawberry.field(graphql_type=IDFilter | None, description="By the category's id.")
    ]
    name: Annotated[StringFilter | None, Field(description="By the category's name.")]
    created_at: Annotated[DateTimeFilter | None, Field(description="By the time of creation.")]
    updated_at: Annotated[DateTimeFilter | None, Field(description="By the time of the last change.")]


@input_type(description="One category, by exactly one of these keys.", one_of=True)
class CategoryBy(shapes.CategoryBy):
    id: Annotated[
        CategoryId | None, strawberry.field(graphql_type=strawberry.ID | None, description="The category's id.")
    ]
    name: Annotated[StorableText | None, Field(description="The category's name, without regard to case.")]


@input_type(description="An order of categories: exactly one key. The id breaks ties.", one_of=True)
class CategoryOrder(shapes.CategoryOrder):
    pass


@input_type(description="A new category.")
class CreateCategoryInput(shapes.NewCategory):
    pass


@input_type(description="Changes to a category. A key that is left out keeps its value.")
class CategoryPatch(Patch):
    name: Annotated[
        strawberry.Maybe[Annotated[Name, NotNull]],
        strawberry.field(description="1 to 100 characters, trimmed, unique without regard to case."),
    ]
    color: Annotated[
        strawberry.Maybe[ColorHex | None], strawberry.field(description="As #rrggbb; null removes the color.")
    ]

    def changes(self) -> shapes.CategoryChanges:
        return cast(shapes.CategoryChanges, self.sent())


@input_type(description="What becomes of the tasks of a deleted category: exactly one key.", one_of=True)
class CategoryTasksPolicy(shapes.CategoryTasksPolicy):
    move_to: Annotated[
        CategoryId | None,
        strawberry.field(graphql_type=strawberry.ID | None, description="The category that they move to."),
    ]
    action: Annotated[
        shapes.CategoryTasksAction | None, Field(description="What is done with them when they do not move.")
    ]
