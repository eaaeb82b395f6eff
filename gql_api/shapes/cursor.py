"""Cursors: a row's position in an order, as an opaque text.

A position holds the values that the row was ordered by, and its id: it stays where it is whatever is inserted or
deleted around it, the row itself included. A cursor says which list and order (its scope) it belongs to.
"""

import base64
import binascii
import hashlib
import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring
from types import NoneType
from typing import Any, TypeAlias

Value: TypeAlias = str | int | float | bool | datetime | None
Position: TypeAlias = tuple[Value, ...]
"""The values of the order's keys, and then the id."""

VERSION = bytes([1])
DIGEST_BYTES = 8
LONGEST = 8_000
"""Characters. The longest title makes a cursor of about half of that."""

MOST_RELEVANT = 1e6
"""More than PostgreSQL's ts_rank gives: up to 1 for each word of a text that an unfinished word may become."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

VALUES: dict[str, tuple[type, ...]] = {
    "created_at": (datetime,),
    "updated_at": (datetime,),
    "due_at": (datetime, type(None)),
    "completed_at": (datetime, type(None)),
    "title": (str,),
    "name": (str,),
    "category_name": (str, type(None)),
    "priority": (int,),
    "completed": (bool,),
    "relevance": (float,),
}
"""What a position holds for each key of an order."""


PLAIN: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: repr,
    float: repr,
    bool: {True: "true", False: "false"}.__getitem__,
    NoneType: {None: "null"}.__getitem__,
    # Microseconds since 1970, in a list so that they are told from a number.
    datetime: lambda value: f"[{(value - EPOCH) // MICROSECOND}]",
}
"""How each kind of value is written in JSON. Lists of cursors are long, and this takes half as long as `json.dumps`."""


FOR_URLS = bytes.maketrans(b"+/", b"-_")


def encode(position: Position, scope: str) -> str:
    return encoder(scope)(position)


def encoder(scope: str) -> Callable[[Position], str]:
    """Return what encodes positions for a scope: a page has many, and the digest of each begins alike."""
    begun = _digest(scope)

    def encode_position(position: Position) -> str:
        content = f"[{','.join([PLAIN[type(value)](value) for value in position])}]".encode()
        digest = begun.copy()
        digest.update(content)
        data = VERSION + digest.digest()[:DIGEST_BYTES] + content
        return binascii.b2a_base64(data, newline=False).translate(FOR_URLS, b"=").decode()

    return encode_position


def decode(cursor: str, scope: str, keys: Sequence[str]) -> Position:
    """Return the position in an order by these keys. Raises ValueError for what `encode` has not made for the scope."""
    try:
        if len(cursor) > LONGEST:
            raise ValueError("too long")
        data = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        content = data[1 + DIGEST_BYTES :]
        digest = _digest(scope)
        digest.update(content)
        if data[: 1 + DIGEST_BYTES] != VERSION + digest.digest()[:DIGEST_BYTES]:
            raise ValueError("of another version, list or order")
        position = tuple(_value(each) for each in json.loads(content))
        # The digest keeps mistakes out, but not who knows how it is made.
        *values, id = position
        fitting = all(type(value) in VALUES[key] and _in_range(value) for key, value in zip(keys, values, strict=True))
        if not (fitting and type(id) is int and 0 < id < 2**63 and encode(position, scope) == cursor):
            raise ValueError("made by somebody else")
    except (UnicodeError, binascii.Error, OverflowError, RecursionError, TypeError, IndexError) as error:
        raise ValueError("garbage") from error
    return position


def _digest(scope: str) -> "hashlib._Hash":
    """Return the digest of a scope and of what is then added, a position."""
    return hashlib.sha256(scope.encode() + b"\0")


def _value(plain: object) -> Value:
    if isinstance(plain, list):
        return EPOCH + timedelta(microseconds=plain[0])
    if plain is None or isinstance(plain, str | int | float):
        return plain
    raise TypeError


def _in_range(value: Value) -> bool:
    """Whether the database has such a value: a text without NUL, a small number."""
    match value:
        case str():
            return "\0" not in value
        case float():
            return math.isfinite(value) and abs(value) <= MOST_RELEVANT
        case bool() | None | datetime():
            return True
        case _:
            return 0 <= value < 2**15
