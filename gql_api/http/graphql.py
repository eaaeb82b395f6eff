"""The GraphQL endpoint: HTTP and WebSocket (graphql-transport-ws). A browser gets the explorer's page there."""

import json
import re

import strawberry
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from fastapi import APIRouter
from fastapi.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse
from strawberry.fastapi import BaseContext, GraphQLRouter
from strawberry.http import GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from gql_api.db import Sessions
from gql_api.http.explorer import Explorer

NAME = re.compile("[_A-Za-z][_0-9A-Za-z]*")
"""A name in GraphQL's grammar."""


class Connection(BaseContext):
    """What an HTTP request or a WebSocket brings along. Each operation on it opens a context of its own."""

    def __init__(self, connection: HTTPConnection) -> None:
        super().__init__()
        self.sessions: Sessions = connection.app.state.sessions
        self.request_id: str = connection.state.request_id
        self.introspection: bool = connection.app.state.introspection


async def _connection(connection: HTTPConnection) -> Connection:
    return Connection(connection)


class _Router(GraphQLRouter[Connection, None]):
    """Strawberry's routes; bodies that are no GraphQL request are refused, whatever they are."""

    explorer: Explorer | None = None

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        return self.explorer is not None and super().should_render_graphql_ide(request)

    async def render_graphql_ide(self, request: Request) -> HTMLResponse:
        assert self.explorer is not None  # noqa: S101 - for the type checker: it is asked above
        return self.explorer.page(str(request.url.replace(query="")))

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


def graphql_router(schema: strawberry.Schema, path: str, explorer: Explorer | None) -> APIRouter:
    """Make the routes at `path`. Arrays of operations are refused."""
    router = _Router(
        schema,
        path,
        context_getter=_connection,
        subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
    )
    router.explorer = explorer
    return router
