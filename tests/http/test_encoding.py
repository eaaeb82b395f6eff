"""JSON in and out says what Python's own says, whoever writes it."""

import json
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gql_api.errors import RequestError
from gql_api.http.encoding import decoded, echoed, encoded

NUMBERS = (
    *("0", "-0", "-0.0", "1.0", "1e5", "1E-5", "0.1e1", "9223372036854775807", "9223372036854775808"),
    *("-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616"),
    *("100000000000000000000000000001", "12345678901234567890123.5", "1e400", "-1e400", "1" * 4_000),
)


def same(first: object, second: object) -> bool:
    """Whether they are equal, in types and signs too."""
    return repr(first) == repr(second)


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_are_those_that_were_sent(text: str) -> None:
    for whole in (text, f"[{text}]", f'{{"a": {{"b": [1, {text}]}}}}'):
        assert same(decoded(whole), json.loads(whole))
        assert same(decoded(whole.encode()), json.loads(whole))


@pytest.mark.parametrize(
    "text", ['"\\ud800"', '{"\\udfff": "\\ud83d\\ude00"}', '{"a": 1, "a": 2}', '"' + "9" * 30 + '"']
)
def test_texts_and_keys_too(text: str) -> None:
    assert decoded(text) == json.loads(text)
    assert decoded(text.encode()) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            b"",
            b" ",
            b"{",
            b"nul",
            b"NaN",
            b"[Infinity]",
            b"-Infinity",
            b"01",
            b"1.",
            b".5",
            b"+1",
            b"[1,]",
            b"{'a': 1}",
        ),
        *(b'"\xff"', b'"\xed\xa0\x80"', b'"\x01"', b'"\\x"', b"\xef\xbb\xbf1", b"1 2", b"[" * 100_000, b"1" * 5_000),
        b"[" * 5_000 + b"]" * 5_000,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        decoded(text)
    assert caught.value.code == "BAD_REQUEST"


def test_text_that_utf_8_cannot_say_is_refused_or_read_as_pythons_own() -> None:
    """A WebSocket's message is text already."""
    assert decoded('{"a": "\ud800"}') == json.loads('{"a": "\ud800"}')
    with pytest.raises(RequestError):
        decoded("\ud800")


class Code(StrEnum):
    ONE = "one"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"a": Code.ONE, "b": (1, 2), "c": "é\u2028😀\x7f"}, '{"a":"one","b":[1,2],"c":"é\u2028😀\x7f"}'.encode()),
        ({"a": "\ud800", "é": 1}, b'{"a":"\\ud800","\\u00e9":1}'),
        ({"a": 2**64, "b": -(2**63)}, b'{"a":18446744073709551616,"b":-9223372036854775808}'),
        ({"a": '\x00\x1f"\\/'}, b'{"a":"\\u0000\\u001f\\"\\\\/"}'),
    ],
    ids=range(4),
)
def test_answers(value: dict[str, Any], written: bytes) -> None:
    assert encoded(value) == written
    assert echoed(value) == written


def test_deep_answers() -> None:
    value: Any = 1
    for _ in range(300):
        value = {"a": value}
    assert json.loads(encoded(value)) == value


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
def test_a_number_that_json_cannot_say_is_not_sent_back(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        echoed({"a": number})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=50, deadline=None)
@given(VALUES, st.booleans())
def test_whatever_it_is(value: object, ascii_only: bool) -> None:
    assert same(decoded(json.dumps(value, ensure_ascii=ascii_only)), value)
    assert same(json.loads(encoded({"a": value})), {"a": value})
