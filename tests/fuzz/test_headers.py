"""Headers that no client would send, one after the other, to a server that needs a token."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.budget import examples
from tests.fuzz.responses import GRAPHQL, check
from tests.fuzz.target import Target, running

TOKEN = "A-token"  # noqa: S105 - of a server of the test's own
QUERY = b'{"query": "{ taskCount }"}'

BYTES = st.sampled_from([*(bytes([each]) for each in (*range(0x20, 0x7F), 0x09, 0x80, 0xA0, 0xB2, 0xFF))])
PIECES = st.sampled_from(
    [
        *(
            b";",
            b",",
            b"=",
            b'"',
            b"'",
            b" ",
            b"\t",
            b"*",
            b"/",
            b"[",
            b"]",
            b"\\",
            b":",
            b"(",
            b"%",
            b"*0",
            b"*0*",
            b"*1=",
        ),
        *(
            b"q=0",
            b"q=1",
            b"q=nan",
            b"q=-1",
            b"q=1e999",
            b"q=1_0",
            b"q=\xb2",
            b"charset=utf-8",
            b"charset*=utf-8''x",
            b"charset",
        ),
        *(
            b"application/json",
            b"application/graphql-response+json",
            b"application/*",
            b"*/*",
            b"text/html",
            b"multipart/form-data",
        ),
        *(
            b"Bearer",
            b"Basic",
            b"bearer A-token",
            b"A-token",
            b"W/",
            b'W/"x"',
            b"report",
            b"gzip",
            b"identity",
            b"deflate",
            b"bytes",
        ),
        *(
            b"http://",
            b"http://[",
            b"http://[::1]:x",
            b"null",
            b"9" * 5_000,
            b";" * 3_000,
            b'"' * 3_000,
            b"," * 3_000,
            b"a" * 20_000,
        ),
        *(b"0-", b"-1", b"0-0,1-1", b"Mon, 01 Jan 0000 00:00:00 GMT", b"99999999999"),
    ]
)
VALUES = st.lists(st.one_of(PIECES, PIECES, BYTES), max_size=8).map(b"".join).map(bytes.strip)
PARAMETERS = st.lists(
    st.tuples(
        st.sampled_from([b"charset", b"charset*", b"charset*0", b"charset*1*", b"charset*" + b"9" * 5_000, b"q", b"a"]),
        st.sampled_from([b"", b"=", b"=utf-8", b'="utf-8"', b"=utf-8''x", b'="' + b";" * 20_000, b"=\xb2", b'="\\"']),
    ).map(b"".join),
    min_size=1,
    max_size=3,
).map(b"; ".join)
NAMES = st.sampled_from(
    [
        *(b"accept", b"content-type", b"if-none-match", b"graphql-cost", b"x-request-id", b"authorization"),
        *(b"content-encoding", b"accept-encoding", b"origin", b"cookie", b"range", b"if-modified-since", b"if-range"),
        *(b"x-forwarded-for", b"x-forwarded-proto", b"forwarded", b"te", b"expect", b"referer", b"priority"),
    ]
)
HEADERS = st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def guarded(filled: str, workplace: Path) -> Iterator[Target]:
    with running(filled, workplace, TOKEN, GQL_API_CORS_ORIGINS="https://app.example.com") as target:
        yield target


PATHS = [
    *(b"/graphql", b"/graphql?query={__typename}", b"/", b"/documentation/README.md", b"/health/live", b"/metrics"),
    *(b"/schema.graphql", b"/documentation/docs/pictures/error.png", b"/graphql/assets/nothing.js", b"/nothing"),
]


@given(HEADERS, st.booleans(), st.sampled_from(PATHS))
@examples(350)
def test_headers(guarded: Target, headers: list[tuple[bytes, bytes]], known: bool, path: bytes) -> None:
    if known:
        headers = [(b"authorization", b"Bearer " + TOKEN.encode()), *headers]
    if path == b"/graphql":
        response = guarded.ask(b"POST", path, [*headers, (b"content-type", b"application/json")], QUERY)
        assert response.type in {*GRAPHQL, "application/json"}, response  # which the server's own are
    else:
        response = guarded.ask(b"GET", path, headers)
    check(response)
    guarded.check(path, headers)


@given(st.one_of(VALUES, PARAMETERS))
@examples(150)
def test_types_of_bodies(guarded: Target, value: bytes) -> None:
    """Whoever asks: it is looked at before the token."""
    response = guarded.ask(b"POST", b"/graphql", [(b"content-type", b"application/json;" + value)], QUERY)
    check(response)
    assert response.status in {400, 401, 415, 431}, response
    guarded.check(value)
