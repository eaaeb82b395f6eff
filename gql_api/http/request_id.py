"""An id for every request, to find its lines in the log by, and a line about it."""

import logging
import re
from os import urandom

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gql_api import logs
from gql_api.errors import INTERNAL_MESSAGE, RequestErrorCode
from gql_api.report import WEBSOCKET, Reports, RequestReport

HEADER = "x-request-id"
RAW_HEADER = HEADER.encode()

SANE = re.compile(r"[A-Za-z0-9._-]{1,128}")
"""An id that a client, or the proxy before us, may give."""

QUIET = ("/health/", "/metrics")
"""Where paths begin that machines ask for every few seconds, all day."""

logger = logging.getLogger(__name__)


class RequestId:
    """Gives each request and each WebSocket an id, or keeps a sane one that it brings, tells it in the response's
    headers, and reports the request when it is over.

    What nobody has caught ends here: logged with the id, and answered without a word of what it was.
    """

    def __init__(self, app: ASGIApp, reports: Reports) -> None:
        self._app = app
        self._reports = reports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = _given(scope) or urandom(16).hex()
        scope.setdefault("state", {})["request_id"] = request_id
        token = logs.request_id.set(request_id)
        path = scope["path"]
        level = logging.DEBUG if path.startswith(QUIET) else logging.INFO
        with self._reports.request(scope.get("method", WEBSOCKET), path, level) as report:
            send_with_id = _with_id(send, request_id, report)
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                if report.status is not None or scope["type"] != "http":
                    raise
                logger.exception("The request failed")
                extensions = {"code": RequestErrorCode.INTERNAL, "requestId": request_id}
                error = {"message": INTERNAL_MESSAGE, "extensions": extensions}
                await JSONResponse({"errors": [error]}, status_code=500)(scope, receive, send_with_id)
        # Not after a failure: what the server then logs belongs to this request, too.
        logs.request_id.reset(token)


def _with_id(send: Send, request_id: str, report: RequestReport) -> Send:
    told = (RAW_HEADER, request_id.encode())

    async def send_with_id(message: Message) -> None:
        match message["type"]:
            case "http.response.body" | "websocket.send":
                pass
            case "http.response.start" | "websocket.http.response.start":
                report.status = message["status"]
                message["headers"] = [*message.get("headers", ()), told]
            case "websocket.accept":
                report.status = 101
                message["headers"] = [*message.get("headers", ()), told]
            case "websocket.close" if report.status is None:
                report.status = 403  # ASGI: what closes a WebSocket before it is accepted refuses the handshake
        await send(message)

    return send_with_id


def _given(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == RAW_HEADER:
            given: str = value.decode("latin-1")
            return given if SANE.fullmatch(given) else None
    return None
