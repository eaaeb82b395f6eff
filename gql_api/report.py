"""What is told of each request and each operation once it is over: one line in the log, and to who else watches."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, Literal, Protocol, TypeVar, TypeVarTuple

from gql_api import logs
from gql_api.errors import RequestError, RequestErrorCode

logger = logging.getLogger(__name__)
operations = logging.getLogger("gql_api.operation")
requests = logging.getLogger("gql_api.request")

Transport = Literal["http", "websocket"]
OperationType = Literal["query", "mutation", "subscription"]
Level = Literal["running", "waiting", "websockets"]
"""What rises and falls: operations that run, operations that wait for their turn, open WebSockets."""

ToldT = TypeVarTuple("ToldT")
ReportT = TypeVar("ReportT", bound="OperationReport | RequestReport")

OK = "ok"
CANCELLED = "CANCELLED"
"""The outcome of what nobody waits for any more."""

LEVELS: dict[str, int] = {
    RequestErrorCode.UNAVAILABLE: logging.WARNING,
    RequestErrorCode.DEADLINE_EXCEEDED: logging.WARNING,
    RequestErrorCode.OVERLOADED: logging.WARNING,
    RequestErrorCode.INTERNAL: logging.ERROR,
}
"""How much those are concerned who run this, for codes that are not the client's business alone."""

LONGEST_NAME = 100
LONGEST_PATH = 200
"""In characters."""


@dataclass(slots=True)
class OperationReport:
    transport: Transport
    name: str | None = None
    type: OperationType | None = None
    started: float = field(default_factory=monotonic)
    duration: float = 0.0
    """Seconds."""
    statements: int = 0
    batches: list[tuple[str, int]] = field(default_factory=list)
    """Each batch's loader and its number of keys."""
    cost: int | None = None
    outcome: str = OK
    """`ok`, or the code of the first error."""
    errors: int = 0
    retries: int = 0
    executor: str | None = None
    """How it was executed: `compiled`, or why not."""
    principal: str | None = None
    """Who asks: a name that may be shown, never the token."""
    level: int = logging.INFO

    def failed(self, codes: Sequence[str]) -> None:
        """Note the codes of the errors that the client is told of, in their order: none when all went well."""
        self.outcome = codes[0] if codes else OK
        self.errors = len(codes)
        self.level = max([LEVELS.get(code, logging.INFO) for code in codes], default=logging.INFO)

    def facts(self) -> dict[str, object]:
        return _known(
            {
                "transport": self.transport,
                "type": self.type,
                "name": self.name and self.name[:LONGEST_NAME],
                "outcome": self.outcome,
                "errors": self.errors,
                "durationMs": _milliseconds(self.duration),
                "statements": self.statements,
                "batches": len(self.batches),
                "keys": sum([size for _, size in self.batches]),
                "cost": self.cost,
                "retries": self.retries,
                "executor": self.executor,
                "principal": self.principal,
            }
        )


@dataclass(slots=True)
class RequestReport:
    """An HTTP request, or a WebSocket from its handshake to its end."""

    method: str
    path: str
    level: int = logging.INFO
    started: float = field(default_factory=monotonic)
    duration: float = 0.0
    status: int | None = None
    """None when the client was gone before there was an answer."""
    operations: int = 0
    """How many operations it brought. Each has a line of its own, and an HTTP request then has none."""

    def facts(self) -> dict[str, object]:
        return _known(
            {
                "method": self.method,
                "path": self.path[:LONGEST_PATH],
                "status": self.status,
                "durationMs": _milliseconds(self.duration),
                "operations": self.operations or None,
            }
        )


class Watcher(Protocol):
    """Who is told beside the log: what it raises is logged and stops there."""

    def operation(self, report: OperationReport) -> None: ...

    def request(self, report: RequestReport) -> None: ...

    def level(self, of: Level, change: int) -> None: ...


_operation: ContextVar[OperationReport | None] = ContextVar("operation", default=None)
_request: ContextVar[RequestReport | None] = ContextVar("request", default=None)


def current_operation() -> OperationReport | None:
    """Return the report of the operation that the current task works for."""
    return _operation.get()


def count_statement() -> None:
    """Count a statement for the operation that the current task works for, if there is one."""
    if (report := _operation.get()) is not None:
        report.statements += 1


def count_batch(loader: str, size: int) -> None:
    """Count a batch of keys, as for statements."""
    if (report := _operation.get()) is not None:
        report.batches.append((loader, size))


def count_execution(how: str) -> None:
    """Note how the operation that the current task works for is executed: `compiled`, or in a word why not.

    Nothing that a client sends may be a part of it.
    """
    if (report := _operation.get()) is not None:
        report.executor = how


class Reports:
    """Where all reports of an application go."""

    def __init__(self, watcher: Watcher | None = None) -> None:
        self._watcher = watcher

    def operation(self, transport: Transport) -> AbstractContextManager[OperationReport]:
        """Give the report of an operation to fill in, to which statements and batches inside are counted. It is told
        when the block ends, whatever happened; an exception that leaves the block is its outcome.
        """
        if (request := _request.get()) is not None:
            request.operations += 1
        return _Reported(OperationReport(transport), _operation, self._tell_operation)

    def request(self, method: str, path: str, level: int = logging.INFO) -> AbstractContextManager[RequestReport]:
        """Give the report of a request to fill in, which is told when the block ends."""
        return _Reported(RequestReport(method, path, level), _request, self._tell_request)

    def _tell_operation(self, report: OperationReport, error: BaseException | None) -> None:
        if isinstance(error, (asyncio.CancelledError, GeneratorExit)):
            report.outcome = CANCELLED
        elif isinstance(error, Exception):
            report.failed([error.code if isinstance(error, RequestError) else RequestErrorCode.INTERNAL])
        logs.tell(operations, report.level, "Operation", report.facts())
        if self._watcher is not None:
            _harmlessly(self._watcher.operation, report)

    def _tell_request(self, report: RequestReport, _: BaseException | None) -> None:
        if report.method == WEBSOCKET or not report.operations:
            logs.tell(requests, report.level, "Request", report.facts())
        if self._watcher is not None:
            _harmlessly(self._watcher.request, report)

    def change(self, of: Level, by: int) -> None:
        """Tell that so many more, or fewer, operations run or wait, or WebSockets are open."""
        if self._watcher is not None:
            _harmlessly(self._watcher.level, of, by)


class _Reported(Generic[ReportT]):
    """A block that is reported. As a generator, it would take twice the time."""

    __slots__ = ("_current", "_report", "_tell", "_token")

    _token: Token[ReportT | None]

    def __init__(
        self,
        report: ReportT,
        current: ContextVar[ReportT | None],
        tell: Callable[[ReportT, BaseException | None], None],
    ) -> None:
        self._report = report
        self._current = current
        self._tell = tell

    def __enter__(self) -> ReportT:
        self._token = self._current.set(self._report)
        return self._report

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._current.reset(self._token)
        self._report.duration = monotonic() - self._report.started
        self._tell(self._report, error)


WEBSOCKET = "WEBSOCKET"
"""The method of a WebSocket, which has none."""


def _harmlessly(tell: Callable[[*ToldT], None], *told: *ToldT) -> None:
    try:
        tell(*told)
    except Exception:
        logger.exception("A report could not be counted")


def _known(facts: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in facts.items() if value is not None} if None in facts.values() else facts


def _milliseconds(seconds: float) -> float:
    return (seconds * 1_000_000 + 0.5) // 1 / 1000  # `round` takes three times as long
