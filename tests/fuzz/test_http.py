"""Bytes on a socket that are HTTP, nearly HTTP, or nothing at all: the server stays, and what it says is HTTP."""

import gzip
import socket
import struct
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.budget import examples
from tests.fuzz.responses import check, parsed
from tests.fuzz.target import Target

QUIET = 0.05
"""Seconds without a byte after which nothing more is waited for: what was sent may be the beginning of something."""

QUERY = b'{"query": "{ tasks(limit: 2) { title } }"}'
LAST = b"GET /health/live HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n"

TARGETS = st.sampled_from(
    [
        *(
            b"/graphql",
            b"/graphql",
            b"/graphql?query={__typename}",
            b"/graphql?query=%7B__typename&query=",
            b"/graphql?%ff=%00",
        ),
        *(
            b"/",
            b"/health/live",
            b"/metrics",
            b"/schema.graphql",
            b"/documentation/README.md",
            b"/documentation/%00",
            b"//",
            b"*",
        ),
        *(
            b"/documentation/docs/pictures/error.png",
            b"/graphql/assets/%2e%2e/%2e%2e/etc/passwd",
            b"/graphql/assets/\xff",
            b"/%ff%fe",
        ),
        *(
            b"http://test/graphql",
            b"http://[/graphql",
            b"test:443",
            b"/" + b"a" * 40_000,
            b"",
            b"/ /",
            b"/\0",
            b"/?" + b"a=1&" * 2_000,
        ),
        *(b"/graphql?variables=" + b"[" * 5_000, b"/graphql?query=%ed%a0%80", b"/graphql#query", b"/graphql;a"),
    ]
)
METHODS = st.sampled_from(
    [
        b"POST",
        b"POST",
        b"GET",
        b"GET",
        b"HEAD",
        b"PUT",
        b"OPTIONS",
        b"CONNECT",
        b"TRACE",
        b"PRI",
        b"post",
        b"",
        b"G\0T",
        b"QUERY",
    ]
)
VERSIONS = st.sampled_from(
    [*[b"HTTP/1.1"] * 6, b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/1.11", b"HTTP/", b"", b"ICY"]
)
ENDS = st.sampled_from([*[b"\r\n"] * 12, b"\n", b"\r", b"\r\r\n", b"\0\r\n"])

FIELDS = st.one_of(
    st.sampled_from(
        [
            *(
                b"content-type: application/json",
                b"content-type: application/json",
                b"content-type:application/json; charset=\xff",
            ),
            *(
                b"accept: */*",
                b"accept: text/html",
                b"accept-encoding: gzip",
                b"connection: close",
                b"connection: keep-alive, \xff",
            ),
            *(
                b"connection: upgrade\r\nupgrade: websocket",
                b"upgrade: h2c\r\nconnection: upgrade\r\nhttp2-settings: AA",
                b"expect: 100-continue",
            ),
            *(
                b"expect: 1",
                b"content-length: 0",
                b"content-length: 5",
                b"content-length: -1",
                b"content-length: 1e3",
                b"content-length: +5",
            ),
            *(
                b"content-length: 9999999999999999999999",
                b"content-length: 1999999",
                b"content-length: 5, 5",
                b"content-length: \xb2",
            ),
            *(
                b"transfer-encoding: chunked",
                b"transfer-encoding: gzip, chunked",
                b"transfer-encoding: identity",
                b"transfer-encoding: \x0bchunked",
            ),
            *(
                b"Transfer-Encoding : chunked",
                b"content-encoding: gzip",
                b"content-encoding: deflate",
                b"content-encoding: br, gzip",
            ),
            *(
                b"host: other",
                b"host: [",
                b"host:",
                b"host: a b",
                b" folded: x",
                b"x: a\r\n b\r\n\tc",
                b"x" * 30_000 + b": y",
                b"x: " + b"y" * 30_000,
            ),
            *(
                b"x: \0",
                b"x: \x7f",
                b": empty",
                b"no colon",
                b"\xff: x",
                b"x y: z",
                b"cookie: " + b"a=b; " * 500,
                b"range: bytes=0-0,2-2",
            ),
            *(
                b"x-request-id: ok-1",
                b"x-request-id: \xff",
                b"graphql-cost: report",
                b"authorization: Bearer x",
                b"te: trailers",
                b"trailer: x",
            ),
        ]
    ),
    st.binary(max_size=12),
)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


CHUNKS = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=20).map(chunk),
        st.just(chunk(QUERY)),
        st.just(b"0\r\n\r\n"),
        st.sampled_from(
            [
                b"0\r\nx: y\r\n\r\n",
                b"-1\r\n\r\n",
                b"fffffffffffffffff\r\n",
                b"5;ext=\xff\r\nabcde\r\n",
                b"5\nabcde\n",
                b"g\r\n",
                b"3\r\nabcde\r\n",
                b"0x5\r\nabcde\r\n",
            ]
        ),
    ),
    max_size=4,
).map(b"".join)

PACKED = gzip.compress(QUERY)
BODIES = st.one_of(
    st.just(QUERY),
    st.sampled_from(
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b"\0" * 50,
            b"\xff\xfe{",
            PACKED,
            PACKED[:-3],
            PACKED + b"x",
            PACKED * 3,
            b"\x1f\x8b" + b"\0" * 20,
        ]
    ),
    st.just(gzip.compress(b" " * 5_000_000)),
    st.binary(max_size=30),
)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Draw one request: in order but for a few things, each of which is left to chance."""
    end = draw(ENDS)
    fields = [b"host: test", b"content-type: application/json"] if draw(st.integers(0, 9)) else []
    fields += draw(st.lists(FIELDS, max_size=3))
    match draw(st.sampled_from(["length", "length", "chunked", "lie", "none", "both"])):
        case "length":
            body = draw(BODIES)
            fields.append(b"content-length: %d" % len(body))
        case "chunked":
            body = draw(st.one_of(st.just(chunk(QUERY) + b"0\r\n\r\n"), CHUNKS))
            fields.append(b"transfer-encoding: chunked")
        case "lie":
            body = draw(BODIES)
            fields.append(b"content-length: %d" % max(0, len(body) + draw(st.integers(-5, 5))))
        case "both":
            body = draw(CHUNKS)
            fields += [b"content-length: %d" % len(body), b"transfer-encoding: chunked"]
        case _:
            body = draw(st.sampled_from([b"", b"", QUERY]))
    first = b" ".join([draw(METHODS), draw(TARGETS), draw(VERSIONS)])
    return end.join([first, *fields, b"", body]) if end != b"\r\n" else b"\r\n".join([first, *fields, b"", b""]) + body


@st.composite
def conversations(draw: st.DrawFn) -> bytes:
    """Draw what is sent on one connection: requests in a pipeline, some bytes changed, perhaps not to the end."""
    sent = bytearray(b"".join(draw(st.lists(requests(), min_size=1, max_size=3))))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(sent)))
        sent[at : at + draw(st.integers(0, 2))] = draw(
            st.one_of(st.binary(max_size=3), st.sampled_from([b"\r\n", b"\r\n\r\n", b"\0", b":"]))
        )
    if draw(st.integers(0, 5)) == 0:
        del sent[draw(st.integers(0, len(sent))) :]
    return bytes(sent)


ENDINGS = st.sampled_from(["wait", "wait", "wait", "half-close", "close", "reset"])


@given(st.one_of(conversations(), conversations(), st.binary(max_size=200)), ENDINGS, st.sampled_from([0, 0, 0, 1, 40]))
@examples(500)
def test_bytes(target: Target, sent: bytes, ending: str, pieces: int) -> None:
    whole = sent + LAST if ending == "wait" else sent
    answered, ended = exchange(target, whole, ending, pieces)
    responses, rest = parsed(answered, closed=True, bodiless=b"HEAD" in sent)
    for response in responses:
        check(response)
    assert not (ended and ending == "wait" and rest), rest
    target.check(whole, ending, pieces)


def exchange(target: Target, sent: bytes, ending: str, pieces: int) -> tuple[bytes, bool]:
    """Return what is answered, and whether that is all; `pieces` says in how many writes it is sent, besides one."""
    answered, ended = b"", False
    with target.connect() as connection, suppress(OSError):  # it may be closed before all is sent, or not at all
        step = max(1, len(sent) // (pieces + 1))
        for begin in range(0, len(sent), step):
            connection.sendall(sent[begin : begin + step])
        if ending == "half-close":
            connection.shutdown(socket.SHUT_WR)
        elif ending == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if ending in {"wait", "half-close"}:
            connection.settimeout(QUIET)
            while part := connection.recv(65_536):
                answered += part
            ended = True
    return answered, ended
