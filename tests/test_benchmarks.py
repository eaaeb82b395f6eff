"""The benchmark measures what it says: right answers, by everyone the same, and every request counted."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from benchmarks import data, database, stopwatch
from benchmarks.__main__ import arguments, measure
from benchmarks.answers import DifferenceError, check
from benchmarks.executions import counted
from benchmarks.load import END_OF_HEAD, Load, run
from benchmarks.peers import stock
from benchmarks.rounds import Sample
from benchmarks.servers import KINDS
from benchmarks.tables import Results, table, written
from benchmarks.works import GROWTH, M1, Q1, WORKS, Request, Work
from tests.conftest import Server, api_on

OURS = build_schema((Path(__file__).parents[1] / "schema.graphql").read_text())
STOCK = build_schema(stock.schema.as_str())
FEW = 1_000
"""Tasks: of them, too, each work has as many as it wants."""


@pytest.fixture
async def filled(server: Server, template: str) -> AsyncIterator[str]:
    """A database of its own, where ids begin with 1."""
    name = await server.create(template)
    await data.fill(server.url(name), FEW)
    yield server.url(name)
    await server.drop(name)


@pytest.mark.parametrize("work", [*WORKS, *GROWTH], ids=lambda work: work.name)
def test_a_work_is_valid_for_both_schemas(work: Work) -> None:
    def errors(schema: GraphQLSchema, request: Request) -> list[Any]:
        return list(validate(schema, parse(request.query)))

    assert errors(OURS, work.ours) == errors(STOCK, work.stock) == []


async def test_all_servers_answer_each_work_alike_and_what_is_measured_is_told(filled: str) -> None:
    told = await measure(filled, arguments(["--rounds", "1", "--seconds", "0", "--requests", "1", "--work", "M1"]))
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in told.splitlines() if line.startswith("|")]
    assert [line[1] for line in lines if len(line) > 3][2:] == [kind.name for kind in KINDS]
    assert {*stopwatch.ROOMS, "together", "without clocks"} <= {line[0] for line in lines}
    async with database.connected(filled) as raw:
        assert await database.made(raw) == 0


async def test_a_wrong_answer_is_noticed(filled: str) -> None:
    async with api_on(filled) as api, database.connected(filled) as raw:
        answer = (await api.post(Q1.ours.query, **Q1.ours.variables)).content
        await check(raw, "ours", Q1, 200, answer)
        for status, wrong in (
            (500, answer),
            (200, answer.replace(b"number 7", b"number 8")),
            (200, answer.replace(b'"data"', b'"errors":[],"data"')),
            (200, b'{"data":{"task":null}}'),
        ):
            with pytest.raises(DifferenceError):
                await check(raw, "ours", Q1, status, wrong)


async def test_a_load_counts_its_requests_and_looks_at_each_answer() -> None:
    asked, good = 0, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        with suppress(ConnectionError):
            while await reader.readline():
                await reader.readuntil(END_OF_HEAD)
                assert await reader.readexactly(len("asked")) == b"asked"
                asked += 1
                said = good if asked <= 100 else good.replace(b"{}", b"[]")
                for part in (said[:30], said[30:]):
                    writer.write(part)
                    await asyncio.sleep(0)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as served:
        load = Load(served.sockets[0].getsockname()[1], "asked", 4, 0, 50, "{}")
        assert ((await run(load)).requests, asked) == (50, 50)
        with pytest.raises(RuntimeError, match="not right"):
            await run(replace(load, at_least=100))
        with pytest.raises(RuntimeError, match="not right"):
            await run(replace(load, at_least=1, answer="{ }"))


async def test_each_room_has_its_door_and_is_left_in_order(filled: str) -> None:
    watch = stopwatch.Stopwatch()
    async with api_on(filled) as api:
        with stopwatch.doors(watch):
            for work in (Q1, M1):
                await api.data(work.ours.query, **work.ours.variables)
    assert watch.mixed == 0
    told = watch.told(stopwatch.calibrated(100))
    assert {room for room, nanoseconds in told.items() if nanoseconds > 0} == set(stopwatch.ROOMS)


def test_ratios_are_taken_within_a_round() -> None:
    # Of the medians it would be 5.
    cpu = {"ours": (3.0, 6.0, 30.0), "stock": (12.0, 30.0, 60.0), "limit": (1.0, 2.0, 10.0)}
    samples = [
        Sample("Q1", server, number, each, 1000 / each, each, each)
        for server, rounds in cpu.items()
        for number, each in enumerate(rounds)
    ]
    lines = [[cell.strip() for cell in line.split("|")[2:-1]] for line in Results(samples).speeds([Q1]).splitlines()]
    assert lines[0] == ["server", "CPU ms", "stock ÷ it", "it ÷ limit", "req/s", "it ÷ stock", "p50 ms", "p99 ms"]
    assert lines[2] == ["ours", "6.000", "4.00", "3.00", "167", "4.00", "6.00", "6.00"]
    assert lines[4][:5] == ["limit", "2.000", "12.00", "1.00", "500"]


def test_tables_are_written_between_their_marks() -> None:
    new = table(("a", "b"), [("x", "1")])
    document = written("before\n", "old\n")
    assert written(document + "after\n", new) == written("before\n", new) + "after\n"


def test_the_metrics_are_read() -> None:
    lines = [f'gql_executions_total{{how="{how}"}} {number}.0' for how, number in (("compiled", 7), ("first", 1))]
    exposition = "\n".join(("# TYPE gql_executions_total counter", *lines, "other_total 3.0", ""))
    assert counted(exposition) == Counter(compiled=7, first=1)
    assert counted("other_total 3.0\n") == Counter()
