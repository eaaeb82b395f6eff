"""What every answer must be like: HTTP as it is written down, GraphQL's response format, and no word too many."""

import json
import re
from dataclasses import dataclass
from typing import Any

from gql_api.errors import RequestErrorCode
from gql_api.schema.shown_errors import LONGEST_MESSAGE

STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5]\d\d) [\x20-\x7e]*")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\x80-\xff\t]*)")

GRAPHQL = {"application/graphql-response+json; charset=utf-8", "application/json; charset=utf-8"}
PAGES = ("text/html", "image/", "text/javascript", "text/css", "text/plain; version", "application/octet-stream")
"""What is for people, or for Prometheus, may use any word."""

LEAKS = re.compile(
    r"(?i:asyncpg|sqlalchemy|psycopg|pydantic|starlette|uvicorn|traceback|site-packages|\.py\b)"
    r"|SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|<class|<object|object at 0x|/tmp/|/usr/|/root/|/home/"
    r"|\b(?:Value|Type|Key|Index|Attribute|Recursion|Runtime|Overflow|UnicodeEncode|UnicodeDecode|OS|Memory)Error\b"
    r"|(?:string|str|int) conversion|codec can't|expected str|NoneType"
)
"""Words of ours, of Python and of libraries. No strategy makes them: what is sent wrongly is quoted."""

LONGEST = LONGEST_MESSAGE + 100
"""Characters of a message, with what may be added to it."""

CODES = set(RequestErrorCode) - {RequestErrorCode.INTERNAL}
UNAVAILABLE = {RequestErrorCode.OVERLOADED, RequestErrorCode.UNAVAILABLE}


@dataclass(frozen=True)
class Response:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        return [value for each, value in self.headers if each == name]

    @property
    def type(self) -> str:
        return next(iter(self.values("content-type")), "")


class MalformedError(AssertionError):
    """What a server has sent is no HTTP."""


def parsed(data: bytes, *, closed: bool, bodiless: bool = False) -> tuple[list[Response], bytes]:
    """Return the responses in what a server has sent, and what is left: the beginning of another.

    `bodiless` says that some may be answers to HEAD. Raises MalformedError.
    """
    found: list[Response] = []
    while b"\r\n\r\n" in data:
        head, _, rest = data.partition(b"\r\n\r\n")
        status, headers = _head(head)
        lengths, codings = _of(headers, "content-length"), _of(headers, "transfer-encoding")
        if len(lengths) + len(codings) > 1 or codings not in ([], ["chunked"]):
            raise MalformedError(head)
        if status < 200 or status in {204, 304} or (bodiless and (not rest or rest.startswith(b"HTTP/1."))):
            split: tuple[bytes, bytes] | None = (b"", rest)
        else:
            split = _unchunked(rest) if codings else _counted(rest, lengths, closed=closed)
        if split is None:
            break
        body, data = split
        if status != 100:
            found.append(Response(status, headers, body))
    if data and not b"HTTP/1.1 "[: len(data)] == data[:9]:
        raise MalformedError(data[:200])
    return found, data


def _head(head: bytes) -> tuple[int, list[tuple[str, str]]]:
    first, *lines = head.split(b"\r\n")
    status, fields = STATUS_LINE.fullmatch(first), [FIELD.fullmatch(line) for line in lines]
    if status is None or None in fields:
        raise MalformedError(head)
    return int(status[1]), [(field[1].decode().lower(), field[2].decode("latin-1")) for field in fields if field]


def _of(headers: list[tuple[str, str]], name: str) -> list[str]:
    return [value for each, value in headers if each == name]


def _counted(data: bytes, lengths: list[str], *, closed: bool) -> tuple[bytes, bytes] | None:
    if not lengths:
        return (data, b"") if closed else None
    length = int(lengths[0])
    return (data[:length], data[length:]) if len(data) >= length else None


def _unchunked(data: bytes) -> tuple[bytes, bytes] | None:
    body = b""
    while True:
        size, end, rest = data.partition(b"\r\n")
        if not end:
            return None
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size):
            raise MalformedError(data[:100])
        length = int(size, 16)
        if len(rest) < length + 2:
            return None
        if rest[length : length + 2] != b"\r\n":
            raise MalformedError(rest[length : length + 20])
        if length == 0:
            return body, rest[2:]
        body, data = body + rest[:length], rest[length + 2 :]


def check(response: Response) -> None:
    """Fail unless a response is one that this server may give to anything at all."""
    text = response.body.decode("utf-8", "replace")
    failed = response.status >= 500 and response.status not in {501, 505}  # which are the client's mistakes
    assert not failed or (response.status == 503 and set(_codes(text)) <= UNAVAILABLE), response
    for value in ("; ".join(f"{name}: {value}" for name, value in response.headers), text):
        if not response.type.startswith(PAGES):
            assert not (leak := LEAKS.search(value)), (leak, response)
    # The answer to HEAD has none.
    if response.body and response.type in GRAPHQL and not response.values("content-encoding"):
        check_answer(decoded(response.body), response)


def decoded(body: bytes) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    return json.loads(body.decode("utf-8"), parse_constant=refuse)


def check_answer(answer: Any, about: object = None) -> None:
    """Fail unless it is in GraphQL's response format (October 2021, 7.1), and each error has a code of ours."""
    assert isinstance(answer, dict), about
    assert answer.keys() <= {"data", "errors", "extensions"}, about
    assert "data" in answer or "errors" in answer, about
    if "errors" in answer:
        check_errors(answer["errors"], about)
    assert not (leak := LEAKS.search(json.dumps(answer))), (leak, about)


def check_errors(errors: Any, about: object = None) -> None:
    assert isinstance(errors, list), about
    assert errors, about
    for error in errors:
        assert error.keys() <= {"message", "locations", "path", "extensions"}, about
        assert 0 < len(str(error["message"])) <= LONGEST, about
        assert error["extensions"]["code"] in CODES, about
        for location in error.get("locations", ()):
            assert location.keys() == {"line", "column"}, about
            assert min(location.values()) > 0, about
        assert all(isinstance(step, str | int) for step in error.get("path", ())), about


def _codes(text: str) -> list[str]:
    try:
        return [error["extensions"]["code"] for error in json.loads(text)["errors"]]
    except (ValueError, LookupError, TypeError):
        return ["?"]
