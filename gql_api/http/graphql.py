"""The GraphQL endpoint over HTTP (GraphQL over HTTP, working draft). A browser gets the explorer's page there."""

from collections.abc import Mapping
from hashlib import blake2b
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gql_api.context import Connection
from gql_api.errors import RequestError, RequestErrorCode
from gql_api.http import body, negotiation
from gql_api.http.door import Door
from gql_api.http.encoding import encoded
from gql_api.http.explorer import Explorer
from gql_api.http.leaving import unless_gone
from gql_api.http.operations import Answer, Operations
from gql_api.http.request import PARAMETERS, GraphQLRequest, from_body, from_query_string
from gql_api.http.response import VARY, Response, refused, responded

Raw = Mapping[bytes, bytes]
"""A request's headers, the first of each name: what nobody looks at is not decoded."""

COMPRESSION_LEVEL = 5
"""More takes longer than it saves."""


class GraphQLEndpoint:
    """An ASGI application."""

    def __init__(
        self,
        operations: Operations,
        door: Door,
        explorer: Explorer | None,
        *,
        max_body_size: int,
        cache_max_age: int,
        compress_over: int,
    ) -> None:
        self._operations = operations
        self._door = door
        self._explorer = explorer
        self._max_body_size = max_body_size
        self._cache_max_age = cache_max_age
        self._compress_over = compress_over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: Raw = dict(reversed(scope["headers"]))
        accept = _accepted(scope, headers)
        method: str = scope["method"]
        if self._explorer is not None and method == "GET" and negotiation.wants_page(accept) and not _asks(scope):
            page = self._explorer.page(str(Request(scope).url.replace(query="")))
            await self._compressed(page)(scope, receive, send)
            return
        media_type = negotiation.answered(accept)
        try:
            if media_type is None:
                raise _not_acceptable()
            answer, request = await self._answer(scope, headers, receive)
        except RequestError as error:
            response = refused(error, scope, media_type or negotiation.JSON)
        except ClientDisconnect:
            return
        else:
            if answer is None:  # nobody waits for it any more
                return
            if method == "GET" and answer.refused is None and "errors" not in answer.body:
                response = self._cacheable(answer, media_type, headers, persisted=request.query is None)
            else:
                response = responded(answer, media_type)
        app: ASGIApp = response
        if len(response.body) >= self._compress_over:
            if b"gzip" in headers.get(b"accept-encoding", b""):
                app = self._compressed(response)
            else:
                response.vary(b"Accept-Encoding")
        await app(scope, receive, send)

    async def _answer(self, scope: Scope, headers: Raw, receive: Receive) -> tuple[Answer | None, GraphQLRequest]:
        """Return the answer, or None when the client has gone; and what was asked. Raises RequestError."""
        method: str = scope["method"]
        if method not in {"GET", "POST"}:
            raise RequestError(RequestErrorCode.METHOD_NOT_ALLOWED, "Use POST, or GET for queries.")
        if method == "POST":
            body.check_media_type(_text(headers, b"content-type"))
        address = scope["client"][0] if scope.get("client") else None
        principal = await self._door.let_in(Headers(raw=scope["headers"]), address)
        await self._door.count(principal, address)
        if method == "GET":
            request = from_query_string(scope["query_string"])
        else:
            request = from_body(
                await body.read(
                    receive,
                    declared=_text(headers, b"content-length"),
                    coding=_text(headers, b"content-encoding"),
                    at_most=self._max_body_size,
                )
            )
        if headers.get(b"graphql-cost") == b"report":
            request = request._replace(tells_cost=True)
        connection = Connection(scope["app"].state.sessions, scope["state"]["request_id"], principal)
        running = self._operations.run(request, connection, "http", safe=method == "GET")
        return await unless_gone(running, scope, receive), request

    def _cacheable(self, answer: Answer, media_type: str, headers: Raw, *, persisted: bool) -> Response:
        text = encoded(answer.body)
        tag = f'W/"{blake2b(text, digest_size=16).hexdigest()}"'
        age = f"max-age={self._cache_max_age}" if persisted and self._cache_max_age else "no-cache"
        kept = [(b"etag", tag.encode()), (b"cache-control", f"private, {age}".encode())]
        known = {each.strip() for each in (_text(headers, b"if-none-match") or "").split(",")}
        if known & {tag, "*"}:
            return Response(b"", 304, [*kept, (b"vary", VARY)])
        return responded(answer, media_type, kept, text)

    def _compressed(self, app: ASGIApp) -> ASGIApp:
        return GZipMiddleware(app, minimum_size=self._compress_over, compresslevel=COMPRESSION_LEVEL)


def _text(headers: Raw, name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


def _accepted(scope: Scope, headers: Raw) -> str | None:
    """Return all that a request accepts, which may be said in several headers."""
    if b"accept" not in headers:
        return None
    return b", ".join([value for name, value in scope["headers"] if name == b"accept"]).decode("latin-1")


def _not_acceptable() -> RequestError:
    types = f"{negotiation.GRAPHQL} or {negotiation.JSON}"
    return RequestError(RequestErrorCode.NOT_ACCEPTABLE, f"Answers are {types}: accept one of them.")


def _asks(scope: Scope) -> bool:
    """Whether an address has a parameter of a request: then it is not a person who looks for the page."""
    return any(key in PARAMETERS for key, _ in parse_qsl(scope["query_string"].decode("latin-1")))
