"""GraphQL: the types, and the schema made of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig

from gql_api.schema.category import Category
from gql_api.schema.limits.executor import Executor
from gql_api.schema.mutation import Mutation
from gql_api.schema.query import Query
from gql_api.schema.scalars import DateTime
from gql_api.schema.tag import Tag
from gql_api.schema.task import Task


class PreparedDocument(SchemaExtension):
    """Executes the context's document, which has been parsed and found valid (`prepare`)."""

    def on_operation(self) -> Iterator[None]:
        scope = self.execution_context
        scope.graphql_document = scope.context.document
        scope.validation_rules = ()
        yield


class Schema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Log nothing here: `shown_errors` logs what is unexpected, once."""


schema = Schema(
    query=Query,
    mutation=Mutation,
    types=[Task, Category, Tag],
    extensions=[PreparedDocument],
    execution_context_class=Executor,
    config=StrawberryConfig(scalar_map={datetime: DateTime}),
)
"""The schema is one for the whole process: it holds nothing of any operation."""
