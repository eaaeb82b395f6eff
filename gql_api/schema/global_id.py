"""Global ids: opaque to clients, unique over all kinds of objects (Relay's Global Object Identification)."""

import binascii
from collections.abc import Callable
from functools import partial
from typing import Annotated, get_args

import strawberry
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from gql_api.errors import Kind, ProblemCode
from gql_api.kept import kept

MAX_ID = 2**63 - 1
KINDS: dict[bytes, Kind] = {kind.encode(): kind for kind in get_args(Kind)}

KEPT = 10_000
"""Ids that are kept, encoded of each kind and decoded of all."""


class InvalidIdError(ValueError):
    """The text is not an id of the kind that is wanted."""


def encode(kind: Kind, id: int) -> strawberry.ID:
    # None of these characters becomes one that Base64 for URLs writes differently.
    text = binascii.b2a_base64(f"{kind}:{id}".encode(), newline=False).rstrip(b"=").decode()
    return strawberry.ID(text)


def of(kind: Kind) -> Callable[[int], str]:
    """Return what answers the global ids of one kind of objects: many are asked for in every answer."""
    form = f"{kind}:%d".encode()

    @kept(KEPT)
    def encode_of(id: int) -> str:
        return binascii.b2a_base64(form % id, newline=False).rstrip(b"=").decode()

    return encode_of


@kept(KEPT)
def decode(text: str) -> tuple[Kind, int]:
    """Return kind and number. Raises InvalidIdError for whatever `encode` has not made."""
    try:
        found, _, number = binascii.a2b_base64(text + "==").partition(b":")
        kind, id = KINDS[found], int(number)
    except (KeyError, ValueError):
        raise InvalidIdError from None
    if not 0 < id <= MAX_ID or encode(kind, id) != text:
        raise InvalidIdError
    return kind, id


def message(kind: Kind) -> str:
    return f"This is not the id of a {kind.lower()}."


def decode_as(kind: Kind, text: str) -> int:
    """Return the number of an id of this kind. Raises InvalidIdError for any other text, other kinds' ids included."""
    found, id = decode(text)
    if found != kind:
        raise InvalidIdError
    return id


def _validate(kind: Kind, value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return decode_as(kind, value)
    except InvalidIdError:
        raise PydanticCustomError(ProblemCode.INVALID_ID, "{message}", {"message": message(kind)}) from None


CategoryId = Annotated[int, BeforeValidator(partial(_validate, "Category"))]
"""In an input: the number behind a category's global id."""

TaskId = Annotated[int, BeforeValidator(partial(_validate, "Task"))]
"""In an input: the number behind a task's global id."""

TagId = Annotated[int, BeforeValidator(partial(_validate, "Tag"))]
"""In an input: the number behind a tag's global id."""
