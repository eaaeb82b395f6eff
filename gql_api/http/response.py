"""Answers as HTTP responses: their status codes, media types and headers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.http.authentication import CHALLENGE
from gql_api.http.encoding import encoded
from gql_api.http.negotiation import GRAPHQL, JSON
from gql_api.http.operations import Answer
from gql_api.http.rate_limit import RateLimitedError
from gql_api.schema.shown_errors import refusal

METHODS = b"GET, POST"

STATUSES = {
    RequestErrorCode.BAD_REQUEST: 400,
    RequestErrorCode.UNAUTHENTICATED: 401,
    RequestErrorCode.FORBIDDEN: 403,
    RequestErrorCode.METHOD_NOT_ALLOWED: 405,
    RequestErrorCode.NOT_ACCEPTABLE: 406,
    RequestErrorCode.BODY_TOO_LARGE: 413,
    RequestErrorCode.UNSUPPORTED_MEDIA_TYPE: 415,
    RequestErrorCode.RATE_LIMITED: 429,
    RequestErrorCode.OVERLOADED: 503,
}
"""Of what is refused whatever media type the answer has: it is no well-formed request, or not one for now."""

GRAPHQL_STATUSES = {
    RequestErrorCode.DOCUMENT_NOT_TRUSTED: 403,
    RequestErrorCode.UNAVAILABLE: 503,
    RequestErrorCode.INTERNAL: 500,
}
"""Of well-formed requests that were not executed, where the media type is GraphQL's; any other is 400."""

HEADERS = {
    RequestErrorCode.METHOD_NOT_ALLOWED: (b"allow", METHODS),
    RequestErrorCode.UNAUTHENTICATED: (b"www-authenticate", CHALLENGE.encode()),
    RequestErrorCode.OVERLOADED: (b"retry-after", b"1"),
    RequestErrorCode.UNAVAILABLE: (b"retry-after", b"1"),
    RequestErrorCode.UNSUPPORTED_MEDIA_TYPE: (b"accept-encoding", b"gzip, deflate"),
}

NO_STORE = (b"cache-control", b"no-store")
VARY = b"Accept, Authorization"
TYPES = {each: (b"content-type", f"{each}; charset=utf-8".encode()) for each in (GRAPHQL, JSON)}


@dataclass(slots=True)
class Response:
    """An ASGI application that answers at once. Starlette's can do more, and takes longer than it takes to send."""

    body: bytes
    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})

    def vary(self, by: bytes) -> None:
        """Say that it depends on one more of the request's headers."""
        self.headers = [(name, b"%b, %b" % (value, by) if name == b"vary" else value) for name, value in self.headers]


def refused(error: RequestError, scope: Scope, media_type: str = JSON) -> Response:
    """Return the response that says why a request is not answered."""
    told = refusal(error, scope["state"]["request_id"]).formatted
    retry = [(b"retry-after", b"%d" % error.retry_after)] if isinstance(error, RateLimitedError) else []
    return responded(Answer({"errors": [told]}), media_type, [NO_STORE, *retry])


def responded(
    answer: Answer, media_type: str, headers: Iterable[tuple[bytes, bytes]] = (NO_STORE,), body: bytes | None = None
) -> Response:
    """Return the response to a request, with these headers besides. `body` is the answer, if it is encoded already."""
    code = answer.refused
    status = 200
    if code is not None:
        of_media_type = GRAPHQL_STATUSES.get(code, 400) if media_type == GRAPHQL else 200
        status = STATUSES.get(code, of_media_type)
        headers = [*headers, HEADERS[code]] if code in HEADERS else headers
    body = encoded(answer.body) if body is None else body
    return Response(
        body,
        status,
        [
            TYPES[media_type],
            (b"content-length", b"%d" % len(body)),
            (b"vary", VARY),
            (b"x-content-type-options", b"nosniff"),
            *headers,
        ],
    )
