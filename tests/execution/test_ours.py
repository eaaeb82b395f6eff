"""Compiled operations of our own schema answer what ordinary ones do, with no more statements, on a real database."""

import re
from random import Random
from typing import Any

from graphql import DocumentNode, parse, validate
from hypothesis import Phase, given, settings
from hypothesis_graphql import queries

from gql_api.schema import schema
from gql_api.session import Sessions
from tests.api import statements
from tests.execution.documents import Maker
from tests.execution.executors import compiler
from tests.execution.ours import Values, run
from tests.execution.outcome import Told, differences, spread
from tests.execution.synthetic import telling_all
from tests.execution.test_synthetic import SEEDS, seeds
from tests.fuzz.budget import examples

Twins = tuple[Sessions, Sessions]

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|\+00:00)")
"""One that the clock gave: all others are whole seconds."""


async def compare(document: DocumentNode, runs: list[dict[str, Any]], twins: Twins, *, changes: bool = False) -> None:
    """Execute an operation with each set of variables, both ways: what changes rows, on one of the twins each."""
    compiles, (one, other) = compiler(), twins if changes else (twins[0], twins[0])
    for variables in runs:
        with statements(one.engine) as asked:
            ordinary = await run(document, variables, one, None)
        with statements(other.engine) as less:
            compiled = await run(document, variables, other, compiles)
        if changes:
            for outcome in (ordinary, compiled):
                outcome.data = masked(outcome.data)
        possible: list[Told] = []
        if not changes and spread(ordinary) and ordinary.errors != compiled.errors:
            possible = (await run(telling_all(document), variables, one, None)).errors
        found = list(differences(ordinary, compiled, possible))
        assert not found, (found, variables, document.loc and document.loc.source.body)
        # What is not needed any more, because of an error, may be stopped sooner or later.
        assert len(less) <= len(asked) or spread(ordinary), (less, asked)
    assert set(compiles.executions) <= {"compiled"}


def masked(value: Any) -> Any:
    """Return an answer without the moments at which things were changed, in either of the twins."""
    match value:
        case dict():
            return {key: masked(each) for key, each in value.items()}
        case list():
            return [masked(each) for each in value]
        case str():
            return MOMENT.sub("then", value)
    return value


async def random(seed: int, values: Values, twins: Twins, kind: str) -> None:
    operation = Maker(schema._schema, Random(seed), values, left=25).operation(kind, runs=2)
    document = parse(operation.text)
    if not validate(schema._schema, document):
        await compare(document, operation.variables, twins, changes=kind == "mutation")


@seeds(40)
@given(seed=SEEDS)
async def test_queries(seed: int, values: Values, twins: Twins) -> None:
    await random(seed, values, twins, "query")


@seeds(15)
@given(seed=SEEDS)
async def test_mutations(seed: int, values: Values, twins: Twins) -> None:
    await random(seed, values, twins, "mutation")


@settings(examples(10), phases=[Phase.generate])
@given(text=queries(schema.as_str()))
async def test_queries_of_hypothesis(text: str, twins: Twins) -> None:
    await compare(parse(text), [{}, {}], twins)
