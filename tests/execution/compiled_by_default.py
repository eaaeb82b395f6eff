"""A pytest plugin for graphql-core's own tests: what they execute is compiled, at its first use, and they are told how.

It is loaded by itself (`-p compiled_by_default`): graphql-core's tests are a package of the name of ours.
"""

import json
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from os import environ
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema
from graphql.execution import executor_throwing_on_incremental
from graphql.execution.executor import Executor
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental
from graphql.execution.incremental.incremental_executor import IncrementalExecutor
from graphql.pyutils.is_awaitable import is_async_iterable, is_awaitable

from gql_api.execution import Compiler, Compiling

KEY = "executions"
CURRENT = "PYTEST_CURRENT_TEST"
execute: Any = import_module("graphql.execution.execute")  # there is a function of that name, too
_compilers: dict[int, tuple[GraphQLSchema, Compiler]] = {}
_told: dict[str, dict[str, Any]] = {}


def _compiling(base: type[Executor[Any]]) -> type[Any]:
    class Compiled(Compiling, base):  # type: ignore[misc, valid-type]
        def compiler(self) -> Compiler:
            made = Compiler(max_bytes=2**24, uses=1, share=float("inf"))
            return _compilers.setdefault(id(self.schema), (self.schema, made))[1]

        def execute_operation(self, serially: bool | None = None) -> Any:
            # `execute_sync` takes nothing for awaitable, and is not compiled. Only the tests of that make use of it.
            if self.is_awaitable is execute.assume_not_awaitable and "without_check_sync" not in environ[CURRENT]:
                self.is_awaitable, self.is_async_iterable = is_awaitable, is_async_iterable
            return super().execute_operation(serially)

    return Compiled


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    throwing = _compiling(ExecutorThrowingOnIncremental)
    execute.IncrementalExecutor = _compiling(IncrementalExecutor)
    execute.ExecutorThrowingOnIncremental = throwing
    executor_throwing_on_incremental.ExecutorThrowingOnIncremental = throwing  # type: ignore[misc]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    _compilers.clear()
    try:
        return (yield)
    finally:
        counted: Counter[str] = sum((made.executions for _, made in _compilers.values()), Counter())
        item.user_properties.append((KEY, dict(counted)))
        _compilers.clear()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.failed:
        counted = dict(report.user_properties).get(KEY, {})
        _told[report.nodeid] = {"outcome": report.outcome, "how": counted, "text": report.longreprtext}


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        Path(environ["EXECUTIONS"]).write_text(json.dumps(_told))
