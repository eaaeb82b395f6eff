"""Documents that are kept: once valid, the same object whoever brings it, within a bound, at the same cost."""

import gc
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest

from gql_api.errors import RequestError
from gql_api.schema.limits import check_variables, measure, observed
from gql_api.schema.prepare import InvalidDocumentError, Rules
from gql_api.schema.prepared import MOST_COSTS, PreparedDocuments
from tests.schema.test_cost import COSTS
from tests.schema.test_limits import DEFAULTS, ENDLESS, SCHEMA

ROOM = 10_000_000


def prepared(most_bytes: int = ROOM, **rules: Any) -> PreparedDocuments:
    given: dict[str, Any] = {"limits": DEFAULTS, "introspection": True, "suggestions": False} | rules
    return PreparedDocuments(SCHEMA, Rules(**given), most_bytes)


def cost(documents: PreparedDocuments, text: str, name: str | None = None, **variables: Any) -> int:
    document = documents.find(text)
    return documents.check(document, document.chosen(name), variables)


def kept(documents: PreparedDocuments, text: str) -> bool:
    """Whether it is parsed no more."""
    return documents.find(text) is documents.find(text)


def test_it_is_the_same_document_and_operation_each_time() -> None:
    documents = prepared()
    text = "query A { taskCount } query B($n: Int = 2) { tasks(limit: $n) { id } }"
    cost(documents, text, "A")
    found = documents.find(text)
    assert documents.find("".join(text)) is found
    assert found.chosen("B") is documents.find(text).chosen("B")
    assert found.chosen("B").node is found.node.definitions[1]
    assert (found.chosen("A").type, found.chosen("A").name) == ("query", "A")
    assert cost(documents, text, "A") == 5
    assert cost(documents, text, "B") == 5 + 2 * 16
    for name in (None, "C", ""):
        with pytest.raises(RequestError) as caught:
            documents.find(text).chosen(name)
        assert caught.value.code == "OPERATION_RESOLUTION_FAILURE"


@pytest.mark.parametrize(
    "text",
    ["{ nothing }", "{ taskCount(x: 1) }", "{", "fragment F on Query { taskCount }", "{ __schema { types { name } } }"],
)
def test_what_is_not_valid_is_not_kept(text: str) -> None:
    documents = prepared(introspection=False)
    for _ in range(2):
        with pytest.raises((InvalidDocumentError, RequestError)):
            cost(documents, text)
    assert not documents._kept
    assert documents._bytes == 0


def test_nor_is_what_is_too_much() -> None:
    limits = replace(DEFAULTS, cost=100)
    documents = prepared(limits=limits)
    text = "query ($n: Int) { tasks(limit: $n) { id } }"
    for _ in range(2):
        with pytest.raises(RequestError, match="165 points; at most 100"):
            cost(documents, text, n=10)
    assert not kept(documents, text)
    assert cost(documents, text, n=5) == 85
    assert kept(documents, text)
    with pytest.raises(RequestError, match="165 points; at most 100"):
        cost(documents, text, n=10)
    with pytest.raises(RequestError, match="A list has 3,000 elements"):
        cost(documents, text, n=5, unknown=[1] * 3_000)


def test_the_longest_unused_goes_first() -> None:
    texts = [f"{{ {'x' * 50}{number}: taskCount }}" for number in range(4)]
    one = prepared().find(texts[0]).bytes
    documents = prepared(3 * one)
    for text in texts[:3]:
        cost(documents, text)
    cost(documents, texts[0])
    cost(documents, texts[3])
    assert [kept(documents, text) for text in texts[:4]] == [True, False, True, True]
    assert documents._bytes == 3 * one
    for text in texts:
        cost(documents, text)
    assert documents._bytes == 3 * one


def test_what_would_take_all_the_room_is_not_kept() -> None:
    large = "{ " + " ".join(f"a{number}: taskCount" for number in range(20)) + " }"
    documents = prepared(prepared().find(large).bytes - 1)
    cost(documents, "{ taskCount }")
    assert cost(documents, large) == 100
    assert not kept(documents, large)
    assert kept(documents, "{ taskCount }")
    nothing = prepared(0)
    assert cost(nothing, "{ taskCount }") == 5
    assert not kept(nothing, "{ taskCount }")


@pytest.mark.parametrize(
    "text",
    [
        "{ taskCount }",
        "query Many($n: Int!) { tasks(limit: $n) { id title completed category { id name } } }",
        "{ " + "taskCount " * 2_000 + "}",
        "{ nodes(ids: [" + "1 " * 1_000 + "]) { id } }",
        "{ taskCount " + "#" * 100_000 + "\n}",
        "{ taskCount " + "#" * 15_000 + "\n}",
        "{ taskCount " + "#\n" * 4_900 + "}",
        "{ taskCount(filter: {title: {eq: " + '"' + "é" * 50_000 + '"}}) }',
    ],
    ids=lambda text: text[:40],
)
def test_no_document_takes_more_memory_than_is_counted(text: str) -> None:
    gc.collect()
    tracemalloc.start()
    try:
        documents = [prepared().find(f"{text}#{number}") for number in range(3)]
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < sum(document.bytes for document in documents) < 5 * taken


@pytest.mark.parametrize("name", COSTS)
def test_a_cost_is_the_same_when_it_is_known(name: str) -> None:
    text, variables, points = COSTS[name]
    documents = prepared(limits=ENDLESS)
    document = documents.find(text)
    document.valid = True  # some of them are not, which costs do not depend on
    assert [documents.check(document, document.chosen(None), variables) for _ in range(3)] == [points] * 3


SHAPES: list[Any] = [
    *(None, True, False, 0, 1, 2, 1.0, 7, 7.5, -3, 100, 10**6, 10**400, float("inf"), float("nan")),
    *("", "x", "7", "x" * 999, "x" * 1_000, "x" * 5_000),
    *([], [1], [None], [1, 2], ["x" * 2_000, 2], [[1, 2], [3]], [{"id": "ASC"}]),
    *({}, {"a": 1}, {"ids": [1, 2]}, {"ids": None}, {"ids": 5}, {"ids": [1], "a": {"b": {}}}, {"all": True}),
]


@pytest.mark.parametrize(
    "text",
    [
        "query ($v: Int) { tasks(limit: $v) { id } tasksConnection(first: $v) { nodes { id } } }",
        "query ($v: Int = 3) { tasks(limit: $v) { id title } }",
        "query ($v: [ID!]!) { nodes(ids: $v) { id } a: nodes(ids: [1, 2, 3]) { id } }",
        'query ($v: TaskFilter = {title: {eq: "a"}}) { tasks(limit: 3, filter: $v) { id tags { id } } }',
        "query ($v: String) { tasks(filter: {title: {eq: $v}}) { id } }",
        "query ($v: Boolean!) { tasks @include(if: $v) { id } taskCount @skip(if: $v) ... @skip(if: $v) { id } }",
        "mutation ($v: TaskSelection!) { deleteTasks(where: $v) { ... on DeleteTasksSuccess { tasks { id } } } }",
        "mutation ($v: [ID!]!) { deleteTasks(where: {ids: $v}) { ... on DeleteTasksSuccess { tasks { id } } } }",
        "mutation ($v: Int) { deleteTasks(where: {}, atMost: $v) { ... on DeleteTasksSuccess { tasks { id } } } }",
        "mutation ($v: [CreateTaskInput!]!) { createTasks(input: $v) { ... on CreateTasksSuccess { tasks { id } } } }",
    ],
)  # fmt: skip
def test_values_that_look_alike_cost_the_same(text: str) -> None:
    """What is kept by its kind is what was measured, whatever is sent: kinds are told apart wherever costs differ."""
    documents = prepared(limits=ENDLESS)
    document = documents.find(text)
    document.valid = True
    operation = document.chosen(None)
    for _ in range(2):
        for shape in [*SHAPES, *SHAPES[::-1]]:
            expected = measure(SCHEMA, document.node, operation.node, {"v": shape}, ENDLESS).cost
            assert documents.check(document, operation, {"v": shape}) == expected, shape
        expected = measure(SCHEMA, document.node, operation.node, {}, ENDLESS).cost
        assert documents.check(document, operation, None) == expected


def test_costs_that_are_kept_are_few() -> None:
    documents = prepared()
    text = "query ($n: Int, $f: TaskFilter) { tasks(limit: $n, filter: $f) { id } }"
    for number in range(100):
        assert cost(documents, text, n=number, f={"title": {"in": ["a"] * number}}) > number
    assert len(documents.find(text).chosen(None)._costs) == MOST_COSTS
    assert observed(1, 1) != observed(True, 1)
    operation = documents.find(text).chosen(None)
    short, long, longer = ({"f": {"search": "a" * length}} for length in (1, 900, 1000))
    kinds = [operation.kind(given, check_variables(given, ENDLESS)) for given in (short, long, longer)]
    assert kinds[0] == kinds[1] != kinds[2]
