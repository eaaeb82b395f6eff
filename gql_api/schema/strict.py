"""Filters that select for writing: what was left out by accident must not select every row.

A variable that is not given leaves its key out, so `{completed: $completed}` becomes `{}`, which matches everything
where things are read. Here null and everything empty is refused, at any depth. It is looked for in what was sent: in
an input that is built, absent keys are filled in with null.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from strawberry.types.arguments import InputContext
from strawberry.types.base import (
    StrawberryList,
    StrawberryObjectDefinition,
    StrawberryOptional,
    StrawberryType,
    get_object_definition,
)

from gql_api.errors import Problem, ProblemCode
from gql_api.shapes.search import SEARCH_MAX, search_query

SEARCH = "search"
MATCH_ALL_WHEN_EMPTY = {"contains", "startsWith", "endsWith", "notIn"}


def omissions(
    value: Mapping[str, Any], definition: StrawberryObjectDefinition, context: InputContext
) -> Iterator[Problem]:
    """Yield a problem for each null, empty filter or comparison, and for what matches everything when it is empty."""
    return _in_object(value, definition, context, tuple(map(str, context.path)))


def _in_object(
    value: Mapping[str, Any], definition: StrawberryObjectDefinition, context: InputContext, path: tuple[str, ...]
) -> Iterator[Problem]:
    empty = True
    for field in definition.fields:
        name, type_ = context.config.name_converter.from_field(field), field.resolve_type(type_definition=definition)
        # What may not be null has a default, and says how to compare, not with what: `caseSensitive`.
        if name in value and isinstance(type_, StrawberryOptional):
            empty = False
            yield from _in_value(value[name], type_.of_type, context, (*path, name))
    if empty:
        yield Problem(
            path, ProblemCode.EMPTY, "Must not be empty: it would select everything. Say so with `all: true`."
        )


def _in_value(
    value: Any, type_: StrawberryType | type, context: InputContext, path: tuple[str, ...]
) -> Iterator[Problem]:
    inner = type_.of_type if isinstance(type_, StrawberryList) else type_
    definition = get_object_definition(inner)
    if value is None:
        message = "Must not be null where tasks are changed or deleted. Leave the key out."
        yield Problem(path, ProblemCode.NULL, message)
    elif definition is None:
        # Where things are read, a search without a word in it is none, and the others match every text.
        if path[-1] == SEARCH and len(value) <= SEARCH_MAX and search_query(value) is None:
            yield Problem(path, ProblemCode.EMPTY, "Must have a word to search for.")
        elif path[-1] in MATCH_ALL_WHEN_EMPTY and not value:
            yield Problem(path, ProblemCode.EMPTY, "Must not be empty where tasks are changed or deleted.")
    elif not isinstance(type_, StrawberryList):
        yield from _in_object(value, definition, context, path)
    elif not value:
        yield Problem(path, ProblemCode.EMPTY, "Must have a filter where tasks are changed or deleted.")
    else:
        for index, each in enumerate(value):
            yield from _in_object(each, definition, context, (*path, str(index)))
