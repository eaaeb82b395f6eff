"""JSON in and out: by orjson, and by Python's own where that would change or refuse what is said."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

import orjson

from gql_api.errors import RequestError, RequestErrorCode

DIGITS = bytes.maketrans(b"123456789", b"000000000")
LONG_NUMBER = b"0" * 19
"""With digits as above. From so many on an integer may have more than 64 bits, of which orjson makes a float."""


def decoded(body: bytes | str, what: str = "The body") -> object:
    """Return what JSON in UTF-8 says (RFC 8259). Raises RequestError."""
    try:
        text = body if isinstance(body, bytes) else body.encode()
        if LONG_NUMBER not in text.translate(DIGITS):
            return orjson.loads(text)
    except ValueError:  # half of a surrogate pair, a number beyond all floats, or no JSON
        pass
    try:
        return json.loads(body.decode() if isinstance(body, bytes) else body, parse_constant=_refuse)
    except (ValueError, RecursionError):  # numbers without end, brackets without end, bytes that are no UTF-8
        raise RequestError(RequestErrorCode.BAD_REQUEST, f"{what} is not valid JSON in UTF-8.") from None


def encoded(answer: Mapping[str, Any]) -> bytes:
    """Return an answer as JSON in UTF-8. Half of a surrogate pair, which UTF-8 cannot say, is escaped as JSON can.

    No number in it may be infinite or none: GraphQL's own Float refuses these.
    """
    try:
        return orjson.dumps(answer)
    except TypeError:  # half of a surrogate pair, an integer of more than 64 bits, very deep
        return echoed(answer)


def echoed(body: Mapping[str, Any]) -> bytes:
    """Return JSON in UTF-8 of what a client has sent. Raises ValueError for a number that is not finite."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_moment)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":"), default=_moment).encode()


def _moment(value: object) -> str:
    """Return a time as orjson writes it."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError


def _refuse(_name: str) -> NoReturn:
    raise ValueError  # NaN and Infinity are Python's, not JSON's
