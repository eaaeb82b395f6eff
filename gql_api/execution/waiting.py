"""The part of an execution that waits: for resolvers, side by side, and for loaders, level by level.

Siblings of what makes a position null are cancelled, as the specification allows ("Handling Execution Errors").
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from inspect import CORO_CREATED, getcoroutinestate, iscoroutine
from typing import Any

from graphql import ExecutionResult, GraphQLError, OperationType
from graphql.error import located_error
from graphql.execution import Executor

from gql_api.execution.declared import Relation
from gql_api.execution.path import Keys, Path, keys
from gql_api.execution.plan import Field, Place, Plan
from gql_api.execution.run import Branch, Later, Region, Run

Entries = list[tuple[dict[str, Any], Any, Path]]
"""Of each parent of a relation: its answer, its key, its path."""

Loading = Sequence[tuple[Field, Entries, Awaitable[Sequence[Any]]]]
"""Relations, their parents, and what is being loaded for these."""


class Execution(Run):
    """One execution, from its beginning to its result."""

    def __init__(self, executor: Executor[Any], plan: Plan, waiting: Callable[[bool], None]) -> None:
        """`waiting` is told before something is waited for: whether in one task alone."""
        super().__init__(executor, plan)
        self._waiting = waiting
        self._in_one_task: bool | None = None
        """What it was told last."""
        self._running: dict[asyncio.Task[None], Keys] = {}
        self._dropped: set[asyncio.Task[None]] = set()

    def result(self) -> Any:
        """Return the ExecutionResult, or a coroutine of it where something has to be waited for."""
        self._tell(in_one_task=True)
        if self.executor.operation.operation is OperationType.MUTATION:
            left = self._root_fields()
            first = next(left, None)
            return self._response() if first is None else self._serially(first, left)
        region = self.region()
        try:
            self.data = self.plan.root.function(self, self.executor.root_value, None, region)
        except GraphQLError as error:
            self._null(error, region)
            return self._response()
        return self._finished(region) if self._waits(region) else self._response()

    def _tell(self, *, in_one_task: bool) -> None:
        # That one task is always the same: the one that everything has begun in.
        if in_one_task is not self._in_one_task:
            self._in_one_task = in_one_task
            self._waiting(in_one_task)

    def _waits(self, region: Region) -> bool:
        """Whether anything has to be waited for in a region: nothing for a position that is null already."""
        if self.nulled:
            self._prune(region)
        return any(region)

    async def _finished(self, region: Region) -> ExecutionResult:
        await self._finish(region)
        return self._response()

    def _root_fields(self) -> Iterator[Region]:
        """Execute the root's fields one after the other (GraphQL specification, "Serial Execution"); yield what has to
        be waited for before the next.
        """
        self.data = {}
        fields = {field.key: field for field in self.plan.root.fields}
        for key in self.plan.root.keys:
            if self.is_nulled(()):
                return
            region = self.region()
            try:
                self._root_field(key, fields.get(key), region)
            except GraphQLError as error:
                self._null(error, region)
                return
            if self._waits(region):
                yield region

    async def _serially(self, first: Region, left: Iterator[Region]) -> ExecutionResult:
        await self._finish(first)
        for region in left:
            await self._finish(region)
        return self._response()

    def _root_field(self, key: str, field: Field | None, region: Region) -> None:
        assert self.data is not None  # noqa: S101 - for the type checker: who calls has looked
        if field is None:
            self.data[key] = self.plan.root.type.name
        else:
            self.data[key] = None
            self.data[key] = self.resolve(field, self.executor.root_value, None, self.data, region)

    def _null(self, error: GraphQLError, region: Region) -> None:
        """Make the whole answer null."""
        self.note(error, ())
        self.data = None
        self.settle(region)

    def _response(self) -> ExecutionResult:
        if self.executor.hooks is not None:
            self.executor.run_async_work_finished_hook()
        return ExecutionResult(self.data, self.errors or None)

    async def _finish(self, region: Region) -> None:
        """Wait for all that a region has left, and for all that is below."""
        loading = [
            (field, entries, self._load(field, entries))
            for field, entries in zip(self.plan.relations, region[1:], strict=True)
            if entries
        ]
        branches = region[0]
        alone = len(branches) + bool(loading) == 1
        self._tell(in_one_task=alone and not self._running)
        if not alone:
            await self._together(loading, branches)
        elif loading:
            await self._related(loading)
        else:
            await self._branch(branches[0])

    async def _together(self, loading: Loading, branches: Sequence[Branch]) -> None:
        tasks: dict[asyncio.Task[None], Keys] = {}
        if loading:
            tasks[asyncio.ensure_future(self._related(loading))] = ()
        tasks |= {asyncio.ensure_future(self._branch(branch)): keys(branch.path) for branch in branches}
        self._running.update(tasks)
        try:
            results = await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            for task in tasks:
                del self._running[task]
            for branch in branches:
                # Cancelled before its first step: nobody will ever await it.
                if iscoroutine(value := branch.later.value) and getcoroutinestate(value) == CORO_CREATED:
                    value.close()
        for task, result in zip(tasks, results, strict=True):
            if isinstance(result, BaseException) and task not in self._dropped:
                raise result

    async def _branch(self, branch: Branch) -> None:
        place, later, path, container, key = branch
        region = self.region()
        try:
            value: Any = later
            while value.__class__ is Later:
                value = value.complete(self, await value.value, path, region)
        except Exception as error:  # noqa: BLE001 - whatever a resolver raises is an error of its field
            self.settle(region)
            self.failed_late(place, error, path)
            return
        container[key] = value
        if self._waits(region):
            await self._finish(region)

    def _load(self, field: Field, entries: Entries) -> Awaitable[Sequence[Any]]:
        """Begin to load what there is for parents. Whatever is wrong is told when it is awaited."""
        relation = field.declared
        assert isinstance(relation, Relation)  # noqa: S101 - for the type checker: it is among the relations
        try:
            return relation.load(self.context, [key for _, key, _ in entries])
        except Exception as error:  # noqa: BLE001 - whatever a loader raises is an error of each that asked
            return _failed(error)

    async def _related(self, loading: Loading) -> None:
        below = self.region()
        for field, entries, waiting in loading:
            values: Sequence[Any]
            try:
                values = await waiting
            except Exception as error:  # noqa: BLE001 - as in `_load`
                values = [error] * len(entries)
            if len(values) != len(entries):
                values = [ValueError(f"{len(entries)} values were to be loaded, and {len(values)} came")] * len(entries)
            field.fill(self, entries, values, below)
        if self._waits(below):
            await self._finish(below)

    def failed_late(self, place: Place, error: Exception, path: Path) -> None:
        """Take note of what went wrong when all above it is there already: the nearest that may be null becomes so."""
        position = keys(path)
        located = located_error(error, place.nodes, position)
        if not place.nullable:
            position = () if place.up is None else position[: len(position) - place.up]
        if self.is_nulled(position):
            return
        self.note(located, position)
        if position:
            container: Any = self.data
            for key in position[:-1]:
                container = container[key]
            container[position[-1]] = None
        else:
            self.data = None
        if self._running:
            # What was begun side by side with it has its first step, as in graphql-core, before it is given up.
            asyncio.get_running_loop().call_soon(self._drop, position, asyncio.current_task())

    def _drop(self, position: Keys, by: asyncio.Task[Any] | None) -> None:
        """Cancel what works for a position that is null now."""
        for task, of in self._running.items():
            if of[: len(position)] == position and task is not by:
                self._dropped.add(task)
                task.cancel()

    def _prune(self, region: Region) -> None:
        """Forget what would work for a position that is null already."""
        gone = [branch for branch in region[0] if self.is_nulled(keys(branch.path))]
        self.settle([gone])
        region[0] = [branch for branch in region[0] if branch not in gone]
        for index, entries in enumerate(region[1:], 1):
            region[index] = [entry for entry in entries if not self.is_nulled(keys(entry[2]))]


def _failed(error: Exception) -> asyncio.Future[Any]:
    """Return what could not even be begun. Nothing is wrong with it when nobody awaits it."""
    future = asyncio.get_running_loop().create_future()
    future.set_exception(error)
    future.exception()
    return future
