"""Variables: coercions that are made once of input types give what graphql-core's do, and refuse what they refuse."""

from random import Random
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, parse, validate
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental
from hypothesis import given

from gql_api.execution import Coercions, Executable
from gql_api.schema import schema
from tests.execution import berries, plain
from tests.execution.documents import Maker
from tests.execution.executors import compiling
from tests.execution.outcome import told
from tests.execution.test_synthetic import SEEDS, seeds

ODD = (None, 0, 1, -1, 2**31, 2**53 + 1, 1.0, 1.5, float("nan"), float("inf"), True, "", "1", "RED", "odd", "even")
ODDER: tuple[Any, ...] = (
    [],
    [None],
    [[]],
    [["x"], None],
    {},
    {"must": 1},
    {"must": None},
    {"nothing": 1},
    (),
    ("a",),
    b"",
    object(),
)
SCHEMAS = {"plain": plain.SCHEMA, "strawberry": berries.SCHEMA._schema, "ours": schema._schema}


def changed(random: Random, value: Any) -> Any:
    """Return a value with something in it that may be wrong."""
    if random.random() < 0.3:
        return random.choice([*ODD, *ODDER])
    match value:
        case dict() if value:
            key = random.choice(list(value))
            if random.random() < 0.2:
                return {other: each for other, each in value.items() if other != key}
            return {**value, key: changed(random, value[key])}
        case [*items] if items:
            index = random.randrange(len(items))
            return [*items[:index], changed(random, items[index]), *items[index + 1 :]]
    return value


def seen(built: Any) -> Any:
    """Return what is wrong with variables, or what they are."""
    if isinstance(built, list):
        return [told(each) for each in built if isinstance(each, GraphQLError)]
    values = built.variable_values
    return repr(values.coerced), {name: repr(source.value) for name, source in values.sources.items()}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
@pytest.mark.parametrize("suggestions", [True, False])
def test_they_are_coerced_alike(schema: GraphQLSchema, suggestions: bool) -> None:
    coercions = Coercions()

    @seeds(120)
    @given(SEEDS)
    def check(seed: int) -> None:
        random = Random(seed)
        made = Maker(schema, random, depth=2, left=15).operation(random.choice(["query", "mutation"]))
        document = parse(made.text)
        if validate(schema, document) or not made.variables[0]:
            return
        (operation,) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
        executable = Executable(schema, coercions, document, operation)
        for variables in made.variables:
            for given_ in (
                variables,
                changed(random, variables),
                {name: changed(random, each) for name, each in variables.items()},
            ):
                if not isinstance(given_, dict):
                    continue
                options: dict[str, Any] = {"hide_suggestions": not suggestions}
                ordinary = ExecutorThrowingOnIncremental.build(schema, document, raw_variable_values=given_, **options)
                ours = executable.executor(compiling(), None, given_, **options)
                assert seen(ours) == seen(ordinary), (made.text, given_)

    check()


def test_a_default_that_an_input_refuses_is_refused() -> None:
    document = parse("mutation ($where: TaskSelection = {}) { deleteTasks(where: $where) { __typename } }")
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    executable = Executable(schema._schema, Coercions(), document, operation)
    ordinary = ExecutorThrowingOnIncremental.build(schema._schema, document)
    assert isinstance(ordinary, list)
    assert seen(executable.executor(compiling(), None, {})) == seen(ordinary)


def test_an_executor_completes_itself() -> None:
    document = parse("query ($id: ID!) { task(id: $id) { ...F } } fragment F on Task { title }")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    cls, variables, options = compiling(), {"id": "x"}, {"is_awaitable": bool, "hide_suggestions": True}
    late = Executable(schema._schema, Coercions(), document, operation).executor(cls, "c", variables, **options)
    ordinary = cls.build(schema._schema, document, None, "c", variables, **options)
    assert not isinstance(late, list)
    known = set(vars(late))
    assert late.collected_errors.errors == []
    whole = {name: repr(value) for name, value in vars(late).items() if name != "_left"}
    assert known - {"_left"} < set(whole) == set(vars(ordinary))
    same = set(whole) - {"async_helpers", "collected_errors", "_stream_usages"}  # each has its own
    assert {name: whole[name] for name in same} == {name: repr(vars(ordinary)[name]) for name in same}
    with pytest.raises(AttributeError):
        getattr(late, "nothing")  # noqa: B009 - for the type checker
