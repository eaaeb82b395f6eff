"""What is said on one WebSocket (graphql-transport-ws): queries and mutations, each an operation of its own.

The codes that it is closed with are the protocol's (graphql-ws, PROTOCOL.md). It holds nothing but itself, neither a
database connection nor a turn among the running operations, while none of its own runs.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from gql_api import logs
from gql_api.context import Connection, Principal
from gql_api.errors import RequestError, RequestErrorCode
from gql_api.http.door import Door
from gql_api.http.draining import Draining
from gql_api.http.encoding import decoded, echoed, encoded
from gql_api.http.operations import Answer, Operations
from gql_api.http.request import GraphQLRequest, from_parameters
from gql_api.schema.shown_errors import refusal

LONGEST_ID = 200
LONGEST_REASON = 123
"""Bytes of the reason that a WebSocket is closed with (RFC 6455, 5.5)."""

GOING_AWAY = 1001
INVALID = 4400
UNAUTHORIZED = 4401
FORBIDDEN = 4403
INIT_TIMEOUT = 4408
DUPLICATE = 4409
TOO_MANY_INITS = 4429


@dataclass(frozen=True, slots=True)
class Services:
    """What conversations share."""

    operations: Operations
    door: Door
    draining: Draining
    init_timeout: float
    """Seconds."""
    at_most: int
    """Operations that run on one socket at the same time."""


class _Ended(Exception):  # noqa: N818 - no error: how a conversation ends
    """The conversation is over: closed by us with a code, or by the client, without one."""

    def __init__(self, code: int | None = None, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        # A frame has so much room for it (RFC 6455, 5.5), and what is cut must still be UTF-8 (7.1.6).
        self.reason = reason.encode("utf-8", "replace")[:LONGEST_REASON].decode("utf-8", "ignore")


class Conversation:
    def __init__(self, services: Services, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        self._services = services
        self._scope = scope
        self._headers = headers
        self._receive = receive
        self._send = send
        self._asked = asyncio.Event()
        self._principal: Principal | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        """By their ids, which are free again once there is an answer."""
        self._unfinished: set[asyncio.Task[None]] = set()
        """Those too whose answer has not been taken: as long as a client reads nothing, it can begin no more."""
        self._count = 0

    async def hold(self) -> None:
        """Talk until one of both ends it. What still runs then is stopped."""
        ends: list[_Ended] = []
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(tasks))
                tasks.create_task(self._expect_init())
                tasks.create_task(self._leave_when_draining())
        except* _Ended as group:
            ends += [each for each in group.exceptions if isinstance(each, _Ended)]
        code = next((end for end in ends if end.code is not None), None)
        if code is not None and all(end.code is not None for end in ends):
            with suppress(Exception):  # it may have gone in this very moment
                await self._send({"type": "websocket.close", "code": code.code, "reason": code.reason})

    async def _listen(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                raise _Ended
            await self._take(_message(event), tasks)

    async def _expect_init(self) -> None:
        try:
            async with asyncio.timeout(self._services.init_timeout):
                await self._asked.wait()
        except TimeoutError:
            raise _Ended(INIT_TIMEOUT, "Connection initialisation timeout") from None

    async def _leave_when_draining(self) -> None:
        await self._services.draining.closing.wait()
        while self._unfinished:
            await asyncio.wait(self._unfinished)
        raise _Ended(GOING_AWAY, "Going away")

    async def _take(self, message: dict[str, Any], tasks: asyncio.TaskGroup) -> None:
        match message:
            case {"type": "connection_init"}:
                await self._begin(_object_or_none(message.get("payload")))
            case {"type": "ping"}:
                payload = _object_or_none(message.get("payload"))
                await self._echo({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})
            case {"type": "pong"}:
                _object_or_none(message.get("payload"))
            case {"type": "subscribe", "id": str(id), "payload": dict(payload)} if 0 < len(id) <= LONGEST_ID:
                await self._subscribe(id, payload, tasks)
            case {"type": "complete", "id": str(id)}:
                if task := self._running.pop(id, None):
                    task.cancel()
            case _:
                raise _Ended(INVALID, "Invalid message")

    async def _begin(self, payload: dict[str, Any] | None) -> None:
        if self._asked.is_set():
            raise _Ended(TOO_MANY_INITS, "Too many initialisation requests")
        self._asked.set()
        # Browsers can send no headers with a handshake, so this one may be said here.
        said = {key.lower(): value for key, value in (payload or {}).items() if isinstance(value, str)}
        authorization = {"authorization": said["authorization"]} if "authorization" in said else {}
        try:
            self._principal = await self._services.door.let_in({**self._headers, **authorization}, self._address)
        except RequestError as error:
            raise _Ended(FORBIDDEN, "Forbidden") from error
        await self._say({"type": "connection_ack"})

    async def _subscribe(self, id: str, payload: dict[str, Any], tasks: asyncio.TaskGroup) -> None:
        if self._principal is None:
            raise _Ended(UNAUTHORIZED, "Unauthorized")
        if id in self._running:
            raise _Ended(DUPLICATE, f"Subscriber for {id} already exists")
        try:
            request = from_parameters(payload)
        except RequestError:
            raise _Ended(INVALID, "Invalid message") from None
        if request.query is None and request.document_id is None and not request.extensions:
            raise _Ended(INVALID, "Invalid message")
        self._count += 1
        request_id = f"{self._scope['state']['request_id']}.{self._count}"
        if error := self._refused():
            await self._say({"type": "error", "id": id, "payload": [refusal(error, request_id).formatted]})
            return
        connection = Connection(self._scope["app"].state.sessions, request_id, self._principal)
        task = self._running[id] = tasks.create_task(self._operate(id, request, connection))
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)

    def _refused(self) -> RequestError | None:
        if self._services.draining.closing.is_set():
            return RequestError(RequestErrorCode.UNAVAILABLE, "The server is going away: connect anew.")
        if len(self._unfinished) >= self._services.at_most:
            message = f"At most {self._services.at_most} operations run on one connection at the same time."
            return RequestError(RequestErrorCode.OVERLOADED, message)
        return None

    async def _operate(self, id: str, request: GraphQLRequest, connection: Connection) -> None:
        try:
            answer = await self._answer(request, connection)
        finally:
            # Its id is free before the client learns of its end. It may be another's already, when this was cancelled.
            if self._running.get(id) is asyncio.current_task():
                del self._running[id]
        if answer.refused is not None:
            await self._say({"type": "error", "id": id, "payload": answer.body["errors"]})
        else:
            await self._say({"type": "next", "id": id, "payload": answer.body})
            await self._say({"type": "complete", "id": id})

    async def _answer(self, request: GraphQLRequest, connection: Connection) -> Answer:
        logs.request_id.set(connection.request_id)
        try:
            await self._services.door.count(connection.principal, self._address)
        except RequestError as error:
            return Answer({"errors": [refusal(error, connection.request_id).formatted]})
        return await self._services.operations.run(request, connection, "websocket")

    async def _say(self, message: Mapping[str, Any]) -> None:
        await self._send_text(encoded(message))

    async def _echo(self, message: Mapping[str, Any]) -> None:
        try:
            text = echoed(message)
        except ValueError:  # a number of the client's is too large for a float
            raise _Ended(INVALID, "Messages must be valid JSON") from None
        await self._send_text(text)

    async def _send_text(self, text: bytes) -> None:
        try:
            await self._send({"type": "websocket.send", "text": text.decode()})
        except Exception:  # noqa: BLE001 - the client has gone, and the server has its own way to say so
            raise _Ended from None

    @property
    def _address(self) -> str | None:
        return self._scope["client"][0] if self._scope.get("client") else None


def _message(event: Message) -> dict[str, Any]:
    text = event.get("text")
    if text is None:
        raise _Ended(INVALID, "Messages must be text")
    try:
        message = decoded(text)
    except RequestError:
        raise _Ended(INVALID, "Messages must be valid JSON") from None
    if not isinstance(message, dict):
        raise _Ended(INVALID, "Invalid message")
    return message


def _object_or_none(payload: object) -> dict[str, Any] | None:
    if not isinstance(payload, dict | None):
        raise _Ended(INVALID, "Invalid message")
    return payload
