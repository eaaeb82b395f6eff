"""Which operations are compiled, and when: on their second use, within a share of the time, kept within bounded bytes.

An operation that is seen once, as all of a hostile stream are, is not worth it. What is not compiled is executed by the
ordinary executor: never a wrong answer, only a slower one.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

from graphql import (
    DirectiveNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution import Executor

from gql_api.execution.leaves import Written
from gql_api.execution.plan import ByRow, NotPlannedError, Place, Plan, Planner
from gql_api.execution.run import complete_leaf
from gql_api.execution.source import Source
from gql_api.report import count_execution
from gql_api.shapes.rows import Layout

COMPILED = "compiled"

NOTHING: Written = {}

AST_BYTES = 130
"""What a byte of a document takes in memory when it is parsed, about."""

CODE_BYTES = 10
PLACE_BYTES = 1_000
"""What a byte of generated source takes in memory when it is compiled, and a place of the plan, about."""

MOST_VARIANTS = 16
"""For how many combinations of `@skip` and `@include` an operation is compiled."""

INCREMENTAL = {"defer", "stream"}
CONDITIONS = {"skip", "include"}
NO_PROPAGATION = "experimental_disableErrorPropagation"


Grow = Callable[[int], None]
"""Is told of more bytes that are kept."""


class Compiled:
    """An operation as functions, which its plan has. Those that select from rows are added when such rows come."""

    def __init__(self, plan: Plan, written: Written, name: str, grow: Grow) -> None:
        self.plan = plan
        self._source = Source(plan, written)
        self._file = f"graphql/{name}.py"
        self._names: dict[str, Any] = {"__name__": f"graphql.{name}", "__loader__": self}
        self._grow = grow
        self._add(self.source)
        for selection in plan.selections:
            selection.function = self._names[f"select_{selection.number}"]
        for place in plan.places:
            place.complete = self._names.get(f"complete_{place.number}") or complete_leaf(place)
        for field in plan.relations:
            field.fill = self._names[f"fill_{field.number}"]
        plan.compile_by_row = self._by_row

    @property
    def source(self) -> str:
        return self._source.text

    @property
    def size(self) -> int:
        """In bytes, about."""
        return CODE_BYTES * len(self.source) + PLACE_BYTES * len(self.plan.places)

    def get_source(self, _name: str) -> str:
        """Return the source for who prints a traceback (PEP 302)."""
        return self.source

    def _by_row(self, place: Place, layout: Layout) -> ByRow | None:
        before = self.source
        written = self._source.by_row(place, layout)
        if written is None:
            return None
        added = self.source[len(before) :]
        if added:
            self._add("\n" * before.count("\n") + added)
            self._grow(CODE_BYTES * len(added))
        one, many = written
        return ByRow(self._names[one], None if many is None else self._names[many])

    def _add(self, source: str) -> None:
        self._names.update(self._source.names)
        exec(compile(source, self._file, "exec"), self._names)  # noqa: S102 - that is what compiling is


@dataclass(slots=True)
class _Known:
    """An operation that was used: kept with its nodes, so that their identity stays its own."""

    operation: OperationDefinitionNode
    reason: str | None
    """Why it is not compiled, whatever its variables are."""
    conditions: tuple[str, ...]
    """The variables in `@skip` and `@include`."""
    size: int
    """In bytes, with all that was compiled of it."""
    variants: dict[tuple[Any, ...], Compiled | str | int]
    """By the values of the conditions: what was compiled, or why nothing was, or how often it was used."""


class Compiler:
    """The compiled operations of one schema."""

    def __init__(
        self,
        *,
        max_bytes: int,
        uses: int = 2,
        share: float | None = 0.1,
        written: Written = NOTHING,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        """Compile at the `uses`-th use, in no more than a `share` of the time by the clock, if any."""
        self._max_bytes = max_bytes
        self._uses = uses
        self._share = share
        self._written = written
        self._clock = clock
        self._free_at = clock()
        self._known: OrderedDict[int, _Known] = OrderedDict()
        self.bytes = 0
        self.executions: Counter[str] = Counter()
        """How often operations were executed: compiled, or otherwise for which reason."""

    def __len__(self) -> int:
        return len(self._known)

    def find(self, executor: Executor[Any], reason: str | None = None) -> Compiled | None:
        """Return the compiled operation of an executor; None when the ordinary executor has to do, as it has where
        there is a reason already.
        """
        found = reason or self._find(executor)
        how = found if isinstance(found, str) else COMPILED
        self.executions[how] += 1
        count_execution(how)
        return None if isinstance(found, str) else found

    def _find(self, executor: Executor[Any]) -> Compiled | str:
        operation = executor.operation
        known = self._known.get(id(operation))
        if known is None:
            known = self._remember(executor)
        else:
            self._known.move_to_end(id(operation))
        if known.reason is not None:
            return known.reason
        values = executor.variable_values.coerced
        condition = tuple(values.get(name) for name in known.conditions)
        variant = known.variants.get(condition, 0)
        if not isinstance(variant, int):
            return variant
        if variant == 0 and len(known.variants) >= MOST_VARIANTS:
            return "variants"
        known.variants[condition] = variant + 1
        if variant + 1 < self._uses:
            return "first use"
        return self._compiled(known, condition, executor)

    def _compiled(self, known: _Known, condition: tuple[Any, ...], executor: Executor[Any]) -> Compiled | str:
        now = self._clock()
        if now < self._free_at:
            return "budget"
        if known.size > self._max_bytes:
            return "size"
        made = compiled(executor, self._written, partial(self._grow_later, known))
        if self._share is not None:
            self._free_at = now + (self._clock() - now) / self._share
        known.variants[condition] = made
        self._grow(known, made.size if isinstance(made, Compiled) else PLACE_BYTES)
        return made

    def _remember(self, executor: Executor[Any]) -> _Known:
        operation = executor.operation
        nodes = (operation, *executor.fragment_definitions.values())
        directives = [directive for node in nodes for directive in directives_in(node)]
        names = {directive.name.value for directive in directives}
        reason = None
        if operation.operation is OperationType.SUBSCRIPTION:
            reason = "subscription"
        elif names & INCREMENTAL:
            reason = "incremental"
        elif NO_PROPAGATION in names:
            reason = "no error propagation"
        elif any(fragment.variable_definitions for fragment in executor.fragment_definitions.values()):
            reason = "fragment variables"
        conditions = sorted(
            {
                argument.value.name.value
                for directive in directives
                if directive.name.value in CONDITIONS
                for argument in directive.arguments or ()
                if isinstance(argument.value, VariableNode)
            }
        )
        text = len(operation.loc.source.body) if operation.loc is not None else 1_000
        known = _Known(operation, reason, tuple(conditions), 0, {})
        self._known[id(operation)] = known
        self._grow(known, 1_000 + AST_BYTES * text)
        return known

    def _grow_later(self, known: _Known, by: int) -> None:
        if self._known.get(id(known.operation)) is known:  # it may have been forgotten meanwhile
            self._grow(known, by)

    def _grow(self, known: _Known, by: int) -> None:
        known.size += by
        self.bytes += by
        while self.bytes > self._max_bytes and self._known:
            _, forgotten = self._known.popitem(last=False)
            self.bytes -= forgotten.size


def compiled(executor: Executor[Any], written: Written = NOTHING, grow: Grow = lambda _: None) -> Compiled | str:
    """Compile the executor's operation for its values of `@skip` and `@include`; return why not where it is not."""
    name = executor.operation.name.value if executor.operation.name is not None else "operation"
    try:
        return Compiled(Planner(executor).plan(), written, name, grow)
    except NotPlannedError as error:
        return str(error)
    except (GraphQLError, RecursionError):  # told by the ordinary executor, where they belong
        return "not planned"


def directives_in(node: ExecutableDefinitionNode) -> Iterator[DirectiveNode]:
    """Yield the directives of an operation or a fragment, and those inside of it."""
    left: list[Node] = [node]
    while left:
        each = left.pop()
        if isinstance(each, SelectionSetNode):
            left.extend(each.selections)
            continue
        assert isinstance(  # noqa: S101 - for the type checker: nothing else can be selected
            each, OperationDefinitionNode | FragmentDefinitionNode | FieldNode | InlineFragmentNode | FragmentSpreadNode
        )
        yield from each.directives or ()
        inner = getattr(each, "selection_set", None)
        if inner is not None:
            left.append(inner)
