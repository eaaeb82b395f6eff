"""The GraphQL endpoint over HTTP (GraphQL over HTTP, working draft). A browser gets the explorer's page there."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gql_api.context import Connection
from gql_api.errors import RequestError, RequestErrorCode
from gql_api.http import body, negotiation
from gql_api.http.door import Door
from gql_api.http.explorer import Explorer
from gql_api.http.operations import Answer, Operations
from gql_api.http.request import PARAMETERS, GraphQLRequest, from_body, from_query_string
from gql_api.http.response import encoded, refused


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
    ) -> None:
        self._operations = operations
        self._door = door
        self._explorer = explorer
        self._max_body_size = max_body_size
        self._cache_max_age = cache_max_age

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        method: str = scope["method"]
        accept = ", ".join(headers.getlist("accept")) if "accept" in headers else None
        if self._explorer is not None and method == "GET" and negotiation.wants_page(accept) and not _asks(scope):
            page = self._explorer.page(str(Request(scope).url.replace(query="")))
            await page(scope, receive, send)
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
            response = self._response(answer, media_type, headers, method, persisted=request.query is None)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, headers: Headers, receive: Receive) -> tuple[Answer | None, GraphQLRequest]:
        """Return the answer, or None when the client has gone; and what was asked. Raises RequestError."""
        method: str = scope["method"]
        if method not in {"GET", "POST"}:
            raise RequestError(RequestErrorCode.METHOD_NOT_ALLOWED, "Use POST, or GET for queries.")
        if method == "POST":
            body.check_media_type(headers.get("content-type"))
        address = scope["client"][0] if scope.get("client") else None
        principal = await self._door.let_in(headers, address)
        await self._door.count(principal, address)
        if method == "GET":
            request = from_query_string(scope["query_string"])
        else:
            request = from_body(
                await body.read(
                    receive,
                    declared=headers.get("content-length"),
                    coding=headers.get("content-encoding"),
                    at_most=self._max_body_size,
                )
            )
        if headers.get("graphql-cost") == "report":
            request = replace(request, tells_cost=True)
        connection = Connection(scope["app"].state.sessions, scope["state"]["request_id"], principal)
        running = self._operations.run(request, connection, "http", safe=method == "GET")
        return await _unless_gone(running, receive), request

    def _response(self, answer: Answer, media_type: str, headers: Headers, method: str, *, persisted: bool) -> Response:
        response = encoded(answer, media_type)
        if method == "GET" and answer.refused is None and "errors" not in answer.body:
            tag = f'W/"{blake2b(bytes(response.body), digest_size=16).hexdigest()}"'
            age = f"max-age={self._cache_max_age}" if persisted and self._cache_max_age else "no-cache"
            response.headers.update({"etag": tag, "cache-control": f"private, {age}"})
            known = {each.strip() for each in headers.get("if-none-match", "").split(",")}
            if known & {tag, "*"}:
                kept = {name: response.headers[name] for name in ("etag", "cache-control", "vary")}
                return Response(status_code=304, headers=kept)
        return response


def _not_acceptable() -> RequestError:
    types = f"{negotiation.GRAPHQL} or {negotiation.JSON}"
    return RequestError(RequestErrorCode.NOT_ACCEPTABLE, f"Answers are {types}: accept one of them.")


def _asks(scope: Scope) -> bool:
    """Whether an address has a parameter of a request: then it is not a person who looks for the page."""
    return any(key in PARAMETERS for key, _ in parse_qsl(scope["query_string"].decode("latin-1")))


async def _unless_gone(running: Coroutine[Any, Any, Answer], receive: Receive) -> Answer | None:
    """Return the answer; or None, with everything stopped, when the client goes before it is there."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - for the type checker: a coroutine runs in a task
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        task.cancel()

    watching = asyncio.create_task(watch())
    try:
        return await running
    except asyncio.CancelledError:
        if gone and not task.uncancel():
            return None
        raise
    finally:
        watching.cancel()
