"""The `info` of our resolvers, with our context."""

from typing import TypeAlias

import strawberry

from gql_api.context import Context

Info: TypeAlias = strawberry.Info[Context, None]
