"""The GraphQL endpoint: HTTP, WebSocket (graphql-transport-ws), and the explorer page for browsers."""

import strawberry
from fastapi import APIRouter
from fastapi.requests import HTTPConnection
from strawberry.fastapi import BaseContext, GraphQLRouter
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from gql_api.db import Sessions


class Connection(BaseContext):
    """What an HTTP request or a WebSocket brings along. Each operation on it opens a context of its own."""

    def __init__(self, connection: HTTPConnection) -> None:
        super().__init__()
        self.sessions: Sessions = connection.app.state.sessions
        self.request_id: str = connection.state.request_id


async def _connection(connection: HTTPConnection) -> Connection:
    return Connection(connection)


def graphql_router(schema: strawberry.Schema, path: str) -> APIRouter:
    """Make the routes at `path`. Arrays of operations are refused."""
    return GraphQLRouter(
        schema,
        path,
        context_getter=_connection,
        graphql_ide="graphiql",
        subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
    )
