"""The two that are compared: graphql-core's ordinary executor, and the one that compiles, from the first use on."""

from typing import Any

from graphql.execution import Executor
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental

from gql_api.execution import Compiler, Compiling

LARGE = 2**26
"""Bytes for compiled operations: enough for any test here."""


def compiler(**others: Any) -> Compiler:
    """Make what compiles everything at its first use, however long it takes."""
    return Compiler(**{"max_bytes": LARGE, "uses": 1, "share": float("inf"), **others})


def compiling(base: type[Executor[Any]] = ExecutorThrowingOnIncremental, **others: Any) -> type[Any]:
    """Make an executor that compiles by a compiler of its own, for operations of one schema."""
    made = compiler(**others)

    class Compiled(Compiling, base):  # type: ignore[misc, valid-type]
        def compiler(self) -> Compiler:
            return made

    return Compiled
