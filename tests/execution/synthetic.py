"""One operation of a synthetic schema, executed by both executors, with a report of the smallest that differs."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    execute,
    parse,
    validate,
)
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental

from tests.execution.behaviour import Case, Place
from tests.execution.documents import Maker, Operation
from tests.execution.outcome import Outcome, differences, different_effects, outcome_of, serial, spread
from tests.execution.smaller import changed, smaller

ALL_ERRORS = DirectiveNode(name=NameNode(value="experimental_disableErrorPropagation"), arguments=())


@dataclass
class Synthetic:
    schema: GraphQLSchema
    case: Callable[..., Case]
    ordinary: type[Any] = ExecutorThrowingOnIncremental
    root: Callable[[Case], Any] = lambda _case: None

    async def run(
        self, executor: type[Any], document: DocumentNode, variables: dict[str, Any], case: Case, **others: Any
    ) -> Outcome:
        outcome = await outcome_of(
            lambda: execute(
                self.schema,
                document,
                self.root(case),
                context_value=case,
                variable_values=variables,
                executor_class=executor,
            ),
            **others,
        )
        outcome.effects, outcome.waits = case.effects, case.waits or case.coroutines
        outcome.forgotten, outcome.open = case.forgotten(), case.open
        return outcome

    async def differ(
        self, executor: type[Any], document: DocumentNode, variables: dict[str, Any], make: Callable[[], Case]
    ) -> list[str]:
        """Return in what the two differ."""
        ordinary = await self.run(self.ordinary, document, variables, make())
        compiled = await self.run(executor, document, variables, make())
        possible = None
        if spread(ordinary) and ordinary.errors != compiled.errors:
            possible = await self.run(self.ordinary, telling_all(document), variables, make())
        found = [
            *differences(ordinary, compiled, possible.errors if possible else ()),
            *different_effects(ordinary, compiled),
        ]
        if serial(ordinary) and not serial(compiled) and not spread(ordinary):
            found.append("the root fields of the mutation do not come one after the other")
        return found

    def check(self, executor: Callable[[], type[Any]], seed: int, kind: str, *, waits: bool) -> None:
        """Execute a random operation several times, each time with other variables, in which other things happen.

        Fails with an operation that is as small as it gets, and with the places where something odd has to happen.
        """
        if found := self.difference(executor, seed, kind, waits=waits):
            with asyncio.Runner() as runner:
                self._report(runner, executor, *found, seed, waits)

    def difference(
        self, executor: Callable[[], type[Any]], seed: int, kind: str, *, waits: bool
    ) -> tuple[Operation, list[str]] | None:
        """Return a random operation, up to the variables with which the two differ, and in what; None if in nothing."""
        operation = Maker(self.schema, Random(seed)).operation(kind)
        document = parse(operation.text)
        if validate(self.schema, document):
            return None  # an odd literal
        with asyncio.Runner() as runner:
            for step, differ in enumerate(self._runs(executor(), operation, seed, waits)):
                if found := runner.run(differ(document, frozenset())):
                    return Operation(operation.text, operation.variables[: step + 1]), found
        return None

    def _runs(self, executor: type[Any], operation: Operation, seed: int, waits: bool) -> Iterator[Any]:
        for step, variables in enumerate(operation.variables):

            def differ(
                document: DocumentNode, calm: frozenset[Place], step: int = step, variables: Any = variables
            ) -> Any:
                return self.differ(
                    executor, document, variables, lambda: self.case(seed + step, waits=waits, calm=calm)
                )

            yield differ

    def _report(
        self,
        runner: asyncio.Runner,
        executor: Callable[[], type[Any]],
        operation: Operation,
        found: list[str],
        seed: int,
        waits: bool,
    ) -> None:
        def last(text: str, calm: frozenset[Place]) -> list[str]:
            differ = list(self._runs(executor(), operation, seed, waits))
            # Whether what came before matters, a fresh executor shows.
            alone: list[str] = runner.run(differ[-1](parse(text), calm))
            return alone

        if not last(operation.text, frozenset()):
            pytest.fail(f"Only after others: {operation.text}\n{operation.variables}\n{seed=}\n{found}", pytrace=False)
        text = smaller(self.schema, operation.text, lambda shorter: bool(last(shorter, frozenset())))
        step = len(operation.variables) - 1
        case = self.case(seed + step, waits=waits)
        runner.run(self.run(self.ordinary, parse(text), operation.variables[-1], case))
        odd = case.drawn
        for place in sorted(odd, key=len, reverse=True):
            calm = frozenset(case.drawn - odd | {place})
            if last(text, calm):
                odd = odd - {place}
        calm = frozenset(case.drawn - odd)
        case = self.case(seed + step, waits=waits, calm=calm)
        ordinary = runner.run(self.run(self.ordinary, parse(text), operation.variables[-1], case))
        told = "\n".join(last(text, calm))
        pytest.fail(
            f"{text}\nvariables: {operation.variables[-1]}\nseed: {seed + step}, odd places: {sorted(odd, key=repr)}\n"
            f"{told}\nordinary: {ordinary}",
            pytrace=False,
        )


def telling_all(document: DocumentNode) -> DocumentNode:
    """Return an operation that tells all its errors: null does not spread."""
    definitions = [
        changed(each, directives=(*(each.directives or ()), ALL_ERRORS))
        if isinstance(each, OperationDefinitionNode)
        else each
        for each in document.definitions
    ]
    return changed(document, definitions=tuple(definitions))
