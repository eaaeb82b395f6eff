"""The head of a request: its first line and headers."""

from collections.abc import Iterable
from http import HTTPStatus

Headers = Iterable[tuple[bytes, bytes]]

BETWEEN = len(b": \r\n")
AROUND = len(b"POST  HTTP/1.1\r\n\r\n")
"""Bytes of a head that the parser does not tell of."""


class RefusedError(Exception):
    """Raised in the parser's callbacks."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def check_head(version: str, method: bytes, headers: Headers) -> None:
    """Refuse what the parser lets through, though RFC 9112 does not. Headers' names are in lower case."""
    if version not in {"1.0", "1.1"}:
        raise RefusedError(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "Only HTTP/1.1 is spoken here.")
    if method == b"CONNECT":
        raise RefusedError(HTTPStatus.BAD_REQUEST, "This is no proxy.")
    hosts = 0
    for name, value in headers:
        if name == b"host":
            hosts += 1
        elif name == b"transfer-encoding" and (value.lower() != b"chunked" or version == "1.0"):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "The only transfer encoding is `chunked`.")
    if hosts > 1 or (hosts == 0 and version == "1.1"):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "A request has one `Host`.")


def written(version: str, method: bytes, url: bytes, headers: Headers) -> bytes:
    """Return a head as it is sent."""
    first = b"%b %b HTTP/%b" % (method, url, version.encode())
    return b"\r\n".join([first, *(b"%b: %b" % header for header in headers), b"", b""])
