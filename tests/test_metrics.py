"""What Prometheus is told, of one process and of several."""

import asyncio
import json
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from gql_api.errors import RequestErrorCode
from gql_api.metrics.folder import VARIABLE, shared_folder
from gql_api.metrics.prometheus import MOST_EXECUTORS, MOST_NAMES, Metrics
from gql_api.metrics.workers import exposition
from gql_api.report import OperationReport, Reports, RequestReport, count_execution
from tests.api import Api
from tests.command import PROJECT, Served, serving
from tests.conftest import KILL_OTHERS, Raw, api_on
from tests.test_serve import until_started, workers

Numbers = dict[str, float]


def numbers(text: str) -> Numbers:
    """Return each number by its name and its labels, as Prometheus writes them."""
    return {
        f"{sample.name}{{{','.join(f'{name}={value}' for name, value in sorted(sample.labels.items()))}}}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def told(metrics: Metrics) -> Numbers:
    return numbers(metrics.exposition().decode())


async def test_operations_and_requests_are_counted(database: str) -> None:
    async with api_on(database, pool_size=3, metrics=True) as api:
        await api.create_task("x", tags=["a", "b"])
        for _ in range(2):
            await api.data("query Tasks { tasks { tags { name } } }")
        await api.answer("query Tasks { nothing }")
        await api.client.request("BREW", "/nothing")
        response = await api.client.get("/metrics")
        assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        seen = numbers(response.text)
    assert seen["gql_operations_total{name=Tasks,outcome=ok,type=query}"] == 2
    assert seen["gql_operations_total{name=Tasks,outcome=GRAPHQL_VALIDATION_FAILED,type=query}"] == 1
    assert seen["gql_operations_total{name=anonymous,outcome=ok,type=mutation}"] == 1
    assert seen["gql_operation_duration_seconds_count{type=query}"] == 3
    assert seen["gql_operation_statements_bucket{le=2.0}"] >= 2
    assert seen["gql_loader_batch_size_count{loader=tags_by_task_id}"] == 2
    assert seen["gql_http_requests_total{method=POST,status=200}"] == 4
    assert seen["gql_http_requests_total{method=other,status=404}"] == 1
    assert seen["gql_pool_size{}"] == 3
    assert (seen["gql_pool_connections{state=lent}"], seen["gql_pool_connections{state=idle}"]) == (0, 1)
    assert not any("_created" in name for name in seen)


async def test_the_pool_is_told_while_it_works(database: str, raw: Raw) -> None:
    async with api_on(database, pool_size=2, metrics=True) as api:

        async def pool() -> tuple[float, float]:
            seen = numbers((await api.client.get("/metrics")).text)
            return seen["gql_pool_connections{state=lent}"], seen["gql_pool_connections{state=idle}"]

        assert await pool() == (0, 0)
        async with raw.transaction():
            await raw.execute("LOCK TABLE tasks")
            asked = asyncio.ensure_future(api.answer("{ taskCount }"))
            while await pool() != (1, 0):  # noqa: ASYNC110 - it is asked from outside
                await asyncio.sleep(0.01)
        await asked
        assert await pool() == (0, 1)
        await raw.execute(KILL_OTHERS)
        await api.answer("{ taskCount }")
        await api.data("{ taskCount }")
        assert await pool() == (0, 1)


async def test_without_the_setting_there_are_none(api: Api) -> None:
    assert (await api.client.get("/metrics")).status_code == 404


def test_without_the_setting_none_of_it_is_imported() -> None:
    script = (
        "import sys; from pathlib import Path; from pydantic import SecretStr; import gql_api.commands;"
        "from gql_api.app import create_app; from gql_api.settings import Settings;"
        "create_app(Settings(database_url=SecretStr('postgresql://localhost/x'), explorer=False));"
        "sys.exit('prometheus_client' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=PROJECT, check=False, timeout=100).returncode == 0


def test_no_client_can_make_numbers_without_end() -> None:
    metrics = Metrics()
    for number in range(MOST_NAMES + 50):
        report = OperationReport("http", name=f"{uuid4().hex}{'x' * 200}{number}")
        report.failed([f"MADE_UP_{number}"])
        metrics.operation(report)
        metrics.request(RequestReport(f"METHOD{number}", f"/{number}", status=200))
    seen = told(metrics)
    operations = [name for name in seen if name.startswith("gql_operations_total")]
    assert len(operations) == MOST_NAMES + 1
    assert max(map(len, operations)) < 200
    assert seen["gql_operations_total{name=other,outcome=other,type=other}"] == 50
    assert seen["gql_http_requests_total{method=other,status=200}"] == MOST_NAMES + 50


def test_every_code_is_an_outcome() -> None:
    metrics = Metrics()
    for code in RequestErrorCode:
        report = OperationReport("http", type="query")
        report.failed([code])
        metrics.operation(report)
    assert sum("outcome=other" in name for name in told(metrics)) == 0


def test_how_operations_are_executed_is_counted_and_told(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics()
    reports = Reports(metrics)
    for how in ("compiled", "compiled", "introspection", None, *(f"way {number}" for number in range(MOST_EXECUTORS))):
        with caplog.at_level(logging.INFO, "gql_api.operation"), reports.operation("http"):
            if how is not None:
                count_execution(how)
    count_execution("outside of any operation")
    seen = {name: value for name, value in told(metrics).items() if name.startswith("gql_executions_total")}
    assert seen["gql_executions_total{how=compiled}"] == 2
    assert seen["gql_executions_total{how=introspection}"] == 1
    assert seen["gql_executions_total{how=other}"] == 2
    assert len(seen) == MOST_EXECUTORS + 1
    assert [vars(record)["facts"].get("executor") for record in caplog.records[:4]] == [
        "compiled",
        "compiled",
        "introspection",
        None,
    ]


def test_levels_rise_and_fall() -> None:
    metrics = Metrics()
    reports = Reports(metrics)
    reports.change("running", 3)
    reports.change("running", -1)
    reports.change("waiting", 7)
    reports.change("websockets", 1)
    seen = told(metrics)
    assert [seen[f"gql_{name}{{}}"] for name in ("operations_running", "operations_waiting", "websockets_open")] == [
        2,
        7,
        1,
    ]


def test_what_fails_to_count_fails_no_request(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def operation(self, report: OperationReport) -> None:
            raise OSError(report)

        def request(self, report: RequestReport) -> None:
            raise OSError(report)

        def level(self, of: str, change: int) -> None:
            raise OSError(of, change)

    reports = Reports(Broken())
    with reports.request("GET", "/"), reports.operation("http"):
        reports.change("running", 1)
    assert [record.getMessage() for record in caplog.records if record.exc_info] == [
        "A report could not be counted"
    ] * 3


def test_the_folder_of_the_workers_is_theirs_alone_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/somebody/elses")
    with shared_folder(wanted=True):
        folder = Path(os.environ[VARIABLE])
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "counter_1.db").write_bytes(b"x")
    assert not folder.exists()
    with shared_folder(wanted=False):
        assert VARIABLE not in os.environ
    assert os.environ[VARIABLE] == "/somebody/elses"


def test_what_the_dead_have_counted_stays_in_one_file(folder: Path) -> None:
    """However many workers die, one after another."""
    key = json.dumps(["gql_operations", "gql_operations_total", {"name": "x"}, "Operations."])
    for death in range(1, 4):
        number = 2**30 + death  # no process has such a number
        for kind, value in (("counter", 10), ("gauge_livesum", 7)):
            left = MmapedDict(str(folder / f"{kind}_{number}.db"))  # type: ignore[no-untyped-call]
            left.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]
            left.close()  # type: ignore[no-untyped-call]
        assert numbers(exposition(folder).decode()) == {"gql_operations_total{name=x}": 10 * death}
        assert {path.name for path in folder.iterdir()} == {"counter_0.db", "lock"}


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def seen(address: str) -> Numbers:
    response = httpx.get(address.replace("/graphql", "/metrics"), timeout=60)
    assert response.status_code == 200
    return numbers(response.text)


def files(served: Served) -> set[int]:
    return {
        int(found[1])
        for child in workers(served)
        for path in Path(child.environ()[VARIABLE]).iterdir()
        if (found := re.search(r"_(\d+)\.db$", path.name))
    }


def answered(number: str) -> str:
    return f"gql_operations_total{{name={number},outcome=ok,type=query}}"


async def test_any_worker_tells_of_all_and_every_line_is_json(database: str, raw: Raw, folder: Path) -> None:
    """`serve` as operators see it: what workers have counted outlives them, what they had open does not."""
    asked: list[str] = []

    def ask(address: str, name: str) -> str:
        # Each request is a connection of its own, which any of the workers may take.
        asked.append(f"{name}-{uuid4().hex}")
        response = httpx.post(
            address, json={"query": f"query {name} {{ taskCount }}"}, headers={"x-request-id": asked[-1]}, timeout=60
        )
        assert response.headers["x-request-id"] == asked[-1]
        assert not {"server", "x-powered-by"} & set(response.headers)
        return str(response.json().get("errors", [{"extensions": {"code": "ok"}}])[0]["extensions"]["code"])

    def use(served: Served) -> Path:
        until_started(served, 2)
        shared = Path(workers(served)[0].environ()[VARIABLE])
        for _ in range(20):
            assert ask(served.address, "First") == "ok"
        for _ in range(5):  # whichever of them answers
            now = seen(served.address)
            assert now[answered("First")] == 20
            assert now["gql_pool_size{}"] == 6
        first = workers(served)[0]
        first.kill()
        until_started(served, 1)
        until(lambda: seen(served.address)["gql_pool_size{}"] == 6 and first.pid not in files(served))
        assert ask(served.address, "Second") == "ok"
        now = seen(served.address)
        assert (now[answered("First")], now[answered("Second")]) == (20, 1)
        assert now["gql_operation_duration_seconds_count{type=query}"] == 21
        assert now["gql_operation_duration_seconds_bucket{le=+Inf,type=query}"] == 21
        httpx.get(served.address.replace("/graphql", "/a%0D%0A%7B%22level%22%3A1%7D%E2%80%A8%1B%5B2K"), timeout=60)
        address = served.address.replace("http:", "ws:") + "?token=secret"
        with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as connection:
            assert connection.response is not None
            assert "server" not in connection.response.headers
        return shared

    def end(served: Served) -> None:
        assert ask(served.address, "Broken") == "INTERNAL_SERVER_ERROR"
        served.stop()

    with serving(
        "serve", "--workers", "2", cwd=folder, DATABASE_URL=database, GQL_API_POOL_SIZE="3", GQL_API_METRICS="true"
    ) as served:
        shared = await asyncio.to_thread(use, served)
        await raw.execute("ALTER TABLE tasks RENAME TO elsewhere")
        await asyncio.to_thread(end, served)
    assert not shared.exists()
    lines = [json.loads(line) for line in served.written]
    assert all({"timestamp", "level", "logger", "message"} <= line.keys() for line in lines)
    operations = [line for line in lines if line["logger"] == "gql_api.operation"]
    assert sorted(line["requestId"] for line in operations) == sorted(asked)
    (failed,) = [line for line in operations if line["outcome"] != "ok"]
    stacks = [line for line in lines if "exception" in line]
    assert {line["requestId"] for line in stacks} == {failed["requestId"]}
    assert "gql_api.schema.shown_errors" in {line["logger"] for line in stacks}
    evil, socket = [line for line in lines if line["logger"] == "gql_api.request"]
    assert (evil["path"], evil["status"]) == ('/a\r\n{"level":1}\u2028\x1b[2K', 404)
    assert (socket["method"], socket["path"], socket["status"]) == ("WEBSOCKET", "/graphql", 101)
    assert not any("secret" in line for line in served.written)
