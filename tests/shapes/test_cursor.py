"""Cursors: what they keep comes back, and what was not made for the same order is refused."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from gql_api.shapes.cursor import Position, decode, encode

MOMENT = datetime(2026, 1, 31, 9, 30, 0, 123_456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("created_at", MOMENT),
        ("created_at", datetime(1, 1, 1, microsecond=1, tzinfo=UTC)),
        ("created_at", datetime(9999, 12, 31, 23, 59, 59, 999_998, tzinfo=UTC)),
        ("due_at", None),
        ("title", "Straße 🦕\n\"'\\"),
        ("title", "\U0001d164" * 600),
        ("category_name", None),
        ("priority", 4),
        ("completed", False),
        ("relevance", 0.607_927_1),
    ],
)
def test_a_position_comes_back(key: str, value: str | bool | float | datetime | None) -> None:
    position: Position = (value, 2**63 - 1)
    found = decode(encode(position, "x"), "x", [key])
    assert found == position
    assert list(map(type, found)) == list(map(type, position))


CURSOR = encode((MOMENT, 7), "Task created_at DESC")


def forged(*position: object) -> str:
    """Return a cursor as somebody makes it who has read the source, of version 1 as it has always been."""
    content = json.dumps(position, ensure_ascii=False, separators=(",", ":")).encode()
    digest = hashlib.sha256(b"scope\0" + content).digest()[:8]
    return base64.urlsafe_b64encode(b"\1" + digest + content).decode().rstrip("=")


@pytest.mark.parametrize(
    "position",
    [
        ('Straße "\\/\n\x01\x7f\u2028🦕', 1),
        ("", 2**63 - 1),
        (None, True, False, 0, 4),
        (0.1, 1e-7, 1e6, 123456.789, 0.0, 6),
    ],
)
def test_a_cursor_is_json(position: tuple[Any, ...]) -> None:
    assert encode(position, "scope") == forged(*position)
    assert encode((*position, MOMENT), "scope") == forged(*position, [round(MOMENT.timestamp() * 1e6)])


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "\ud800",
        "A" * 10_000,
        CURSOR[:-1],
        CURSOR + "A",
        CURSOR + "=",
        CURSOR + "\n",
        f" {CURSOR}",
        CURSOR.swapcase(),
        base64.urlsafe_b64encode(b"\2" + base64.urlsafe_b64decode(CURSOR + "==")[1:]).decode().rstrip("="),
        base64.urlsafe_b64encode(json.dumps(["2026-01-31", 7]).encode()).decode(),
        "VGFzazo3",
    ],
)
def test_garbage_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        decode(cursor, "Task created_at DESC", ["created_at"])


@pytest.mark.parametrize("scope", ["Task created_at ASC", "Category created_at DESC", "Task created_at DESC "])
def test_another_orders_cursor_is_refused(scope: str) -> None:
    with pytest.raises(ValueError, match="another"):
        decode(CURSOR, scope, ["created_at"])


@pytest.mark.parametrize(
    ("key", "position"),
    [
        ("title", (1, 7)),
        ("title", (None, 7)),
        ("title", ("a\0b", 7)),
        ("title", ("a", "7")),
        ("title", ("a", True)),
        ("title", ("a", 0)),
        ("title", ("a", 2**63)),
        ("title", ("a",)),
        ("title", ("a", "b", 7)),
        ("title", ()),
        ("priority", (True, 7)),
        ("priority", (2**15, 7)),
        ("priority", (-1, 7)),
        ("completed", (1, 7)),
        ("relevance", (float("nan"), 7)),
        ("relevance", (1e300, 7)),
        ("created_at", (["x"], 7)),
        ("created_at", ([10**30], 7)),
        ("created_at", ([], 7)),
        ("created_at", ({"a": 1}, 7)),
        ("created_at", (None, 7)),
    ],
)
def test_a_forged_cursor_is_refused_too(key: str, position: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        decode(forged(*position), "scope", [key])
