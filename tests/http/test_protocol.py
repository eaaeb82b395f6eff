"""What a client can do to a connection: be slow, silent, greedy or broken. The server ends it, and serves on."""

import asyncio
import gc
import json
import logging
import random
import socket
from contextlib import suppress
from typing import cast

import pytest

from gql_api.http import process
from gql_api.http.protocols import HttpProtocol, Watched, WebSocketProtocol
from tests.served import Client, Serving, serving

SOON = 0.3
"""Seconds of the limits that must be reached: nothing here depends on how late they are noticed."""

GET = b"GET /x HTTP/1.1\r\nhost: x\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
POST = b"POST /body HTTP/1.1\r\nhost: x\r\n"
CHUNKED = POST + b"transfer-encoding: chunked\r\n\r\n"
UPGRADE = b"host: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
HANDSHAKE = b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
OPEN = b"GET /ws HTTP/1.1\r\n" + UPGRADE + HANDSHAKE + b"\r\n"
DEFLATE = b"sec-websocket-extensions: permessage-deflate\r\n"


def refused(answer: bytes) -> int:
    """Return the status of an answer that must be the refusal of a request, and the only one."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"\r\nconnection: close" in head
    (error,) = json.loads(body)["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert error["message"]
    return int(head.split()[1])


def quiet(served: Serving) -> bool:
    """Tell whether nothing was logged that somebody would have to read."""
    return not [record for record in served.records if record.levelname not in {"DEBUG", "INFO"} or record.exc_info]


# Deadlines.


async def test_what_does_not_arrive_in_time_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog, request_timeout=SOON) as served:
        whole = [
            served.ask(b"G"),
            served.ask(b"GET / HTTP/1.1\r\nhost"),
            served.ask(b"\r\n", POST[:-1]),
            served.ask(POST + b"content-length: 5\r\n\r\nabc"),
            served.ask(CHUNKED + b"5\r\nabcde\r\n"),
            served.ask(CHUNKED + b"0\r\nx: y\r\n"),
        ]
        assert [refused(answer) for answer in await asyncio.gather(*whole)] == [408] * 6
        assert served.application.seen == ["http.disconnect"] * 3
        assert await served.ask() == b""  # no request, no answer
        after_another = await served.ask(GET, GET[:9])
        assert after_another.startswith(b"HTTP/1.1 200 OK")
        assert refused(after_another[after_another.index(b"HTTP/1.1 408") :]) == 408
        answered = await served.ask(b"POST /early HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nabc")
        assert answered.endswith(b"\r\n\r\nearly")  # once
        await served.until(lambda: not served.connections)
        assert quiet(served)


async def test_drops_do_not_keep_a_request_alive(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog, request_timeout=SOON, idle_timeout=SOON) as served:
        head = await served.open()
        blank = await served.open(GET)
        await blank.until(b"/x")
        rests = asyncio.gather(head.rest(), blank.rest(), return_exceptions=True)
        while not rests.done():
            for client, drop in ((head, b"x"), (blank, b"\r\n")):
                client.writer.write(drop)
            await asyncio.sleep(0.02)
        # What comes after the end is answered with a reset, which may take the answer along.
        for rest, expected in zip(await rests, (b"HTTP/1.1 400", b""), strict=True):
            assert isinstance(rest, ConnectionResetError) or (isinstance(rest, bytes) and rest[:12] == expected)


async def test_the_application_may_take_its_time(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog, request_timeout=SOON, idle_timeout=SOON) as served:
        client = await served.open(LAST.replace(b"/last", b"/held"))
        await asyncio.sleep(SOON * 4)
        served.application.release.set()
        assert (await client.rest()).endswith(b"/held")


async def test_an_idle_connection_ends(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog, idle_timeout=SOON) as served:
        assert (await served.ask(GET)).endswith(b"/x")
        rest_of_body = served.ask(b"POST /early HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nabc", b"de")
        assert (await rest_of_body).endswith(b"early")


@pytest.mark.parametrize("pieces", [1, 2_000])
async def test_who_does_not_read_is_given_up(caplog: pytest.LogCaptureFixture, pieces: int) -> None:
    """Also when all is sent and only the system's buffers are full."""
    async with serving(caplog, request_timeout=SOON) as served:
        client = await served.open()
        client.pause()
        await client.send(b"GET /big?%d HTTP/1.1\r\nhost: x\r\n\r\n" % pieces)
        await served.until(lambda: served.application.seen == ["sent"])
        await served.until(lambda: not served.connections)
        assert quiet(served)


async def test_who_reads_slowly_and_goes_on_gets_all_of_it(caplog: pytest.LogCaptureFixture) -> None:
    """Though it takes longer than a request has, as a large answer may on a phone."""
    async with serving(caplog, request_timeout=2) as served:
        client = await served.open(b"GET /whole?20000000 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        await client.until(b"\r\n\r\n")
        received = 0
        for _ in range(40):
            received += len(await client.read(200_000))
            await asyncio.sleep(0.1)
        received += len(await client.rest())
        assert received == 20_000_000


async def test_what_is_kept_for_who_does_not_read_is_bounded(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "MOST_UNSENT", 300_000)
    async with serving(caplog, request_timeout=60, idle_timeout=SOON) as served:
        for _ in range(10):
            client = await served.open()
            client.pause()
            await client.send(b"GET /big?2000 HTTP/1.1\r\nhost: x\r\n\r\n")

        def unsent() -> int:
            return sum(cast("Watched", each).unsent for each in tuple(served.server.server_state.connections))

        await served.until(lambda: 0 < served.connections < 10 and unsent() <= 300_000)
        assert (await served.ask(LAST)).endswith(b"/last")
        assert quiet(served)


# Bounds.


async def test_a_head_has_a_size(caplog: pytest.LogCaptureFixture) -> None:
    many = b"".join(b"x-%d: y\r\n" % number for number in range(200))
    large = [
        [b"GET /" + b"x" * 1_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n"],
        [GET[:-2] + b"x: " + b"y" * 1_000 + b"\r\n\r\n"],
        [GET[:-2] + b"x" * 1_000 + b": y\r\n\r\n"],
        [GET[:-2] + many + b"\r\n"],
        [GET[:-2], *[b"x" * 100] * 12],
        [GET[:-2] + b"x: ", *[b"y" * 100] * 12],
        [b"\r\n" * 50] * 11,
        [GET[:-2] + b"x: " + b"y" * 1_000_000],
        [CHUNKED + b"0\r\n" + many + b"\r\n"],
        [CHUNKED + b"0\r\nx: ", *[b"y" * 100] * 12],
        [CHUNKED + b"1;x=", *[b"y" * 100] * 12],
        [CHUNKED, *[b"0" * 100] * 12],
    ]
    async with serving(caplog, max_head_size=1_000) as served:

        async def sent(parts: list[bytes]) -> bytes:
            client = await served.open()
            for part in parts:
                client.writer.write(part)
                await asyncio.sleep(0.005)  # so that it arrives in pieces
            return await client.rest()

        assert [refused(answer) for answer in await asyncio.gather(*map(sent, large))] == [431] * len(large)
        below = await served.ask(LAST[:-2] + b"x: " + b"y" * 800 + b"\r\n\r\n")
        assert below.startswith(b"HTTP/1.1 200")
        long_body = CHUNKED.replace(b"\r\n", b"\r\nconnection: close\r\n", 1) + b"1\r\nx\r\n" * 5_000 + b"0\r\n\r\n"
        assert (await served.ask(long_body)).endswith(b"x" * 5_000)
        assert quiet(served)


async def test_connections_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog, max_connections=3) as served:
        clients = [await served.open(GET), await served.open(GET), await served.open(OPEN)]
        for client in clients:
            await client.until(b"\r\n\r\n")
        for _ in range(5):
            one_more = await served.open()
            assert await one_more.rest() == b""
        await clients.pop().close()
        await served.until(lambda: served.connections == 2)
        assert (await served.ask(LAST)).endswith(b"/last")
        assert quiet(served)


async def test_requests_sent_ahead_are_answered_in_turn_and_are_bounded(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog) as served:
        answers = await served.ask(GET * 5 + LAST)
        assert [part.split(b"\r\n\r\n")[1] for part in answers.split(b"HTTP/1.1 200 OK")[1:]] == [b"/x"] * 5 + [
            b"/last"
        ]
        with suppress(ConnectionResetError):
            assert await served.ask(GET.replace(b"/x", b"/held") + GET * 10_000) == b""
        assert quiet(served)


async def test_who_waits_is_told_that_the_client_is_gone_whatever_was_sent_ahead(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving(caplog) as served:
        client = await served.open(POST + b"content-length: 5\r\n\r\nabc")
        await served.until(lambda: served.server.server_state.tasks)
        await client.close()
        await served.until(lambda: served.application.seen == ["http.disconnect"])
        waiting = await served.open(GET.replace(b"/x", b"/wait") + GET)
        await served.until(lambda: served.server.server_state.tasks)
        await waiting.close()
        await served.until(lambda: served.application.seen == ["http.disconnect"] * 2)
        await served.until(lambda: not served.server.server_state.tasks)
        assert quiet(served)


# What is no request.

MALFORMED = {
    "bytes": b"\x16\x03\x01\x02\x00\x01",
    "method": b"FOO / HTTP/1.1\r\nhost: x\r\n\r\n",
    "version": b"GET / HTTP/1.9\r\nhost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "proxy": b"CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n",
    "blank in path": b"GET /a b HTTP/1.1\r\nhost: x\r\n\r\n",
    "path": b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
    "null in path": b"GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n",
    "null in value": GET[:-2] + b"x: a\0b\r\n\r\n",
    "null in name": GET[:-2] + b"x\0: b\r\n\r\n",
    "blank before colon": GET[:-2] + b"x : b\r\n\r\n",
    "folded": GET[:-2] + b"x: a\r\n b\r\n\r\n",
    "bare LF": b"GET / HTTP/1.1\nhost: x\n\n",
    "bare LF in head": b"GET / HTTP/1.1\r\nhost: x\nx: y\r\n\r\n",
    "bare CR": b"GET / HTTP/1.1\r\nhost: x\rx: y\r\n\r\n",
    "two lengths": POST + b"content-length: 1\r\ncontent-length: 2\r\n\r\nab",
    "the same length twice": POST + b"content-length: 1\r\ncontent-length: 1\r\n\r\na",
    "list of lengths": POST + b"content-length: 1, 1\r\n\r\na",
    "negative length": POST + b"content-length: -1\r\n\r\n",
    "signed length": POST + b"content-length: +1\r\n\r\na",
    "endless length": POST + b"content-length: 99999999999999999999\r\n\r\na",
    "length and encoding": POST + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "encoding and length": POST + b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
    "encoding": POST + b"transfer-encoding: gzip\r\n\r\n",
    "encodings": POST + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "encoding twice": POST + b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "encoding in HTTP/1.0": b"POST /body HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunk size": CHUNKED + b"g\r\n",
    "signed chunk size": CHUNKED + b"+1\r\na\r\n0\r\n\r\n",
    "0x": CHUNKED + b"0x1\r\na\r\n0\r\n\r\n",
    "endless chunk size": CHUNKED + b"F" * 17 + b"\r\n",
    "longer chunk": CHUNKED + b"1\r\nab\r\n0\r\n\r\n",
    "bare LF in chunk": CHUNKED + b"1\na\n0\n\n",
    "length in trailer": CHUNKED + b"0\r\ncontent-length: 1\r\n\r\n",
    "WebSocket with body": b"GET / HTTP/1.1\r\ncontent-length: 1\r\n" + UPGRADE + HANDSHAKE + b"\r\n",
    "WebSocket sent ahead": OPEN + b"\x81\x80\0\0\0\0",
    "WebSocket behind a request": GET.replace(b"/x", b"/held") + OPEN,
    "WebSocket with a long line": OPEN[:-2] + b"x: " + b"y" * 10_000 + b"\r\n\r\n",
    "WebSocket with many lines": OPEN[:-2] + b"x: y\r\n" * 200 + b"\r\n",
}


async def test_what_is_malformed_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog) as served:
        answers = dict(zip(MALFORMED, await asyncio.gather(*map(served.ask, MALFORMED.values())), strict=True))
        assert answers.pop("WebSocket behind a request") == b""  # it is not its turn
        assert {name: refused(answer) for name, answer in answers.items()} == dict.fromkeys(answers, 400)
        assert refused(await served.ask(b"GET / HTTP/2.0\r\nhost: x\r\n\r\n")) == 505
        for broken in (OPEN.replace(b"dGhl", b"!!"), OPEN.replace(b"13", b"12"), OPEN.replace(b"GET", b"POST")):
            assert (await served.ask(broken)).split()[1] in {b"400", b"405"}
        served.application.release.set()
        await served.until(lambda: not served.connections)
        assert quiet(served)


async def test_trailers_are_no_headers(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog) as served:
        head = b"POST /headers HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
        answer = await served.ask(head + b"0\r\nauthorization: Bearer x\r\n\r\n")
        assert answer.endswith(b"\r\n\r\nhost connection transfer-encoding")


async def test_another_protocol_that_is_offered_is_declined(caplog: pytest.LogCaptureFixture) -> None:
    """Some clients offer HTTP/2 with each request, body or not."""
    async with serving(caplog) as served:
        offer = POST + b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"
        body = GET  # it is not taken for a request
        once = offer + b"content-length: %d\r\n\r\n" % len(body) + body
        answer = await served.ask(once, once, LAST)
        assert answer.count(b"HTTP/1.1 200 OK") == 3
        assert answer.count(b"\r\n\r\n" + body) == 2
        in_pieces = await served.open(offer + b"content-length: %d\r\n\r\n" % len(body))
        await served.until(lambda: served.server.server_state.tasks)
        await in_pieces.send(body, LAST)
        assert (await in_pieces.rest()).count(body) == 1
        assert quiet(served)


@pytest.mark.parametrize("seed", range(3))
async def test_noise_breaks_nothing(caplog: pytest.LogCaptureFixture, seed: int) -> None:
    chance = random.Random(seed)
    known = [GET, LAST, OPEN, CHUNKED + b"5\r\nabcde\r\n0\r\n\r\n", *MALFORMED.values()]

    def noise() -> bytes:
        data = bytearray(chance.choice(known) + chance.choice(known))
        for _ in range(chance.randrange(6)):
            where = chance.randrange(len(data))
            match chance.randrange(3):
                case 0:
                    data[where] = chance.randrange(256)
                case 1:
                    del data[where : where + chance.randrange(9)]
                case 2:
                    data[where:where] = chance.randbytes(chance.randrange(9))
        return bytes(data)

    async with serving(caplog, request_timeout=SOON, idle_timeout=SOON) as served:
        served.application.release.set()
        for _ in range(5):
            await asyncio.gather(*(_ignored(served, noise()) for _ in range(40)))
        assert (await served.ask(LAST)).endswith(b"/last")
        assert quiet(served)


async def _ignored(served: Serving, data: bytes) -> None:
    """Send it and look at nothing: what is open then is left to the server."""
    client = await served.open()
    try:
        await client.send(data)
        await asyncio.wait_for(client.reader.read(), 0.1)
    except (OSError, TimeoutError):
        pass
    await client.close()


async def test_nothing_is_left_of_a_connection(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog) as served:
        for _ in range(20):
            await served.ask(GET, LAST)
            socket_ = await websocket(served)
            await socket_.close()
        await served.until(lambda: not served.connections)

        def none() -> bool:
            gc.collect()
            return not [each for each in gc.get_objects() if isinstance(each, HttpProtocol | WebSocketProtocol)]

        await served.until(none)


# WebSockets.


async def websocket(served: Serving, handshake: bytes = OPEN) -> Client:
    client = await served.open(handshake)
    assert (await client.until(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    return client


def frame(first: int, data: bytes = b"", *, mask: bool = True, length: int | None = None) -> bytes:
    """Return a frame that begins with this byte (fin, reserved bits, opcode) and has, or claims, this length."""
    size = len(data) if length is None else length
    bit = 0x80 if mask else 0
    short = bytes([bit | size]) if size < 126 else bytes([bit | 127]) + size.to_bytes(8)
    return bytes([first]) + short + (bytes(4) if mask else b"") + data


async def closed(client: Client) -> int:
    """Return the code with which the server closes a WebSocket, after whatever it sends before."""
    while True:
        first, length = await client.read(2)
        length = int.from_bytes(await client.read(2)) if length == 126 else length
        data = await client.read(length)
        if first == 0x88:
            assert await client.rest() == b""
            return int.from_bytes(data[:2])


BROKEN = {
    "not masked": (1002, frame(0x81, b"x", mask=False)),
    "reserved opcode": (1002, frame(0x83, b"x")),
    "reserved control opcode": (1002, frame(0x8B)),
    "reserved bit": (1002, frame(0xC1, b"x")),
    "long ping": (1002, frame(0x89, b"x" * 126)),
    "ping in fragments": (1002, frame(0x09, b"x")),
    "continues nothing": (1002, frame(0x80, b"x")),
    "continued by another": (1002, frame(0x01, b"x") + frame(0x81, b"x")),
    "close of one byte": (1002, frame(0x88, b"x")),
    "close with a bad code": (1002, frame(0x88, (1005).to_bytes(2))),
    "too long": (1009, frame(0x81, length=1_001)),
    "claims to be endless": (1009, frame(0x81, length=2**63 - 1)),
    "too long in fragments": (1009, frame(0x01, b"x" * 600) + frame(0x80, b"x" * 600)),
    "too long in bytes": (1009, frame(0x01, b"x") + frame(0x00, b"x") * 1_001),
    "no UTF-8": (1007, frame(0x81, b"\xff")),
    "no UTF-8 in fragments": (1007, frame(0x01, b"\xc3") + frame(0x80, b"x")),
    "no UTF-8 twice": (1007, frame(0x81, b"\xff") * 2),
}


async def test_broken_frames_close_a_websocket_with_their_code(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog, max_body_size=1_000) as served:

        async def code(data: bytes) -> int:
            client = await websocket(served)
            await client.send(frame(0x81, b"x" * 1_000))
            assert await client.read(6) == b"\x81\x041000"
            await client.send(data)
            return await closed(client)

        assert {name: await code(data) for name, (_, data) in BROKEN.items()} == {
            name: expected for name, (expected, _) in BROKEN.items()
        }
        await served.until(lambda: not served.connections and not served.server.server_state.tasks)
        assert quiet(served)


async def test_fragments_are_one_message(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog) as served:
        client = await websocket(served, OPEN[:-2] + DEFLATE + b"\r\n")
        await client.send(
            frame(0x01, "ü".encode()[:1]), frame(0x89, b"p"), frame(0x00) * 9, frame(0x80, "ü".encode()[1:])
        )
        assert await client.read(3) == b"\x8a\x01p"
        assert await client.read(3) == b"\x81\x011"
        await client.send(frame(0x02, b"ab"), frame(0x80, b"cd"))
        assert await client.read(3) == b"\x81\x014"
        await client.close()


async def test_compression_is_not_offered(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog) as served:
        client = await served.open(OPEN[:-2] + DEFLATE + b"\r\n")
        assert b"sec-websocket-extensions" not in (await client.until(b"\r\n\r\n")).lower()
        await client.close()


async def test_half_a_frame_ends(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog, ping_interval=SOON) as served:
        client = await websocket(served)
        await client.send(frame(0x81, b"abc")[:-1])
        assert await closed(client) == 1011
        assert quiet(served)


@pytest.mark.parametrize("sent", [frame(0x81, b"flood"), frame(0x89, b"x" * 125) * 100])
async def test_who_does_not_read_from_a_websocket_is_given_up(caplog: pytest.LogCaptureFixture, sent: bytes) -> None:
    async with serving(caplog, request_timeout=SOON) as served:
        client = await websocket(served)
        client.pause()
        (connection,) = served.server.server_state.connections
        most = 0
        while served.connections:
            if client.writer.transport.get_write_buffer_size() < 1_000_000:
                client.writer.write(sent)
            await asyncio.sleep(0.001)
            most = max(most, connection.transport.get_write_buffer_size())
        assert 0 < most < 1_000_000
        await served.until(lambda: not served.server.server_state.tasks)
        assert quiet(served)


# The end.


async def test_what_is_in_flight_ends_before_the_server_does(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog) as served:
        idle = await served.open(GET)
        await idle.until(b"/x")
        held = await served.open(GET.replace(b"/x", b"/held"))
        half = await served.open(POST + b"content-length: 2\r\n\r\na")
        quiet_socket = await websocket(served)
        busy_socket = await websocket(served)
        await busy_socket.send(frame(0x81, b"hold"))
        await served.until(lambda: sorted(served.application.seen) == ["/held", "hold"])
        served.stop()
        assert await idle.rest() == b""
        assert await closed(quiet_socket) == 1001
        assert served.application.draining.begun
        with pytest.raises(ConnectionRefusedError):
            await served.open()
        await half.send(b"b")
        answer = await half.rest()
        assert b"\r\nconnection: close\r\n" in answer
        assert answer.endswith(b"ab")
        assert served.connections == 2
        served.application.release.set()
        answer = await held.rest()
        assert b"\r\nconnection: close\r\n" in answer
        assert answer.endswith(b"/held")
        assert await busy_socket.read(3) == b"\x81\x014"
        assert await closed(busy_socket) == 1001
        await served.ended()
        assert quiet(served)


async def test_until_the_delay_is_over_all_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog, drain_delay=1.0) as served:
        client = await served.open(GET)
        await client.until(b"/x")
        served.stop()
        await served.until(lambda: served.application.draining.begun)
        await client.send(GET)
        assert b"connection: close" not in await client.until(b"/x")
        other = await websocket(served)
        await other.send(frame(0x81, b"abc"))
        assert await other.read(3) == b"\x81\x013"
        assert not served.application.draining.closing.is_set()
        assert await closed(other) == 1001
        assert await client.rest() == b""


async def test_what_takes_too_long_is_cancelled(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog, shutdown_timeout=SOON) as served:
        held = await served.open(GET.replace(b"/x", b"/held"))
        client = await websocket(served)
        await client.send(frame(0x81, b"hold"))
        await served.until(lambda: sorted(served.application.seen) == ["/held", "hold"])
        served.stop()
        answer = await held.rest()
        assert answer.startswith(b"HTTP/1.1 503")
        assert b'"UNAVAILABLE"' in answer
        assert await closed(client) == 1001
        await served.ended()
        assert not [record for record in served.records if record.exc_info]


async def test_who_has_connected_is_served(caplog: pytest.LogCaptureFixture) -> None:
    """The system accepts connections before the server does; they are not cut off when it stops accepting."""
    clients: list[socket.socket] = []

    class Late(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage() == "Shutting down":
                clients.extend(socket.create_connection(("127.0.0.1", served.port), timeout=60) for _ in range(20))
                for client in clients[:10]:
                    client.sendall(GET)

    caplog.set_level(logging.INFO, "uvicorn.error")
    async with serving(caplog) as served:
        logger = logging.getLogger("uvicorn.error")
        late = Late()
        logger.addHandler(late)
        served.stop()
        await served.until(lambda: len(clients) == 20)
        logger.removeHandler(late)

        def answered(client: socket.socket) -> bytes:
            with client, client.makefile("rb") as stream:
                return stream.read()[-2:]

        for client in clients[10:]:
            client.sendall(GET)
        assert [await asyncio.to_thread(answered, client) for client in clients] == [b"/x"] * 20


async def test_who_never_asks_does_not_delay_the_end(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(caplog) as served:
        for _ in range(3):
            await served.open()
        await served.until(lambda: served.connections == 3)
        served.stop()
        await served.ended()
