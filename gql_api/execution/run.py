"""One execution of a compiled operation: what its generated functions call when a value is not what it mostly is.

The answer grows in regions. A region is what can be completed without waiting; it leaves behind what has to be waited
for, its branches, and the keys of its relations. All relations of a region are loaded together, with one call to a
loader for each; what is below them is one region again, however many parents there are.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from graphql import GraphQLError, GraphQLResolveInfo
from graphql.error import located_error
from graphql.execution import Executor
from graphql.execution.executor import collect_iterator_awaitables, invalid_return_type_error
from graphql.execution.values import get_argument_values
from graphql.pyutils import Undefined, inspect, is_iterable
from graphql.pyutils.is_awaitable import is_async_iterable

from gql_api.execution.called import Called, Info
from gql_api.execution.given import unchangeable
from gql_api.execution.path import Keys, Path, graphql_path, keys
from gql_api.execution.plan import ByRow, Field, Place, Plan, Selection
from gql_api.shapes.rows import Row

Region = list[list[Any]]
"""Its branches, and then the entries of each relation: the parent's answer, the key, the parent's path."""

Complete = Callable[["Run", Any, Path, Region], Any]


class Later(NamedTuple):
    """Stands for a value that has to be waited for, and completed then."""

    value: Awaitable[Any]
    complete: Complete


class Branch(NamedTuple):
    place: Place
    later: Later
    path: Path
    container: Any
    """The object or list of the answer in which the value has its place."""
    key: str | int


class Run:
    """The part that does not wait: completion of values (GraphQL specification, "Value Completion")."""

    def __init__(self, executor: Executor[Any], plan: Plan) -> None:
        self.executor = executor
        self.context = executor.context_value
        self.plan = plan
        self.data: dict[str, Any] | None = None
        """The answer, from the moment when something is waited for; None when it is null."""
        self.nulled: set[Keys] = set()
        """The positions that are null because of an error, or were to be."""
        self.errors: list[GraphQLError] = []
        self.failures = 0
        """How often something went wrong, told or not."""
        self._is_awaitable = executor.is_awaitable
        self._arguments: dict[int, dict[str, Any]] = {}
        self._prepared: dict[int, Any] = {}

    def region(self) -> Region:
        return [[] for _ in range(len(self.plan.relations) + 1)]

    def resolve(self, field: Field, source: Any, at: Path, out: dict[str, Any], region: Region) -> Any:
        """Return what the field's resolver answers, completed; None for what has to be waited for. Raises GraphQLError
        where there may be no null.
        """
        path = (at, field.key, field.parent.name)
        try:
            if field.called is not None:
                value = self._call(field, field.called, source, path)
            else:
                resolver = field.definition.resolve or self.executor.field_resolver
                value = resolver(source, self.info(field, path), **self._arguments_of(field))
            return self.completed(field, value, path, out, field.key, region)
        except Exception as error:  # noqa: BLE001 - whatever a resolver raises is an error of its field
            return self.failed(field, error, path)

    def attribute(self, field: Field, value: Any, at: Path, out: dict[str, Any], region: Region) -> Any:
        """Return an attribute's value, completed, as `resolve` does. Raises whatever is wrong with it."""
        return self.completed(field, value, (at, field.key, field.parent.name), out, field.key, region)

    def item(self, place: Place, value: Any, path: Path, out: list[Any], region: Region) -> None:
        """Add the item of a list, completed, or null until it is. Raises GraphQLError where there may be no null."""
        out.append(None)
        index = len(out) - 1
        try:
            out[index] = self.completed(place, value, path, out, index, region)
        except Exception as error:  # noqa: BLE001 - as in `resolve`
            self.failed(place, error, path)

    def completed(self, place: Place, value: Any, path: Path, container: Any, key: str | int, region: Region) -> Any:
        """Return a value, completed; None for what has to be waited for. Raises whatever is wrong with it."""
        complete = place.complete
        value = Later(value, complete) if self._is_awaitable(value) else complete(self, value, path, region)
        if value.__class__ is Later:
            region[0].append(Branch(place, value, path, container, key))
            return None
        return value

    def failed(self, place: Place, error: Exception, path: Path) -> None:
        """Take note of what went wrong where there may be null. Raises it as a GraphQLError elsewhere."""
        self.failures += 1
        located = located_error(error, place.nodes, keys(path))
        if not place.nullable:
            raise located
        self.note(located, keys(path))

    def note(self, error: GraphQLError, position: Keys) -> None:
        """Add the error that makes a position null, unless the position is gone already."""
        if not self.is_nulled(position):
            self.nulled.add(position)
            self.errors.append(error)

    def is_nulled(self, position: Keys) -> bool:
        return bool(self.nulled) and any(position[:end] in self.nulled for end in range(len(position) + 1))

    def items(self, place: Place, value: Any, path: Path) -> Any:
        """Return an iterator over a list's items; Later for one that has to be waited for."""
        if is_async_iterable(value):
            return Later(self._collected(place, value, path), _collected)
        if not is_iterable(value):
            field = place.field
            message = f"Expected Iterable, but did not find one for field '{field.parent}.{field.name}'."
            raise GraphQLError(message)
        return iter(value)

    def rows(self, place: Place, by_row: ByRow, rows: Iterable[Row], path: Path, region: Region) -> list[Any]:
        """Return a list, completed from the rows of its items. Raises GraphQLError where there may be no null."""
        if by_row.all is not None:
            try:
                certain: list[Any] = by_row.all(self, rows)
            except Exception:  # noqa: BLE001, S110 - told where it is when it comes again
                pass
            else:
                return certain
        out: list[Any] = []
        for row in rows:
            at = (path, len(out), None)
            try:
                out.append(by_row.select(self, row, at, region))
            except Exception as error:  # noqa: BLE001 - as in `resolve`
                out.append(self.failed(place, error, at))  # type: ignore[func-returns-value]
        return out

    def drain(self, items: Iterator[Any]) -> None:
        """Let what is left of a list that is given up come to its end: some of it may have begun."""
        if left := collect_iterator_awaitables(items, self._is_awaitable):
            self.executor.settle_in_background(left)

    def settle(self, region: Region) -> None:
        """Let what was to be waited for in a region that is given up come to its end."""
        if left := [branch.later.value for branch in region[0]]:
            self.executor.settle_in_background(left)

    def object(self, place: Place, value: Any, path: Path, region: Region) -> Any:
        """Complete an object whose class does not tell its type."""
        type_, info = place.named, self._info_above(place, path)
        if type_.name in place.objects:
            return self._checked(place, place.objects[type_.name], value, path, region, info)
        found = (type_.resolve_type or self.executor.type_resolver)(value, info, type_)
        if self._is_awaitable(found):

            def complete(_: "Run", found: Any, path: Path, region: Region) -> Any:
                return self._checked(place, self._selected(place, found, value, info), value, path, region, info)

            return Later(found, complete)
        return self._checked(place, self._selected(place, found, value, info), value, path, region, info)

    def no_leaf(self, place: Place, value: Any, coerced: Any) -> None:
        """Raise what the ordinary executor raises for a leaf that is coerced to nothing."""
        message = (
            f"Expected `{inspect(place.named)}.coerce_output_value({inspect(value)})` to return non-nullable value, "
            f"returned: {inspect(coerced)}"
        )
        raise TypeError(message)

    def no_null(self, place: Place) -> None:
        """Raise what the ordinary executor raises for null where there may be none."""
        field = place.field
        raise TypeError(f"Cannot return null for non-nullable field {field.parent}.{field.name}.")

    def info(self, field: Field, path: Path) -> GraphQLResolveInfo[Any]:
        return self.executor.build_resolve_info(field.definition, field.nodes, field.parent, graphql_path(path))

    def _call(self, field: Field, called: Called, source: Any, path: Path) -> Any:
        arguments = self._arguments_of(field)
        info = Info(self.context, called.field, path, partial(self.info, field, path))
        if called.is_async:
            return self._call_later(field, called, source, info, arguments)
        return called.call(source, info, self._prepared_of(field, called, info, arguments))

    async def _call_later(
        self, field: Field, called: Called, source: Any, info: Info, arguments: dict[str, Any]
    ) -> Any:
        # What is wrong with arguments is told in here, too, where Strawberry does: later than what needs no waiting.
        return await called.call(source, info, self._prepared_of(field, called, info, arguments))

    def _prepared_of(self, field: Field, called: Called, info: Info, arguments: dict[str, Any]) -> Any:
        """Return what a field's arguments come to, found once where they are the same. Raises what is wrong."""
        if field.prepared is not None:
            return field.prepared
        prepared = self._prepared.get(field.number)
        if prepared is None:
            prepared = called.prepare(arguments, info)
            if field.arguments is not None and not field.arguments.variables:
                field.prepared = prepared
            elif called.shares or unchangeable(arguments):
                self._prepared[field.number] = prepared
        return prepared

    def _info_above(self, place: Place, path: Path) -> GraphQLResolveInfo[Any]:
        """Return the info of the field in whose value a place is: inside of lists it is still the field's."""
        while path is not None and path[2] is None:
            path = path[0]
        return self.info(place.field, path)

    def _selected(self, place: Place, name: Any, value: Any, info: GraphQLResolveInfo[Any]) -> Selection:
        type_ = self.executor.ensure_valid_runtime_type(name, place.named, place.details, info, value)
        return place.objects[type_.name]

    def _checked(
        self, place: Place, selection: Selection, value: Any, path: Path, region: Region, info: GraphQLResolveInfo[Any]
    ) -> Any:
        """Complete an object once its type has confirmed that it is its own."""
        type_ = selection.type
        if type_.is_type_of is None:
            return selection.function(self, value, path, region)
        confirmed: Any = type_.is_type_of(value, info)

        def complete(_: "Run", confirmed: Any, path: Path, region: Region) -> Any:
            if not confirmed:
                raise invalid_return_type_error(type_, value, place.details)
            return selection.function(self, value, path, region)

        if self._is_awaitable(confirmed):
            return Later(confirmed, complete)
        return complete(self, confirmed, path, region)

    def _arguments_of(self, field: Field) -> dict[str, Any]:
        known = field.arguments
        if known is not None and not known.variables:
            return known.constants
        if field.number in self._arguments:
            return self._arguments[field.number]
        executor = self.executor
        variables = executor.variable_values
        values = known.of(variables.coerced) if known is not None else None
        if values is None:
            values = get_argument_values(field.definition, field.nodes[0], variables, None, executor.hide_suggestions)
        if unchangeable(values):
            self._arguments[field.number] = values
        return values

    async def _collected(self, place: Place, value: Any, path: Path) -> tuple[list[Any], Region]:
        out: list[Any] = []
        region = self.region()
        items = place.items
        assert items is not None  # noqa: S101 - for the type checker: the value is a list
        iterator = aiter(value)
        try:
            async for item in iterator:
                self.item(items, item, (path, len(out), None), out, region)
        except Exception:
            if (close := getattr(iterator, "aclose", None)) is not None:
                await close()
            self.settle(region)
            raise
        return out, region


def complete_leaf(place: Place) -> Complete:
    """Return the function that completes a leaf's value, whatever it is."""
    coerce = place.named.coerce_output_value

    def complete(x: Run, value: Any, _: Path, __: Region) -> Any:
        if isinstance(value, Exception):
            raise value
        if value is None or value is Undefined:
            return None if place.nullable else x.no_null(place)
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            x.no_leaf(place, value, coerced)
        return coerced

    return complete


def _collected(_: Run, found: tuple[list[Any], Region], __: Path, region: Region) -> list[Any]:
    out, inside = found
    for whole, part in zip(region, inside, strict=True):
        whole.extend(part)
    return out
