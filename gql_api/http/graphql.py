"""The GraphQL endpoint: HTTP, WebSocket (graphql-transport-ws), and the explorer page for browsers."""

import json
import re

import strawberry
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from fastapi import APIRouter
from fastapi.requests import HTTPConnection
from strawberry.fastapi import BaseContext, GraphQLRouter
from strawberry.http import GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from gql_api.db import Sessions

NAME = re.compile("[_A-Za-z][_0-9A-Za-z]*")
"""A name in GraphQL's grammar."""


class Connection(BaseContext):
    """What an HTTP request or a WebSocket brings along. Each operation on it opens a context of its own."""

    def __init__(self, connection: HTTPConnection) -> None:
        super().__init__()
        self.sessions: Sessions = connection.app.state.sessions
        self.request_id: str = connection.state.request_id


async def _connection(connection: HTTPConnection) -> Connection:
    return Connection(connection)


class _Router(GraphQLRouter[Connection, None]):
    """Strawberry's routes; bodies that are no GraphQL request are refused, whatever they are."""

    def decode_json(self, data: str | bytes) -> object:
        try:
            return json.loads(data)
        except (ValueError, RecursionError):  # numbers without end, brackets without end, bytes that are no UTF-8
            raise json.JSONDecodeError("Not valid JSON", "", 0) from None

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData | list[GraphQLRequestData]:
        try:
            parsed = await super().parse_http_body(request)
        except AttributeError:  # it is JSON, but has no keys to get
            raise HTTPException(400, "The request must be a JSON object.") from None
        name: object = None if isinstance(parsed, list) else parsed.operation_name
        if name is not None and not (isinstance(name, str) and NAME.fullmatch(name)):
            raise HTTPException(400, "`operationName` must be the name of an operation, or null.")
        return parsed


def graphql_router(schema: strawberry.Schema, path: str) -> APIRouter:
    """Make the routes at `path`. Arrays of operations are refused."""
    return _Router(
        schema,
        path,
        context_getter=_connection,
        graphql_ide="graphiql",
        subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
    )
