"""WebSocket frames that nobody would send: the socket ends with a code of the protocol, and leaves nothing behind."""

import json
import struct
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.budget import examples
from tests.fuzz.documents import IN_ORDER
from tests.fuzz.responses import check_errors, decoded, parsed
from tests.fuzz.target import Target
from tests.fuzz.values import JSON, TEXTS

QUIET = 0.05
"""Seconds, as for bytes of HTTP."""

HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nhost: test\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n"
    b"sec-websocket-protocol: graphql-transport-ws\r\n%s\r\n"
)
COMPRESSED = b"sec-websocket-extensions: permessage-deflate\r\n"

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
CODES = {1000, 1001, 1002, 1003, 1007, 1009, 1010, 1012, 1013, 1014, *range(3_000, 5_000)}
"""With which the server may close (RFC 6455, 7.4): its own, and the client's, sent back. 1011 would be a failure."""


def frame(
    payload: bytes, opcode: int = TEXT, *, first: int = 0x80, length: int | None = None, masked: bool = True
) -> bytes:
    """Return a frame. `first` has the bits before the opcode; `length` is what it says of its own."""
    size = len(payload) if length is None else length
    mask = 0x80 if masked else 0
    if size < 126:
        head = struct.pack("!BB", first | opcode, mask | size)
    elif size < 2**16:
        head = struct.pack("!BBH", first | opcode, mask | 126, size)
    else:
        head = struct.pack("!BBQ", first | opcode, mask | 127, size)
    if not masked:
        return head + payload
    key = b"\x01\x02\x03\x04"
    return head + key + bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))


def text(message: Any) -> bytes:
    return frame(json.dumps(message).encode())


INIT = text({"type": "connection_init"})
QUERY = text({"type": "subscribe", "id": "1", "payload": {"query": IN_ORDER[0]}})
MESSAGES = st.one_of(
    st.sampled_from([INIT, QUERY, QUERY, text({"type": "ping"}), text({"type": "complete", "id": "1"})]),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["subscribe", "complete", "ping", "pong", "connection_init", "next"])},
        optional={"id": TEXTS, "payload": JSON},
    ).map(text),
    JSON.map(text),
)
CLOSES = st.one_of(
    st.sampled_from([b"", b"\x03", struct.pack("!H", 1000) + b"\xff", struct.pack("!H", 1000) + b"x" * 123]),
    st.sampled_from([0, 999, 1000, 1004, 1005, 1006, 1015, 2999, 3000, 4400, 5000, 65_535]).map(
        lambda code: struct.pack("!H", code)
    ),
).map(lambda payload: frame(payload, CLOSE))
ODD = st.builds(
    frame,
    st.binary(max_size=130),
    st.integers(0, 15),
    first=st.sampled_from([0x80, 0x80, 0, 0x40, 0xC0, 0x20, 0x10, 0xF0]),
    length=st.sampled_from([None, None, None, 0, 5, 125, 126, 2**16, 2**24, 2**31, 2**63, 2**64 - 1]),
    masked=st.sampled_from([True, True, True, False]),
)
FRAGMENTS = st.sampled_from(
    [
        frame(b'{"type": ', first=0) + frame(b'"ping"}', 0),
        frame(b'{"type": ', first=0) + frame(b"", PING) + frame(b'"ping"}', 0),
        frame(b"{", first=0) + frame(b"{", first=0),
        frame(b"x", 0),
        b"".join(frame(b"x", first=0, opcode=0 if n else TEXT) for n in range(3_000)),
        frame(b"\xf0\x9f", first=0) + frame(b"\xa6\x95", 0),
        frame(b"\xf0\x9f") + frame(b"x"),
        frame(b"x" * 126, PING),
        frame(b"x", PING, first=0),
        frame(b"", PING) * 500,
        frame(b"\xff\xfe"),
        frame(b"", first=0xC0),
        frame(b"\x00\x00\x00\xff\xff" * 20, first=0xC0),
        frame(b"x" * 70_000),
    ]
)
FRAMES = st.lists(st.one_of(MESSAGES, MESSAGES, ODD, FRAGMENTS, CLOSES, st.binary(max_size=10)), min_size=1, max_size=5)


@given(FRAMES, st.booleans(), st.booleans(), st.sampled_from(["wait", "wait", "close"]))
@examples(200)
def test_frames(target: Target, frames: list[bytes], begun: bool, compressed: bool, ending: str) -> None:
    sent = (INIT if begun else b"") + b"".join(frames)
    answered = exchange(target, HANDSHAKE % (COMPRESSED if compressed else b""), sent, wait=ending == "wait")
    check_answered(answered, 101)
    target.check(frames, begun, compressed, ending)


def exchange(target: Target, handshake: bytes, sent: bytes = b"", *, wait: bool = True) -> bytes:
    """Return what is answered until the socket ends, or nothing more comes."""
    answered = b""
    with target.connect() as connection, suppress(OSError):  # it may be closed before all is sent
        connection.sendall(handshake)
        while part := connection.recv(65_536):
            answered += part
            _, opened, after = answered.partition(b"\r\n\r\n")
            if opened and connection.gettimeout() != QUIET:
                connection.sendall(sent + frame(struct.pack("!H", 1000), CLOSE) if wait else sent)
                connection.settimeout(QUIET)
                if not wait:
                    break
            if any(opcode == CLOSE for _, opcode, _ in received(after)):
                break
    return answered


def check_answered(answered: bytes, *statuses: int) -> None:
    if not answered:
        return
    head, _, rest = answered.partition(b"\r\n\r\n")
    switched = head.startswith(b"HTTP/1.1 101 ")
    responses, _ = parsed(head + b"\r\n\r\n" if switched else answered, closed=True)
    assert responses[0].status in statuses, responses
    for at, (first, opcode, payload) in enumerate(found := received(rest) if switched else []):
        assert first & 0x80, "in one piece"
        assert not first & 0x30, "no bit reserved"
        assert opcode in {TEXT, CLOSE, PING, PONG}, opcode
        if opcode == CLOSE:
            assert not payload or int.from_bytes(payload[:2]) in CODES, payload
            assert at == len(found) - 1, "the last one"
        elif opcode == TEXT and not first & 0x40:  # which is compressed
            check_message(decoded(payload))


def received(data: bytes) -> list[tuple[int, int, bytes]]:
    """Return the frames that the server has sent: the first byte, the opcode in it, the payload."""
    found = []
    while len(data) >= 2:
        size, at = data[1], 2
        if size in {126, 127}:
            at += 2 if size == 126 else 8
            size = int.from_bytes(data[2:at])
        if len(data) < at + size:
            break
        found.append((data[0], data[0] & 0x0F, data[at : at + size]))
        data = data[at + size :]
    return found


def check_message(message: Any) -> None:
    assert message["type"] in {"connection_ack", "pong", "next", "error", "complete"}, message
    if message["type"] == "error":
        check_errors(message["payload"])


TARGETS = st.sampled_from(
    [b"/", b"/nothing", b"/graphql/assets/x", b"/health/live", b"/metrics", b"/graphql?a=\xff", b"/graphql/"]
)
FIELDS = st.sampled_from(
    [
        *(
            b"origin: http://[",
            b"origin: null",
            b"origin: http://test",
            b"origin: \xff",
            b"origin: http://test:99999999",
            b"origin:",
        ),
        *(
            b"sec-websocket-version: 12",
            b"sec-websocket-version: 13",
            b"sec-websocket-key: x",
            b"sec-websocket-key: " + b"A" * 5_000,
        ),
        *(
            b"sec-websocket-protocol: graphql-ws",
            b"sec-websocket-protocol: ,,\xff",
            b"sec-websocket-protocol: graphql-transport-ws",
        ),
        *(
            b"sec-websocket-extensions: permessage-deflate; server_max_window_bits=99",
            b"sec-websocket-extensions: x;;",
            b"content-length: 5",
        ),
        *(
            b"transfer-encoding: chunked",
            b"upgrade: h2c",
            b"connection: close",
            b"authorization: Bearer \xff",
            b"x-request-id: \xff",
            b"host: b",
        ),
    ]
)


@given(st.lists(FIELDS, max_size=4), st.none() | TARGETS)
@examples(100)
def test_handshakes(target: Target, fields: list[bytes], path: bytes | None) -> None:
    request = HANDSHAKE % b"".join(field + b"\r\n" for field in fields)
    if path is not None:
        request = request.replace(b"/graphql", path, 1)
    check_answered(exchange(target, request), 101, 200, 400, 403, 404, 405, 406, 426)
    target.check(request)


def test_nothing_is_left(target: Target) -> None:
    """After all of that, whatever a socket has held is given back."""
    with target.connect() as connection:
        connection.sendall(HANDSHAKE % b"")
        connection.recv(1_000)
        connection.sendall(INIT + QUERY * 3)
    while any(target.levels().values()):
        target.check()
