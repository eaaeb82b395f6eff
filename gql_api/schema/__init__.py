"""GraphQL: the types, and the schema made of them."""

from datetime import datetime
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from gql_api.schema.category import Category
from gql_api.schema.mutation import Mutation
from gql_api.schema.operation import IntrospectionSetting, NamedOperation, OperationScope, ShownErrors
from gql_api.schema.query import Query
from gql_api.schema.scalars import DateTime
from gql_api.schema.tag import Tag
from gql_api.schema.task import Task


class Schema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Log nothing here: ShownErrors logs what is unexpected, once, with the request's id."""


schema = Schema(
    query=Query,
    mutation=Mutation,
    types=[Task, Category, Tag],
    extensions=[ShownErrors, IntrospectionSetting, NamedOperation, OperationScope],
    config=StrawberryConfig(scalar_map={datetime: DateTime}),
)
"""The schema is one for the whole process: it holds nothing of any operation."""
