"""What operations cost: the table of points, sizes by arguments, and that what is usual passes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, get_introspection_query
from graphql import parse as parse_text

from gql_api.errors import RequestError
from gql_api.schema import schema
from gql_api.schema.limits import Limits, check_document, check_variables, measure, parse, validate
from gql_api.schema.limits import variables as values
from gql_api.schema.limits.cost import ASSUMED_SIZE, BOUNDED, LONG_TEXTS, MOST, OBJECTS, STATEMENT, VALUES
from gql_api.schema.limits.measure import introspection_budget
from gql_api.settings.limits import LimitSettings
from gql_api.shapes.page import DEFAULT_LIMIT
from tests.command import PROJECT
from tests.schema.test_limits import DEFAULTS, ENDLESS, measured, operation

A, S, L, T = ASSUMED_SIZE, STATEMENT, DEFAULT_LIMIT, BOUNDED["tags"]
OBJECT, TASK = values.OBJECT // VALUES, OBJECTS["Task"]

COSTS: dict[str, tuple[str, dict[str, Any], int]] = {
    "a field": ("{ task(id: 1) { id title } }", {}, S + 2 + TASK),
    "__typename": ("{ __typename task(id: 1) { __typename id } }", {}, S + 1 + TASK),
    "a count": ("{ taskCount }", {}, S),
    "tags": ("{ task(id: 1) { tags { id name } } }", {}, S + 1 + T * 2 + TASK),
    "a long text": ("{ task(id: 1) { description } }", {}, S + LONG_TEXTS["description"] + TASK),
    "a text of many characters": (
        '{ tags(filter: {name: {eq: "' + "x" * 30_000 + '"}}) { id } }',
        {},
        S + 2 * OBJECT + 3 + L,
    ),
    "values by a variable": (
        "query ($f: TaskFilter) { a: taskCount(filter: $f) b: taskCount(filter: $f) }",
        {"f": {"title": {"in": ["a"] * 20}}},
        2 * (S + 2 * OBJECT + 2),
    ),
    "a page": ("{ tasks(limit: 7) { id } }", {}, S + 7 + 7 * TASK),
    "the default page": ("{ tasks { id } }", {}, S + L + L * TASK),
    "null is the default": ("{ tasksConnection(first: null) { nodes { id } } }", {}, S + 1 + L + L * TASK),
    "an empty page": ("{ tasks(limit: 0) { id category { id } } }", {}, S),
    "a negative page": ("{ tasks(limit: -5) { id } }", {}, S),
    "more than is allowed": ("{ tasks(limit: 2000000) { id } }", {}, S + 100 + 100 * TASK),
    "more than there are numbers": ("{ tasks(limit: " + "9" * 5_000 + ") { id } }", {}, S + 100 + 100 * TASK),
    "a page by a variable": ("query ($n: Int!) { tasks(limit: $n) { id } }", {"n": 7}, S + 7 + 7 * TASK),
    "a page by a float": ("query ($n: Int!) { tasks(limit: $n) { id } }", {"n": 7.0}, S + 7 + 7 * TASK),
    "no number": ("query ($n: Int!) { tasks(limit: $n) { id } }", {"n": "7"}, S + L + L * TASK),
    "neither": ("query ($n: Int!) { tasks(limit: $n) { id } }", {"n": float("nan")}, S + L + L * TASK),
    "a variable that is not given": (
        "query ($n: Int) { tasksConnection(first: $n) { nodes { id } } }",
        {},
        S + 1 + L + L * TASK,
    ),
    "a variable's default": ("query ($n: Int = 7) { tasks(limit: $n) { id } }", {}, S + 7 + 7 * TASK),
    "a variable that is null": ("query ($n: Int = 7) { tasks(limit: $n) { id } }", {"n": None}, S + L + L * TASK),
    "nodes of a connection": ("{ tasksConnection(first: 7) { nodes { id title } } }", {}, S + 1 + 7 * 2 + 7 * TASK),
    "edges of a connection": (
        "{ tasksConnection(last: 7) { edges { cursor node { id } } } }",
        {},
        S + 1 + 7 * 3 + 7 * TASK,
    ),
    "both": ("{ tasksConnection(first: 7) { nodes { id } edges { cursor } } }", {}, S + 2 + 7 * 2 + 7 * TASK),
    "first and last": ("{ tasksConnection(first: 3, last: 7) { nodes { id } } }", {}, S + 1 + 7 + 7 * TASK),
    "of a connection once": ("{ tasksConnection { totalCount pageInfo { endCursor } } }", {}, S + S + 2),
    "through fragments": (
        "{ tasksConnection(first: 7) { ...f ... { ...f } } } fragment f on TaskConnection { nodes { id } }",
        {},
        S + 2 * (1 + 7) + 14 * TASK,
    ),
    "connections in lists": (
        "{ categories(limit: 3) { tasksConnection(first: 7) { nodes { id } } } }",
        {},
        S + 3 * (S + 1 + 7) + 21 * TASK,
    ),
    "what is below a node is not the connection's": (
        "{ tasksConnection(first: 7) { edges { node { tags { id } } } } }",
        {},
        S + 1 + 7 * (1 + 1 + T) + 7 * TASK,
    ),
    "ids": ("{ nodes(ids: [1, 2, 3]) { id } }", {}, S + 3 + 3 * TASK),
    "ids by a variable": ("query ($v: [ID!]!) { nodes(ids: $v) { id } }", {"v": [1, 2, 3]}, S + 3 + 3 * TASK),
    "one id": ("{ nodes(ids: 1) { id } }", {}, S + 1 + TASK),
    "orders are no sizes": (
        "{ tasks(limit: 2, orderBy: [{title: ASC}, {dueAt: ASC}, {id: ASC}]) { id } }",
        {},
        S + 3 * OBJECT + 2 + 2 * TASK,
    ),
    "new tasks": (
        "mutation ($v: [CreateTaskInput!]!) { createTasks(input: $v) { ... on CreateTasksSuccess { tasks { id } } } }",
        {"v": [{}] * 7},
        S + 7 * OBJECT + 1 + 7 + 7 * TASK,
    ),
    "one new task": (
        'mutation { createTask(input: {title: "a"}) { ... on TaskSuccess { task { id } } } }',
        {},
        S + OBJECT + 1 + 1 + TASK,
    ),
    "problems": (
        "mutation { createTask(input: {}) { ... on ValidationError { problems { code path } } } }",
        {},
        S + OBJECT + 1 + A * 2,
    ),
    "many changed": (
        "mutation { updateTasks(where: {all: true}, patch: {}) { ... on UpdateTasksSuccess { tasks { id } } } }",
        {},
        S + 2 * OBJECT + 1 + 50 + 50 * TASK,
    ),
    "at most": (
        "mutation { deleteTasks(where: {all: true}, atMost: 7) { ... on DeleteTasksSuccess { tasks { id } } } }",
        {},
        S + OBJECT + 1 + 7 + 7 * TASK,
    ),
    "at most these": (
        "mutation { deleteTasks(where: {ids: [1, 2]}, atMost: 7) { ... on DeleteTasksSuccess { tasks { id } } } }",
        {},
        S + OBJECT + 1 + 2 + 2 * TASK,
    ),
    "at most these, by a variable": (
        "mutation ($w: TaskSelection!) { deleteTasks(where: $w) { ... on DeleteTasksSuccess { tasks { id } } } }",
        {"w": {"ids": [1, 2]}},
        S + OBJECT + 1 + 2 + 2 * TASK,
    ),
    "at most these, by a variable within": (
        "mutation ($v: [ID!]!) { deleteTasks(where: {ids: $v}) { ... on DeleteTasksSuccess { tasks { id } } } }",
        {"v": [1, 2]},
        S + OBJECT + 1 + 2 + 2 * TASK,
    ),
    "left out": ("{ taskCount tasks @include(if: false) { id } }", {}, S),
}  # fmt: skip


@pytest.mark.parametrize("name", COSTS)
def test_costs(name: str) -> None:
    text, variables, cost = COSTS[name]
    assert measured(text, **variables).cost == cost


def test_the_limit() -> None:
    text = "{ tasks(limit: 7) { id } }"
    assert measured(text, replace(ENDLESS, cost=S + 7 * (1 + TASK))).cost == S + 7 * (1 + TASK)
    with pytest.raises(RequestError) as caught:
        measured(text, replace(ENDLESS, cost=S + 7 * (1 + TASK) - 1))
    assert caught.value.code == "TOO_COSTLY"
    assert caught.value.message == (
        "The operation asks for 117 points; at most 116 are allowed: ask for fewer fields or smaller pages."
    )


def test_a_new_field_needs_no_new_line() -> None:
    new = build_schema("""
        type Query { comments(first: Int, filter: String): Comments! few(limit: Int = 3): [Comment!] some: [[Comment]] }
        type Comments { nodes: [Comment!]! totalCount: Int! }
        type Comment { text: String answers(last: Int): Comments }
    """)
    text = "{ comments(first: 7) { nodes { text answers(last: 2) { nodes { text } } } } few { text } some { text } }"
    document = parse_text(text)
    (chosen,) = document.definitions
    assert isinstance(chosen, OperationDefinitionNode)
    expected = S + 1 + 7 * (1 + S + 1 + 2) + S + 3 + 1 + A
    assert measure(new, document, chosen, {}, ENDLESS).cost == expected


def test_pages_within_pages_end_somewhere() -> None:
    deep = "tasksConnection(first: 100) { nodes { category { " * 40 + "id" + " } } }" * 40
    assert measured(f"{{ category(by: {{id: 1}}) {{ {deep} }} }}").cost == MOST


# Introspection.

STANDARD = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
)


def test_the_schema_can_be_asked_for_with_room() -> None:
    found = measured(STANDARD, DEFAULTS)
    assert found.introspection * 2 == introspection_budget(schema._schema)
    assert (found.cost, found.depth) == (0, 1)
    measured(get_introspection_query(), DEFAULTS)
    measured(
        '{ __type(name: "Task") { fields { name args { name type { name } } type { name ofType { name } } } } }',
        DEFAULTS,
    )


def test_much_more_of_the_schema_is_refused() -> None:
    many = " ".join(f"a{n}: __schema {{ types {{ ...T }} }}" for n in range(20))
    nested = "fragment T on __Type { fields { args { type { name } } type { name fields { name type { name } } } } }"
    with pytest.raises(RequestError) as caught:
        measured(f"{{ {many} }} {nested}", DEFAULTS)
    assert caught.value.code == "TOO_COSTLY"
    assert "of the schema" in caught.value.message


# What is usual passes with the defaults.

EVERYTHING = """
    { tasksConnection(first: 100) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges {
      cursor node { __typename id title description completed completedAt priority dueAt version createdAt updatedAt
        overdue category { id name color version createdAt updatedAt } tags { id name } } } } }
"""


def written() -> list[Any]:
    """Return what is written in examples and clients."""
    examples = sorted((PROJECT / "graphiql" / "examples").glob("*.graphql"))
    return [pytest.param(path, id=path.name) for path in examples]


@pytest.mark.parametrize("path", written())
def test_the_examples_pass(path: Path) -> None:
    document = parse(path.read_text(), DEFAULTS)
    check_document(document, DEFAULTS)
    assert measure(schema._schema, document, operation(document), {}, DEFAULTS).cost < DEFAULTS.cost / 10
    assert validate(schema._schema, document, introspection=True, suggestions=True) == []


def test_the_largest_page_with_all_of_it_passes() -> None:
    assert measured(EVERYTHING, DEFAULTS).cost < DEFAULTS.cost / 2


def test_as_many_tasks_as_are_allowed_at_once_pass() -> None:
    text = """mutation ($input: [CreateTaskInput!]!) { createTasks(input: $input) {
        ... on CreateTasksSuccess { tasks { id title completed version category { name } tags { name } } } } }"""
    variables = {"input": [{"title": "a", "tags": ["b", "c"], "category": {"name": "d"}}] * 1_000}
    check_variables(variables, DEFAULTS)
    measured(text, DEFAULTS, **variables)


def test_the_defaults_are_those_of_the_settings() -> None:
    assert Limits.of(LimitSettings()) == DEFAULTS
