"""What a client may send as a value, in order or not: JSON of every shape, ids and cursors that are nearly right."""

from base64 import b64encode
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]

ODD_TEXTS = (
    *(
        "",
        " ",
        "\0",
        "a\0b",
        "\ud800",
        "\udfff\ud800",
        "\ufeff",
        "\u202e",
        "\u0301",
        "\u2028",
        "\x1b[31m",
        "\r\n",
        "ﷺ" * 50,
    ),
    *("null", "__proto__", "constructor", "$x", "{{nonce}}", "%00", "%s", "../..", "';--", "Robert'); DROP", "\\", '"'),
    *("1", "-1", "1e999", "9" * 5_000, "x" * 10_001, "é" * 300, "🦕" * 200, "١٢٣"),
)
TEXTS = st.one_of(st.sampled_from(ODD_TEXTS), st.text(st.characters(codec=None, categories=None), max_size=20))

NUMBERS = st.one_of(
    st.sampled_from([0, -1, 1, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**63, 2**64, 10**400, 0.5, -0.0, 1e308, 1e-320]),
    st.integers(-1_000, 1_000),
    st.floats(allow_nan=False, allow_infinity=False),
)

MOMENTS = st.one_of(
    st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    st.sampled_from(
        [
            *(
                "0001-01-01T00:00:00+23:59",
                "9999-12-31T23:59:59.999999-23:59",
                "0000-01-01T00:00:00Z",
                "2026-02-30T00:00:00Z",
            ),
            *(
                "2026-01-01",
                "2026-01-01T24:00:00Z",
                "2026-01-01T00:00:60Z",
                "20260101T000000Z",
                "2026-W01-1T00:00:00Z",
                "now",
            ),
            *("infinity", "-infinity", "2026-01-01t00:00:00z", "2026-01-01T00:00:00+00:00:01", "١٩٩٩-01-01T00:00:00Z"),
        ]
    ),
)

KINDS = ("Task", "Category", "Tag", "task", "Query", "", "None")
NUMBERS_OF_IDS = st.one_of(
    st.integers(-2, 30).map(str),
    st.sampled_from(
        ["", "1_0", "+1", " 1", "1\n", "١", "1.0", "1e3", "0x1", str(2**63), str(2**63 - 1), "9" * 5_000, "\0"]
    ),
)


def in_base64(text: str) -> str:
    return b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


IDS = st.one_of(
    st.tuples(st.sampled_from(KINDS), NUMBERS_OF_IDS).map(lambda pair: in_base64(":".join(pair))),
    st.integers(1, 30).map(lambda number: in_base64(f"Task:{number}")),
    TEXTS,
)
CURSORS = st.one_of(
    st.text(max_size=40).map(in_base64),
    st.sampled_from(
        ["[]", "{}", "[1e999]", '["x",[null]]', "[" * 3_000, "null", '[["2026-01-01T00:00:00Z",1],"x"]']
    ).map(in_base64),
    IDS,
)

LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, MOMENTS, IDS)
KEYS = st.one_of(
    st.sampled_from(
        [
            *(
                "id",
                "title",
                "name",
                "completed",
                "category",
                "tags",
                "eq",
                "neq",
                "in",
                "notIn",
                "contains",
                "isNull",
                "gt",
            ),
            *(
                "and",
                "or",
                "not",
                "create",
                "disconnect",
                "priority",
                "dueAt",
                "search",
                "description",
                "color",
                "all",
                "ids",
            ),
            *("__proto__", "__class__", "constructor", "toString", "", "\0", "\ud800"),
        ]
    ),
    st.text(max_size=8),
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=12
)


@st.composite
def deep(draw: st.DrawFn) -> Any:
    """Draw a value within as many others as are allowed, or some more."""
    value = draw(LEAVES)
    for _ in range(draw(st.sampled_from([5, 6, 30, 31, 32, 33, 90]))):
        value = [value] if draw(st.booleans()) else {draw(st.sampled_from(["not", "and", "or", "a"])): value}
    return value


WIDE = st.sampled_from([{"in": ["x"] * 101}, {"or": [{}] * 2_001}, [None] * 3_000, {str(n): n for n in range(300)}])
VALUES = st.one_of(JSON, JSON, deep(), WIDE)
