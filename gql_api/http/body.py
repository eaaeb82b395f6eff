"""The body of a request: read as it comes, unpacked, and never longer than is allowed."""

import zlib

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.http.negotiation import JSON

PACKED = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
"""Content codings (RFC 9110, 8.4.1), each with what zlib calls it."""


def check_media_type(content_type: str | None) -> None:
    """Raise RequestError unless it is JSON in UTF-8.

    That no other type will do keeps other sites' pages out: a browser does not send this one for them unasked (Fetch,
    "CORS-safelisted request-header").
    """
    if content_type == JSON:
        return
    media_type, *parameters = (part.strip().lower() for part in (content_type or "").split(";"))
    if media_type != JSON:
        raise RequestError(
            RequestErrorCode.UNSUPPORTED_MEDIA_TYPE, "Send the request as JSON, with `content-type: application/json`."
        )
    for parameter in parameters:
        key, _, value = (part.strip() for part in parameter.partition("="))
        if key == "charset" and value.strip('"') not in {"utf-8", "utf8"}:
            raise RequestError(RequestErrorCode.UNSUPPORTED_MEDIA_TYPE, "Send the request in UTF-8.")


async def read(receive: Receive, *, declared: str | None, coding: str | None, at_most: int) -> bytes:
    """Return the body, unpacked.

    Raises RequestError when it is longer than `at_most` bytes, by its declared length (before anything is read) or in
    truth, packed or unpacked; and ClientDisconnect.
    """
    if declared is not None and declared.isdecimal() and (len(declared) > 18 or int(declared) > at_most):  # noqa: PLR2004
        raise _too_large(at_most)
    coding = (coding or "identity").strip().lower()
    if coding != "identity" and coding not in PACKED:
        raise RequestError(
            RequestErrorCode.UNSUPPORTED_MEDIA_TYPE, "Send the request as it is, or with `content-encoding: gzip`."
        )
    unpacker = None if coding == "identity" else zlib.decompressobj(PACKED[coding])
    parts: list[bytes] = []
    size = packed = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part, more = message.get("body", b""), message.get("more_body", False)
        packed += len(part)
        if unpacker is not None:
            part = _unpacked(unpacker, part, at_most - size + 1)
        size += len(part)
        if max(size, packed) > at_most:
            raise _too_large(at_most)
        if part:
            parts.append(part)
    if unpacker is not None and not (unpacker.eof and not unpacker.unused_data):
        raise _not_packed()
    return b"".join(parts)


def _unpacked(unpacker: "zlib._Decompress", part: bytes, at_most: int) -> bytes:
    """Return at most so many bytes, however many there are: what is left over is thrown away with the request."""
    try:
        return unpacker.decompress(part, at_most)
    except zlib.error:
        raise _not_packed() from None


def _not_packed() -> RequestError:
    return RequestError(RequestErrorCode.BAD_REQUEST, "The body is not what its `content-encoding` says.")


def _too_large(at_most: int) -> RequestError:
    message = f"The body is too large: at most {at_most:,} bytes are allowed."
    return RequestError(RequestErrorCode.BODY_TOO_LARGE, message)
