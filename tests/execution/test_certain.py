"""Lists of which everything is certain are looked at as a whole; where something is not, value by value: alike."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from typing import Any, ClassVar, NamedTuple

import pytest
import strawberry
from graphql import ExecutionResult, execute, parse
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gql_api.execution import Compiler, Compiling, Derived, Relation, instances_of
from gql_api.execution.declared import COMPILED, Attribute
from gql_api.execution.leaves import Leaf
from gql_api.shapes.construct import Kind
from gql_api.shapes.rows import Layout, Rows, Within
from tests.execution.executors import compiler

WRITTEN = {"DateTime": Leaf("v.__class__ is T", "v.isoformat()", {"T": datetime}, sure=True, takes=datetime)}
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Hue(Enum):
    RED = 1
    GREEN = 2


class Seed(NamedTuple):
    name: str
    hue: Hue


class Fruit(NamedTuple):
    id: int
    name: str
    note: str | None
    ripe: bool
    hue: Hue
    weight: int
    picked: datetime | None
    seed: Seed | None
    stone: Seed | None


def _declared(resolver: Any, graphql_type: Any, declaration: Any) -> Any:
    return strawberry.field(resolver, graphql_type=graphql_type, metadata={COMPILED: declaration})


def _even(number: int) -> str:
    if number % 2:
        raise ValueError("odd")
    return str(number)


def _label(self: Any) -> str:
    return f"#{self.id}"


def _even_id(self: Any) -> str:
    return _even(self.id)


def _loud(self: Any) -> str:
    return f"{self.name}!"


def _note(self: Any) -> Any:
    return self.note


def _nothing() -> str | None:
    return None


@strawberry.type(name="Seed")
class SeedType:
    name: str
    hue: strawberry.enum(Hue)  # type: ignore[valid-type]
    is_type_of: ClassVar[Any] = staticmethod(instances_of(Seed))


@strawberry.type(name="Fruit")
class FruitType:
    name: str
    note: str | None
    ripe: bool
    hue: strawberry.enum(Hue)  # type: ignore[valid-type]
    weight: int
    picked: datetime | None
    seed: SeedType | None
    stone: SeedType
    id: Any = _declared(_label, strawberry.ID, Derived("#{}".format, needs=("id",), in_context=False, gives=str))
    noted: Any = _declared(_note, str, Attribute("note"))
    even: Any = _declared(_even_id, str | None, Derived(_even, needs=("id",), in_context=False, gives=str))
    loud: Any = _declared(_loud, str, Derived(lambda name, mark: name + mark, needs=("name",), gives=str))
    vague: Any = _declared(_loud, str, Derived("{}!".format, needs=("name",), in_context=False))
    other: Any = _declared(_nothing, str | None, Relation("id", lambda _, keys: _none(keys)))
    is_type_of: ClassVar[Any] = staticmethod(instances_of(Fruit))


async def _none(keys: Any) -> list[None]:
    return [None for _ in keys]


@strawberry.type
class Query:
    fruits: list[FruitType]


SCHEMA = strawberry.Schema(Query)._schema


class Executor(Compiling, StrawberryGraphQLCoreExecutionContext):
    known: Compiler

    def compiler(self) -> Compiler:
        return self.known


class Looked(list[tuple[Any, ...]]):
    """Rows that know how often somebody went through them."""

    times = 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        self.times += 1
        return super().__iter__()


HUES = {each.value: each for each in Hue}
OF_SEED = {"name": Kind(str, nullable=False), "hue": Kind(Hue, nullable=False)}
SEED = Layout(Seed, lambda row: Seed(row[0], Hue(row[1])), {"name": 0, "hue": 1}, {"hue": HUES}, {}, OF_SEED)
STONE = Layout(Seed, lambda row: Seed(row[-2], Hue(row[4])), {"name": -2, "hue": 4}, {"hue": HUES}, {}, OF_SEED)


def _fruit(row: tuple[Any, ...]) -> Fruit:
    seed = None if row[7] is None else SEED.make(row[7])
    stone = None if row[9] is None else STONE.make(row)
    return Fruit._make((*row[:4], Hue(row[4]), *row[5:7], seed, stone))


LAYOUT = Layout(
    Fruit,
    _fruit,
    {name: place for place, name in enumerate(Fruit._fields[:7])},
    {"hue": HUES},
    {"seed": Within(7, SEED), "stone": Within(9, STONE, spread=True)},
    {
        "id": Kind(int, nullable=False),
        "name": Kind(str, nullable=False),
        "note": Kind(str, nullable=True),
        "ripe": Kind(bool, nullable=False),
        "hue": Kind(Hue, nullable=False),
        "weight": Kind(int, nullable=False),
        "picked": Kind(datetime, nullable=True),
    },
)
ROWS = [
    (2, "fig", None, True, 1, 5, NOON, ("f", 2), "stone", 1),
    (4, "Öl", "a\nb", False, 2, 7, None, None, "pit", 1),
]


def both(query: str, rows: list[tuple[Any, ...]] = ROWS) -> tuple[ExecutionResult, int]:
    """Execute with both executors, which must answer alike; return how often the compiled one went through the rows."""
    results, given = [], Looked(rows)
    for executor in (
        StrawberryGraphQLCoreExecutionContext,
        type("Compiled", (Executor,), {"known": compiler(written=WRITTEN)}),
    ):
        given = Looked(rows)
        fruits: Rows[Fruit] = Rows(LAYOUT, given)

        async def run(executor: Any = executor, fruits: Any = fruits) -> ExecutionResult:
            found = execute(SCHEMA, parse(query), {"fruits": fruits}, context_value="!", executor_class=executor)
            return found if isinstance(found, ExecutionResult) else await found

        results.append(asyncio.run(run()))
    ordinary, found = results
    assert found.data == ordinary.data
    assert list(map(str, found.errors or ())) == list(map(str, ordinary.errors or ()))
    return found, given.times


@pytest.fixture(autouse=True)
def _root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SCHEMA.query_type.fields["fruits"], "resolve", lambda root, _info: root["fruits"])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "asked",
    [
        "id name note ripe hue loud picked",
        "__typename again: name name",
        "seed { name } stone { name hue }",
        "seed { __typename } stone { ...Seed } n: note ...Fruit",
        "even",
    ],
)
def test_what_is_certain_is_gone_through_once(asked: str) -> None:
    fragments = ("fragment Seed on Seed { hue name } ", "fragment Fruit on Fruit { ripe seed { hue } }")
    used = "".join(each for each in fragments if each.split()[1] in asked.replace("...", "").split())
    found, times = both(f"{{ fruits {{ {asked} }} }} {used}")
    assert not found.errors
    assert times == 1
    first, second = found.data["fruits"]  # type: ignore[index]
    assert list(first) == list(second)


@pytest.mark.parametrize("asked", ["weight", "vague", "name weight", "seed { name } vague", "other", "noted"])
def test_what_is_not_is_told_value_by_value(asked: str) -> None:
    """Numbers have bounds, what may be null may be asked for as what may not, and of others nothing is known."""
    _, times = both(f"{{ fruits {{ {asked} }} }}", [*ROWS, (*ROWS[0][:5], 2**40, *ROWS[0][6:])])
    assert times == 1


def test_what_goes_wrong_is_told_where_it_is() -> None:
    rows = [ROWS[0], (3, *ROWS[1][1:]), (5, *ROWS[1][1:])]
    found, times = both("{ fruits { id even } }", rows)
    assert [error.path for error in found.errors or ()] == [["fruits", 1, "even"], ["fruits", 2, "even"]]
    assert times == 2
    found, times = both("{ fruits { stone { name } } }", [ROWS[0], (*ROWS[1][:9], None)])
    assert [error.path for error in found.errors or ()] == [["fruits", 1, "stone"]]
    assert times == 2
