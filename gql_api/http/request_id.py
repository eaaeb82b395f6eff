"""An id for every request, to find its lines in the log by."""

import logging
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gql_api.errors import INTERNAL_MESSAGE, RequestErrorCode

HEADER = "x-request-id"


logger = logging.getLogger(__name__)


class RequestId:
    """Gives each request and each WebSocket an id, and tells it in the response's headers.

    What nobody has caught ends here: logged with the id, and answered without a word of what it was.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] in {"http.response.start", "websocket.accept"}:
                started = True
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            if started or scope["type"] != "http":
                raise
            logger.exception("Request %s failed", request_id)
            extensions = {"code": RequestErrorCode.INTERNAL, "requestId": request_id}
            answer = JSONResponse(
                {"errors": [{"message": INTERNAL_MESSAGE, "extensions": extensions}]}, status_code=500
            )
            await answer(scope, receive, send_with_id)
