"""Memory: what is asked again and again, in order or not, takes no more of it each time."""

import gzip
import json

import psutil

from tests.fuzz import test_frames as websocket
from tests.fuzz.budget import MORE
from tests.fuzz.documents import IN_ORDER
from tests.fuzz.target import Target
from tests.fuzz.test_http import LAST, exchange

WARM_UP, ROUNDS = 3, max(4, round(5 * MORE))
ALLOWED = 12 * 2**20
"""Bytes that it may grow after the warm-up, however many rounds there are: an allocator's fragments, no more."""


def bodies(round: int) -> list[bytes]:
    """Return what is sent in a round. Names, ids and hashes are others each time: what keeps them, grows."""
    wide = {"f": {"or": [{"title": {"contains": f"{round}-{n}"}} for n in range(150)]}}
    requests = [
        *(
            {"query": document, "variables": {"id": f"{round}"}}
            for document in IN_ORDER
            if not document.startswith("mutation")
        ),
        {"query": IN_ORDER[1], "variables": {**wide, "id": "x"}},
        *({"query": f"query Name{round}_{n} {{ a{round}_{n}: __typename }}"} for n in range(20)),
        *({"query": f"{{ nothing{round}_{n} }}"} for n in range(20)),
        {"query": "{" * 3_000},
        {"query": "{ id }", "variables": {f"{round}": "x" * 1_000_000}},
        {"documentId": f"{round}"},
    ]
    return [*(json.dumps(each).encode() for each in requests), b"[" * 100_000, b"\xff" * 1_000_000]


def ask_all(target: Target, round: int) -> None:
    for body in bodies(round):
        for accept in (b"application/json", b"text/plain;q=0.%d" % round):
            target.graphql(body, [(b"content-type", b"application/json"), (b"accept", accept)])
    bomb = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]
    target.graphql(gzip.compress(b" " * 20_000_000), bomb)
    for n in range(5):
        target.ask(b"GET", b"/nothing/%d/%d" % (round, n), [(b"x-request-id", b"%d-%d" % (round, n))])
        exchange(target, b"POST /graphql HTTP/1.1\r\ncontent-length: 1000000\r\n\r\n" + b" " * 100_000, "close", 0)
        exchange(target, b"GET /graphql HTTP/1.1\r\n" + b"x: y\r\n" * 300, "reset", 3)
        exchange(target, b"GET / HTTP/1.1\r\nhost: test\r\n\r\n" * 20 + LAST, "wait", 0)
        websocket.exchange(target, websocket.HANDSHAKE % b"", websocket.INIT + websocket.QUERY)
        websocket.exchange(target, websocket.HANDSHAKE % b"", websocket.INIT + websocket.QUERY * 5, wait=False)
        websocket.exchange(target, websocket.HANDSHAKE % b"", websocket.frame(b"\xff" * 100_000))
    target.check()


def test_memory_does_not_grow(target: Target) -> None:
    process = psutil.Process(target.pid)
    for round in range(WARM_UP):
        ask_all(target, round)
    sizes = []
    for round in range(WARM_UP, WARM_UP + ROUNDS):
        ask_all(target, round)
        sizes.append(process.memory_info().rss)
    told = ", ".join(f"{size / 2**20:.1f}" for size in sizes)
    print(f"Memory after each of {ROUNDS} rounds, in MiB: {told}")  # noqa: T201 - figures for those who look
    half = len(sizes) // 2
    assert min(sizes[half:]) - min(sizes[:half]) <= ALLOWED, told
