"""The metrics: their names, their units, their bounds. No label has a value that a client can choose without end."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from gql_api.errors import RequestErrorCode
from gql_api.metrics import workers
from gql_api.metrics.folder import VARIABLE
from gql_api.report import CANCELLED, LONGEST_NAME, OK, WEBSOCKET, Level, OperationReport, RequestReport

MOST_NAMES = 200
"""How many operations are told apart by name, first come: all others are `other`."""

MOST_EXECUTORS = 50
"""How many ways to execute are told apart, as names are."""

OTHER = "other"
OUTCOMES = {OK, CANCELLED, *RequestErrorCode}
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"}

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
STATEMENTS = (0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 50, 100)
POINTS = (1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000)
KEYS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)


MetricT = TypeVar("MetricT", Counter, Histogram)


class _Labelled(dict[tuple[str, ...], MetricT]):
    """What a metric counts by its labels: to look it up there takes longer than to count."""

    def __init__(self, metric: MetricT) -> None:
        super().__init__()
        self._labels: Callable[..., MetricT] = metric.labels

    def __missing__(self, labels: tuple[str, ...]) -> MetricT:
        self[labels] = found = self._labels(*labels)
        return found


class Metrics:
    """The numbers of one process, and how all processes' together are told."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = registry = CollectorRegistry()
        folder = os.environ.get(VARIABLE)
        self._folder = Path(folder) if folder is not None else None
        self._names: set[str] = set()
        self._executors: set[str] = set()
        self._operations = _Labelled(
            Counter(
                "gql_operations_total",
                "Operations that are over, by the code of their first error.",
                ["name", "type", "outcome"],
                registry=registry,
            )
        )
        self._executions = _Labelled(
            Counter(
                "gql_executions_total",
                "Operations that were executed: compiled, or why they were not.",
                ["how"],
                registry=registry,
            )
        )
        self._duration = _Labelled(
            Histogram(
                "gql_operation_duration_seconds",
                "How long operations took.",
                ["type"],
                buckets=SECONDS,
                registry=registry,
            )
        )
        self._statements = Histogram(
            "gql_operation_statements", "SQL statements of an operation.", buckets=STATEMENTS, registry=registry
        )
        self._cost = Histogram("gql_operation_cost", "Points of an operation.", buckets=POINTS, registry=registry)
        self._batch_size = _Labelled(
            Histogram("gql_loader_batch_size", "Keys of a loader's batch.", ["loader"], buckets=KEYS, registry=registry)
        )
        self._requests = _Labelled(
            Counter("gql_http_requests_total", "HTTP requests that are over.", ["method", "status"], registry=registry)
        )
        self._levels: dict[Level, Gauge] = {
            "running": self._gauge("gql_operations_running", "Operations that run."),
            "waiting": self._gauge("gql_operations_waiting", "Operations that wait for their turn."),
            "websockets": self._gauge("gql_websockets_open", "Open WebSockets."),
        }
        self._pool_size = self._gauge("gql_pool_size", "Most database connections of the pool.")
        connections = self._gauge(
            "gql_pool_connections", "Database connections of the pool, by what they do.", ["state"]
        )
        self._idle, self._lent = connections.labels("idle"), connections.labels("lent")
        for gauge in (*self._levels.values(), self._pool_size, self._idle, self._lent):
            gauge.set(0)  # the file may be that of a process that had the same number

    def _gauge(self, name: str, what: str, labels: list[str] | None = None) -> Gauge:
        return Gauge(name, what, labels or [], multiprocess_mode="livesum", registry=self._registry)

    def operation(self, report: OperationReport) -> None:
        kind = report.type or OTHER
        outcome = report.outcome if report.outcome in OUTCOMES else OTHER
        name = "anonymous" if report.name is None else _bounded(report.name, self._names, MOST_NAMES)
        self._operations[name, kind, outcome].inc()
        self._duration[(kind,)].observe(report.duration)
        self._statements.observe(report.statements)
        if report.cost is not None:
            self._cost.observe(report.cost)
        for loader, size in report.batches:
            self._batch_size[(loader,)].observe(size)
        if report.executor is not None:
            self._executions[(_bounded(report.executor, self._executors, MOST_EXECUTORS),)].inc()

    def request(self, report: RequestReport) -> None:
        if report.method != WEBSOCKET:
            method = report.method if report.method in METHODS else OTHER
            self._requests[method, "none" if report.status is None else str(report.status)].inc()

    def level(self, of: Level, change: int) -> None:
        self._levels[of].inc(change)

    def watch(self, engine: AsyncEngine) -> None:
        """Tell from now on of this engine's pool."""
        pool = engine.sync_engine.pool
        if not isinstance(pool, QueuePool):
            return
        self._pool_size.set(pool.size())

        def lent(*_: Any) -> None:
            self._idle.set(pool.checkedin())
            self._lent.set(pool.checkedout())

        def given_back(*_: Any) -> None:
            # Told just before it is back.
            self._idle.set(pool.checkedin() + 1)
            self._lent.set(pool.checkedout() - 1)

        event.listen(pool, "checkout", lent)
        event.listen(pool, "checkin", given_back)

    def exposition(self) -> bytes:
        """Return all numbers, of all workers, in Prometheus's text format."""
        return generate_latest(self._registry) if self._folder is None else workers.exposition(self._folder)


def _bounded(value: str, known: set[str], at_most: int) -> str:
    """Return a label, which is `other` once so many others are known."""
    short = value[:LONGEST_NAME]
    if short not in known:
        if len(known) >= at_most:
            return OTHER
        known.add(short)
    return short
