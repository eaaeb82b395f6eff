"""Compiled operations are made at the second use, in a share of the time, and are kept within their bytes."""

import gc
import tracemalloc
from collections.abc import Iterator
from itertools import count
from typing import Any

import psutil
import pytest
from graphql import parse
from graphql.execution import Executor

from gql_api.execution import Compiler
from gql_api.schema import schema
from tests.execution.executors import compiler
from tests.fuzz.budget import MORE

MEBIBYTE = 2**20
HALF = 3_000 if MORE <= 1 else 10_000


def executor(text: str, **variables: Any) -> Executor[Any]:
    """Return what executes a document once."""
    built = Executor.build(schema._schema, parse(text), raw_variable_values=variables)
    assert isinstance(built, Executor)
    return built


def other_documents() -> Iterator[str]:
    """Yield small documents, of which none is like another."""
    for number in count():
        tasks = f"tasks(limit: {number % 100}) {{ a{number}: title category {{ b{number}: name }} }}"
        yield f"query Q{number} {{ {tasks} }}"


def test_a_stream_of_other_documents_reaches_a_plateau() -> None:
    documents, process = other_documents(), psutil.Process()
    compiles = Compiler(max_bytes=4 * MEBIBYTE)
    sizes = []
    for _ in range(2):
        for _ in range(HALF):
            compiles.find(executor(next(documents)))
        gc.collect()
        sizes.append(process.memory_info().rss)
        assert compiles.bytes <= 4 * MEBIBYTE
    assert sizes[1] - sizes[0] < 12 * MEBIBYTE  # all of them would take three times as much, and more
    assert compiles.executions == {"first use": 2 * HALF}


def test_what_they_take_is_about_what_is_counted() -> None:
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        compiles, documents = compiler(max_bytes=4 * MEBIBYTE), other_documents()
        for _ in range(round(250 * max(1, MORE))):
            compiles.find(executor(next(documents)))
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert compiles.bytes <= 4 * MEBIBYTE
    assert compiles.bytes / 2 < taken < compiles.bytes * 2


@pytest.mark.parametrize("max_bytes", [10_000, 16 * MEBIBYTE], ids=["hardly anything", "enough"])
def test_one_document_with_ever_other_conditions_is_kept_within_its_bytes(max_bytes: int) -> None:
    names = [f"c{number}" for number in range(12)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    body = " ".join(f"{name}: tasks @skip(if: ${name}) {{ title category {{ name }} }}" for name in names)
    document = parse(f"query ({declared}) {{ {body} }}")
    compiles = compiler(max_bytes=max_bytes)
    for combination in range(round(100 * max(1, MORE))):
        variables = {name: bool(combination >> place & 1) for place, name in enumerate(names)}
        built = Executor.build(schema._schema, document, raw_variable_values=variables)
        assert isinstance(built, Executor)
        compiles.find(built)
    assert compiles.bytes <= max_bytes
    assert compiles.executions["variants"] > 0 or max_bytes < 100_000  # where none of it is kept, it begins anew


def test_it_is_compiled_at_its_second_use() -> None:
    compiles, once = Compiler(max_bytes=MEBIBYTE, share=None), executor("{ tasks { title } }")
    assert [compiles.find(once) is not None for _ in range(3)] == [False, True, True]
    assert compiles.executions == {"first use": 1, "compiled": 2}


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    executors = [executor(f"query Q{number} {{ tasks {{ title }} }}") for number in range(20)]
    compiles = compiler(max_bytes=100_000)
    for each in executors:
        compiles.find(each)
        compiles.find(executors[0])
    assert 1 < len(compiles) < len(executors)
    known = len(compiles)
    compiles.find(executors[0])
    compiles.find(executors[-1])
    assert len(compiles) == known
    assert compiles.executions == {"compiled": 2 * len(executors) + 2}


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_it_takes_no_more_than_its_share_of_time(share: float) -> None:
    seconds = count()  # each look at the clock is a second later than the one before
    compiles = Compiler(max_bytes=100 * MEBIBYTE, uses=1, share=share, clock=lambda: float(next(seconds)))
    documents = other_documents()
    for _ in range(300):
        compiles.find(executor(next(documents)))
    passed = next(seconds)
    made = compiles.executions["compiled"]
    assert made + compiles.executions["budget"] == 300
    assert share * passed * 0.7 < made <= share * passed + 1  # each took a second
