"""What clients send about tags."""

from typing import Annotated, cast

import strawberry
from pydantic import Field

from gql_api.schema.fields import input_type
from gql_api.schema.global_id import TagId
from gql_api.schema.inputs import IDFilter, Patch, StringFilter, TagIdFilter
from gql_api.shapes import tag as shapes
from gql_api.shapes.filter import AtMost100
from gql_api.shapes.text import NotNull, StorableText, TagName


@input_type(
    description="Which tags are meant: all given keys must hold; {} matches every tag. Filters are nested "
    "5 deep at most, with 200 comparisons and filters in all."
)
class TagFilter(shapes.TagFilter):
    and_: Annotated[
        tuple["TagFilter", ...] | None,
        AtMost100,
        strawberry.field(name="and", description="All of these filters match, at most 100; [] matches everything."),
    ]
    or_: Annotated[
        tuple["TagFilter", ...] | None,
        AtMost100,
        strawberry.field(name="or", description="Any of these filters matches, at most 100; [] matches nothing."),
    ]
    not_: Annotated["TagFilter | None", strawberry.field(name="not", description="This filter does not match.")]
    id: Annotated[TagIdFilter | None, strawberry.field(graphql_type=IDFilter | None, description="By the tag's id.")]
    name: Annotated[StringFilter | None, Field(description="By the tag's name.")]


@input_type(description="One tag, by exactly one of these keys.", one_of=True)
class TagBy(shapes.TagBy):
    id: Annotated[TagId | None, strawberry.field(graphql_type=strawberry.ID | None, description="The tag's id.")]
    name: Annotated[StorableText | None, Field(description="The tag's name, without regard to case.")]


@input_type(description="An order of tags: exactly one key. The id breaks ties.", one_of=True)
class TagOrder(shapes.TagOrder):
    pass


@input_type(description="A new tag.")
class CreateTagInput(shapes.NewTag):
    pass


@input_type(description="Changes to a tag. A key that is left out keeps its value.")
class TagPatch(Patch):
    name: Annotated[
        strawberry.Maybe[Annotated[TagName, NotNull]],
        strawberry.field(description="1 to 50 characters, trimmed, unique without regard to case."),
    ]

    def changes(self) -> shapes.TagChanges:
        return cast(shapes.TagChanges, self.sent())
