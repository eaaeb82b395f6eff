"""What is behind the door, besides GraphQL itself."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gql_api.errors import RequestError
from gql_api.http.authentication import Authenticate
from gql_api.http.response import refused


class Guarded:
    """An ASGI application that lets through to another who may ask."""

    def __init__(self, app: ASGIApp, authenticate: Authenticate) -> None:
        self._app = app
        self._authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        try:
            await self._authenticate(Headers(scope=scope))
        except RequestError as error:
            app = refused(error, scope)
        await app(scope, receive, send)
