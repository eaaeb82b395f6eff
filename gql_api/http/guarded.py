"""What is behind the door, besides GraphQL itself."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gql_api.errors import RequestError
from gql_api.http.door import Door
from gql_api.http.response import refused


class Guarded:
    """An ASGI application that lets through to another who may ask."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        try:
            await self._door.let_in(Headers(scope=scope), scope["client"][0] if scope.get("client") else None)
        except RequestError as error:
            app = refused(error, scope)
        await app(scope, receive, send)
