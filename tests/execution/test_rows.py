"""Lists that come as rows: compiled operations look at the rows, all others at what these become; both answer alike."""

import asyncio
from collections.abc import Awaitable, Sequence
from enum import Enum
from typing import Any, ClassVar, NamedTuple

import pytest
import strawberry
from graphql import ExecutionResult, execute, parse
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import Info

from gql_api.execution import Compiler, Compiling, Derived, Relation, instances_of
from gql_api.execution.declared import COMPILED
from gql_api.execution.plan import MOST_LAYOUTS
from gql_api.shapes.rows import Layout, Rows, Within
from tests.execution.executors import compiler


class Hue(Enum):
    RED = 1
    GREEN = 2


class Leaf(NamedTuple):
    name: str | None


class Branch(NamedTuple):
    id: int
    name: str | None
    hue: Hue
    leaf_key: int | None
    title: str = "Untitled"


class Context:
    def __init__(self) -> None:
        self.made: list[tuple[Any, ...]] = []
        """The rows that something was made of."""
        self.loaded: list[list[Any]] = []
        """The keys that a loader was asked for."""
        self.counted = Counted()

    async def count(self, parents: Sequence[Any]) -> list[Any]:
        return [self.counted for _ in parents]

    def load(self, keys: Sequence[Any]) -> Awaitable[list[Any]]:
        self.loaded.append(list(keys))

        async def load() -> list[Any]:
            return [LEAVES.get(key) for key in keys]

        return load()


LEAVES = {1: Leaf("one"), 2: Leaf(None)}


async def _leaf(self: Any) -> Any:
    return LEAVES.get(self.leaf_key)


async def _counted(info: Info) -> Any:
    return info.context.counted


async def _own(self: Any) -> Any:
    return Leaf(self.name)


async def _all_own(parents: Sequence[Any]) -> list[Any]:
    return [Leaf(each.name) for each in parents]


def _odd(self: Any) -> str:
    if self.name == "one":
        raise ValueError("odd")
    return "even"


def _loud(self: Any) -> str:
    return f"{self.id}!"


def _seen(self: Any, info: Info) -> list[str]:
    return [str(self.id), type(info.context).__name__]


def _whole(self: Any) -> str:
    return repr(self)


def _declared(resolver: Any, graphql_type: Any, declaration: Any) -> Any:
    return strawberry.field(resolver, graphql_type=graphql_type, metadata={COMPILED: declaration})


@strawberry.type(name="Leaf")
class LeafType:
    name: str
    odd: Any = _declared(_odd, str | None, Derived(lambda name, _: _odd(Leaf(name)), needs=("name",)))
    is_type_of: ClassVar[Any] = staticmethod(instances_of(Leaf))


class Counted:
    """Something whose name is found out each time."""

    def __init__(self) -> None:
        self.times = 0

    @property
    def name(self) -> str:
        self.times += 1
        return f"asked {self.times} times"


@strawberry.type(name="Counted")
class CountedType:
    name: str
    is_type_of: ClassVar[Any] = staticmethod(instances_of(Counted))


@strawberry.type(name="Branch")
class BranchType:
    id: int
    name: str
    hue: strawberry.enum(Hue)  # type: ignore[valid-type]
    title: str
    leaf: Any = _declared(
        _leaf, LeafType | None, Relation("leaf_key", lambda context, keys: context.load(keys), along="leaf")
    )
    counted: Any = _declared(_counted, CountedType, Relation(None, lambda context, parents: context.count(parents)))
    own: Any = _declared(_own, LeafType | None, Relation(None, lambda _, parents: _all_own(parents)))
    loud: Any = _declared(_loud, str, Derived("{}!".format, needs=("id",), in_context=False))
    seen: Any = _declared(
        _seen, list[str], Derived(lambda number, context: [str(number), type(context).__name__], needs=("id",))
    )
    whole: Any = _declared(_whole, str, Derived(lambda self, _: repr(self)))

    @strawberry.field
    def asked(self, times: int) -> str:
        return str(self.id) * times

    is_type_of: ClassVar[Any] = staticmethod(instances_of(Branch))


class Given(NamedTuple):
    """The root value: what the fields answer."""

    branches: Any
    maybe: Any = None


@strawberry.type
class Query:
    branches: list[BranchType]
    maybe: list[BranchType | None] | None


SCHEMA = strawberry.Schema(Query)._schema


class Executor(Compiling, StrawberryGraphQLCoreExecutionContext):
    known: Compiler

    def compiler(self) -> Compiler:
        return self.known


LEAF = Layout(Leaf, lambda row: Leaf(row[0]), {"name": 0})
SPREAD = Layout(Leaf, lambda row: Leaf(row[-1]), {"name": -1})


def layout(context: Context, *, along: Within | None = None) -> Layout:
    def make(row: tuple[Any, ...]) -> Branch:
        context.made.append(row)
        return Branch(row[0], row[1], Hue(row[2]), row[3])

    within = {} if along is None else {"leaf": along}
    places = {"id": 0, "name": 1, "hue": 2, "leaf_key": 3}
    return Layout(Branch, make, places, {"hue": {each.value: each for each in Hue}}, within)


ROWS = [(1, "a", 1, 1, "x", ("one",)), (2, "b", 2, None, "x", None), (3, "Ä", 1, 1, "x", ("one",))]
INSIDE = Within(-1, LEAF)
ALONG = pytest.mark.parametrize("along", [INSIDE, Within(3, SPREAD, spread=True)], ids=["a row", "spread"])


def having(along: Within, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows with their leaves so."""
    return [(*row[:-1], row[-1] and row[-1][0]) for row in rows] if along.spread else rows


def both(query: str, rows: Any, *, maybe: bool = False, **how: Any) -> tuple[ExecutionResult, Context]:
    """Execute with both executors, which must answer alike; return what the compiled one did."""
    results, contexts = [], []
    known = compiler()
    for executor in (StrawberryGraphQLCoreExecutionContext, type("Compiled", (Executor,), {"known": known})):
        context = Context()
        given: Rows[Branch] = Rows(layout(context, **how), rows)

        async def run(executor: Any = executor, context: Context = context, given: Any = given) -> ExecutionResult:
            root = Given([], given) if maybe else Given(given)
            found = execute(SCHEMA, parse(query), root, context_value=context, executor_class=executor)
            return found if isinstance(found, ExecutionResult) else await found

        results.append(asyncio.run(run()))
        contexts.append(context)
    ordinary, compiled = results
    assert compiled.data == ordinary.data
    assert list(map(str, compiled.errors or ())) == list(map(str, ordinary.errors or ()))
    assert known.executions == {"compiled": 1}
    return compiled, contexts[1]


@ALONG
def test_nothing_is_made_where_the_rows_tell_all(along: Within) -> None:
    query = "{ branches { __typename id n: name hue loud seen leaf { name } } }"
    found, context = both(query, having(along, ROWS), along=along)
    assert found.data is not None
    assert [each["leaf"] for each in found.data["branches"]] == [{"name": "one"}, None, {"name": "one"}]
    assert context.made == []
    assert context.loaded == []


def test_what_is_not_read_along_is_loaded_at_once() -> None:
    _, context = both("{ branches { leaf { name } } }", ROWS)
    assert context.loaded == [[1, 1]]
    assert context.made == []


@pytest.mark.parametrize("field", ["title", "whole", "own { name }", "asked(times: 2)"])
def test_who_needs_the_object_gets_it(field: str) -> None:
    """It is made once for each row, whatever else is asked."""
    found, context = both(f"{{ branches {{ id {field} again: {field} leaf {{ name }} }} }}", ROWS, along=INSIDE)
    assert found.data is not None
    assert len(found.data["branches"]) == 3
    assert context.made == ROWS


@pytest.mark.parametrize("maybe", [False, True])
@pytest.mark.parametrize("row", [(2, None, 1, None, "x", None), (2, "b", 1, 2, "x", (None,))])
@ALONG
def test_what_is_wrong_is_told_where_it_is(row: tuple[Any, ...], along: Within, *, maybe: bool) -> None:
    """A name that is null where it must not be, in the row or in one within it."""
    query = f"{{ found: {'maybe' if maybe else 'branches'} {{ id name leaf {{ name }} }} }}"
    found, _ = both(query, having(along, [ROWS[0], row, ROWS[2]]), maybe=maybe, along=along)
    assert found.errors
    assert found.errors[0].path in (["found", 1, "name"], ["found", 1, "leaf", "name"])


def test_what_many_have_is_told_of_each_of_them() -> None:
    """Completed once where nothing is wrong with it; and where something is, an error for each."""
    rows = [(number, "a", 1, key, "x", None) for number, key in enumerate((1, 1, 3, 2, 2, 1, 1), 1)]
    found, _ = both("{ branches { leaf { __typename name } } }", rows)
    assert found.data is not None
    leaves = [each["leaf"] for each in found.data["branches"]]
    one = {"__typename": "Leaf", "name": "one"}
    assert leaves == [one, one, None, None, None, one, one]
    assert leaves[0] is leaves[1]
    assert [error.path for error in found.errors or ()] == [["branches", index, "leaf", "name"] for index in (3, 4)]
    found, _ = both("{ branches { leaf { odd } } }", rows)
    assert [error.path for error in found.errors or ()] == [["branches", each, "leaf", "odd"] for each in (0, 1, 5, 6)]


def test_what_is_found_out_each_time_is_asked_each_time() -> None:
    found, _ = both("{ branches { counted { name } } }", ROWS)
    assert found.data is not None
    names = [each["counted"]["name"] for each in found.data["branches"]]
    assert names == ["asked 1 times", "asked 2 times", "asked 3 times"]


def test_of_too_many_layouts_the_others_are_made() -> None:
    """Rows could be of any number of layouts: what is compiled for them is bounded."""
    known = compiler()
    executor = type("Compiled", (Executor,), {"known": known})
    document, sizes = parse("{ branches { id } }"), []
    for number in range(MOST_LAYOUTS + 2):
        context = Context()
        rows: Rows[Branch] = Rows(layout(context), ROWS)
        root = Given(rows)
        found = execute(SCHEMA, document, root, context_value=context, executor_class=executor)
        assert isinstance(found, ExecutionResult)
        assert found.data == {"branches": [{"id": 1}, {"id": 2}, {"id": 3}]}
        assert context.made == ([] if number < MOST_LAYOUTS else ROWS)
        sizes.append(known.bytes)
    assert sizes[:MOST_LAYOUTS] == sorted(set(sizes))  # what is added counts
    assert len(set(sizes)) == MOST_LAYOUTS


def test_rows_of_something_else_are_made() -> None:
    """Their class does not say that they are what the field answers: its type has to."""
    known = compiler()
    executor = type("Compiled", (Executor,), {"known": known})
    rows: Rows[Leaf] = Rows(LEAF, [("one",)])
    found = execute(SCHEMA, parse("{ branches { id } }"), Given(rows), context_value=None, executor_class=executor)
    assert isinstance(found, ExecutionResult)
    assert found.data is None
    assert "Branch" in str(found.errors)


def test_a_traceback_shows_what_was_added() -> None:
    known = compiler()
    executor = type("Compiled", (Executor,), {"known": known})
    context = Context()
    rows: Rows[Branch] = Rows(layout(context), [(1, "a", 7, None)])
    found = execute(
        SCHEMA, parse("query Hues { branches { hue } }"), Given(rows), context_value=context, executor_class=executor
    )
    assert isinstance(found, ExecutionResult)
    error = found.errors[0].original_error  # type: ignore[index]
    assert isinstance(error, KeyError)
    assert error.__traceback__ is not None
    frame = error.__traceback__.tb_frame
    line = frame.f_globals["__loader__"].get_source("").splitlines()[error.__traceback__.tb_lineno - 1]
    assert frame.f_code.co_name == "row_0"
    assert "s[2]" in line
