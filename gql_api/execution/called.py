"""Fields whose resolver a compiled operation calls itself: nothing is around it that Strawberry alone could do.

Strawberry finds out for each call how a resolver is called, converts its arguments, and makes its `info`. Here the
first is known beforehand, arguments are converted once for all parents, and `info` is made for who looks at it.
"""

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import strawberry
from graphql import GraphQLField, GraphQLResolveInfo, GraphQLSchema
from graphql.pyutils import Path as GraphQLPath
from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField

from gql_api.execution.arguments import Arguments
from gql_api.execution.path import Path, graphql_path


class Info(strawberry.Info):
    """As Strawberry's, but what is seldom looked at is made then."""

    def __init__(
        self, context: Any, field: StrawberryField, path: Path, make: Callable[[], GraphQLResolveInfo[Any]]
    ) -> None:
        self._context = context
        self._field = field
        self._path = path
        self._make = make

    @property
    def context(self) -> Any:
        return self._context

    @property
    def path(self) -> GraphQLPath:
        return graphql_path(self._path)

    @cached_property
    def _raw_info(self) -> GraphQLResolveInfo[Any]:  # type: ignore[override]
        return self._make()


class PreparingExtension(FieldExtension):
    """An extension of which one part depends on the arguments alone, and is done once where they are the same."""

    def prepare(self, arguments: dict[str, Any]) -> Any:
        """Return what is called with; this may be used for many calls. Raises what is wrong with the arguments."""
        raise NotImplementedError

    def call(self, resolver: Callable[..., Any], info: strawberry.Info, prepared: Any) -> Any:
        """Call the resolver, which takes its arguments by name."""
        raise NotImplementedError

    def resolve(self, next_: Callable[..., Any], source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        return self.call(partial(next_, source, info), info, self.prepare(kwargs))

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        return await self.resolve(next_, source, info, **kwargs)


class Called:
    """A field's resolver, and how it is called."""

    def __init__(self, field: StrawberryField, schema: strawberry.Schema, around: PreparingExtension | None) -> None:
        resolver: Any = field.base_resolver
        self.field = field
        self.is_async = field.is_async
        self.shares = around is not None
        """Whether what is prepared may be used for many calls, whatever it is."""
        self._schema = schema
        self._around = around
        self._function: Callable[..., Any] = resolver.wrapped_func
        self._takes_self = resolver.self_parameter is not None
        source = (resolver.parent_parameter, resolver.root_parameter)
        self._source_names = [parameter.name for parameter in source if parameter is not None]
        self._info_name = resolver.info_parameter.name if resolver.info_parameter is not None else None

    def prepare(self, arguments: dict[str, Any], info: Info) -> Any:
        """Return what the arguments come to. Raises what is wrong with them."""
        converted = self._arguments.convert(arguments, info)
        return converted if self._around is None else self._around.prepare(converted)

    @cached_property
    def _arguments(self) -> Arguments:
        return Arguments(self.field.arguments, self._schema)

    def call(self, source: Any, info: Info, prepared: Any) -> Any:
        given = dict.fromkeys(self._source_names, source)
        if self._info_name is not None:
            given[self._info_name] = info
        of = (source,) if self._takes_self else ()
        if self._around is None:
            return self._function(*of, **given, **prepared)
        return self._around.call(partial(self._function, *of, **given), info, prepared)


def called(definition: GraphQLField, schema: GraphQLSchema) -> Called | None:
    """Return how a field's resolver is called; None where Strawberry has to do it, or nobody has a resolver."""
    field = definition.extensions.get("strawberry-definition")
    made: strawberry.Schema | None = getattr(schema, "_strawberry_schema", None)
    if field is None or made is None or field.base_resolver is None or made.exception_handlers:
        return None
    match field.extensions:
        case []:
            return Called(field, made, None)
        case [PreparingExtension() as around]:
            return Called(field, made, around)
        case _:
            return None
