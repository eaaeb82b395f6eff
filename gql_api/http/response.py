"""Answers as HTTP responses: their status codes, media types and headers."""

from starlette.responses import Response
from starlette.types import Scope

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.http.authentication import CHALLENGE
from gql_api.http.negotiation import GRAPHQL, JSON
from gql_api.http.operations import Answer, encode
from gql_api.http.rate_limit import RateLimitedError
from gql_api.schema.shown_errors import refusal

METHODS = "GET, POST"

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


def refused(error: RequestError, scope: Scope, media_type: str = JSON) -> Response:
    """Return the response that says why a request is not answered."""
    answer = Answer({"errors": [refusal(error, scope["state"]["request_id"]).formatted]})
    response = encoded(answer, media_type)
    if isinstance(error, RateLimitedError):
        response.headers["retry-after"] = str(error.retry_after)
    return response


def encoded(answer: Answer, media_type: str) -> Response:
    code = answer.refused
    status = 200
    if code is not None:
        of_media_type = GRAPHQL_STATUSES.get(code, 400) if media_type == GRAPHQL else 200
        status = STATUSES.get(code, of_media_type)
    headers = {
        "content-type": f"{media_type}; charset=utf-8",
        "cache-control": "no-store",
        "vary": "Accept, Authorization",
        "x-content-type-options": "nosniff",
    }
    match code:
        case RequestErrorCode.METHOD_NOT_ALLOWED:
            headers["allow"] = METHODS
        case RequestErrorCode.UNAUTHENTICATED:
            headers["www-authenticate"] = CHALLENGE
        case RequestErrorCode.OVERLOADED | RequestErrorCode.UNAVAILABLE:
            headers["retry-after"] = "1"
        case RequestErrorCode.UNSUPPORTED_MEDIA_TYPE:
            headers["accept-encoding"] = "gzip, deflate"
        case _:
            pass
    return Response(encode(answer.body), status, headers)
