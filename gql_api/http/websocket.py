"""GraphQL over WebSocket (protocol graphql-transport-ws): the handshake, and who may make it."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from gql_api.http.conversation import Conversation, Services
from gql_api.report import Reports

PROTOCOL = "graphql-transport-ws"
NOT_ACCEPTABLE = 4406


class GraphQLSocketEndpoint:
    """An ASGI application."""

    def __init__(self, services: Services, origins: Collection[str], at_most: int, reports: Reports) -> None:
        """`origins` are those of other hosts' pages that may connect; no more than `at_most` sockets are open."""
        self._services = services
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)
        self._at_most = at_most
        self._open = 0
        self._reports = reports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        headers = Headers(scope=scope)
        if not self._may_connect(headers):
            await _refuse(send, 403, "Pages of this origin may not connect.")
        elif self._open >= self._at_most or self._services.draining.closing.is_set():
            await _refuse(send, 503, "No more connections are taken right now.")
        elif PROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept", "headers": []})
            await send({"type": "websocket.close", "code": NOT_ACCEPTABLE, "reason": "Subprotocol not acceptable"})
        else:
            await send({"type": "websocket.accept", "subprotocol": PROTOCOL, "headers": []})
            self._count(1)
            try:
                await Conversation(self._services, scope, headers, receive, send).hold()
            finally:
                self._count(-1)

    def _count(self, by: int) -> None:
        self._open += by
        self._reports.change("websockets", by)

    def _may_connect(self, headers: Headers) -> bool:
        """Whether no browser asks, or one for a page of this host, or of an origin that is allowed.

        Browsers ask nobody before they connect for another site's page, and no other page can leave the header out.
        """
        origin = headers.get("origin")
        if origin is None or origin.lower() in self._origins:
            return True
        try:
            return urlsplit(origin).netloc.lower() == headers.get("host", "").lower() != ""
        except ValueError:  # it is no address
            return False


async def _refuse(send: Send, status: int, reason: str) -> None:
    """Answer a handshake with a status, by the ASGI extension "WebSocket Denial Response"."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": reason.encode()})
