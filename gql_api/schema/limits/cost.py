"""What fields cost: points for each, times the size of the list that it is in, all read off the schema.

- A field costs 1 point; one that takes arguments, and `totalCount`, costs 5: it is a statement of its own. A task
  costs 15 more, and 10 for its description: these may be long.
- What a field is given costs, too, since it is read anew wherever the field is executed: 10 points for each object in
  it, a filter or a comparison, say; one for 10 other values or 10,000 characters.
- What is below a list costs as often as the list is long: by the arguments of its field or, where that has none
  (`nodes` and `edges` of a connection, `tasks` in the answer of a mutation), by those of the field around it. A task's
  tags are taken to be half as many as there may be, another list without such arguments to have 10 elements. A page
  that is larger than allowed counts as the largest: its field refuses it, and says so better.
- `__typename` is free. What is asked of the schema itself has a budget of its own, in which its lists are as long as
  they are on average: twice what the standard question for the whole schema takes.
"""

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from graphql import (
    BooleanValueNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_nullable_type,
    is_input_object_type,
    is_interface_type,
    is_list_type,
    is_object_type,
)
from graphql.type import is_abstract_type, is_enum_type
from graphql.utilities.coerce_input_value import coerce_default_value

from gql_api.schema.limits.variables import OBJECT, TEXT, extent
from gql_api.shapes.page import DEFAULT_LIMIT, MAX_LIMIT
from gql_api.shapes.tag import MAX_TAGS
from gql_api.shapes.task_bulk import DEFAULT_AT_MOST, MAX_TASKS

STATEMENT = 5
"""Points of a field that asks the database: one that takes arguments, and those in COUNTS."""

COUNTS = frozenset({"totalCount"})
"""Fields that ask the database, though they take no arguments."""

ASSUMED_SIZE = 10
"""How long a list is taken to be that no argument bounds: problems, say."""

BOUNDED = {"tags": MAX_TAGS // 2}
"""How long lists without arguments are taken to be whose bound is known."""

OBJECTS = {"Task": 15, "Node": 15}
"""Points of objects that may have a long text, which is read with them: all of them together must fit into memory."""

LONG_TEXTS = {"description": 10}
"""Points of texts that may be long, where they are answered."""

PAGE_ARGUMENTS = ("first", "last", "limit")
MOST_ARGUMENT = "atMost"

VALUES = 10
"""How many of the values that a field is given cost a point; objects and long texts count as several."""

MOST = 10**12
"""Where counting ends: fragments that spread each other twice make numbers that nobody can read."""

Arguments: TypeAlias = Mapping[str, ValueNode]


class Values:
    """What stands for the values of a document: literals, and variables with their defaults, as they are sent."""

    def __init__(
        self, operation: OperationDefinitionNode | None = None, variables: Mapping[str, Any] | None = None
    ) -> None:
        self._given = variables or {}
        self._counts: dict[str, int] = {}
        definitions = operation.variable_definitions or () if operation is not None else ()
        self._defaults = {each.variable.name.value: each.default_value for each in definitions}

    def get(self, value: object) -> object:
        """Return it in Python's terms; of lists and objects only the outermost. Undefined where it says nothing."""
        if isinstance(value, VariableNode):
            name = value.name.value
            return self.get(self._given[name] if name in self._given else self._defaults.get(name, Undefined))
        if isinstance(value, IntValueNode):
            return int(value.value) if len(value.value) < len(str(MOST)) else MOST
        if isinstance(value, BooleanValueNode):
            return value.value
        if isinstance(value, ListValueNode):
            return value.values
        if isinstance(value, ObjectValueNode):
            return {field.name.value: field.value for field in value.fields}
        return None if isinstance(value, NullValueNode) else Undefined if isinstance(value, Node) else value

    def number(self, value: object) -> int | None:
        """Return what an argument of type Int is given; None for null and for what is no such number."""
        found = self.get(value)
        if isinstance(found, bool) or not isinstance(found, int | float) or found != found:  # noqa: PLR0124 - NaN
            return None
        return int(min(max(0, found), MOST))

    def length(self, value: object) -> int | None:
        """Return the length of a list; a value that is none is coerced to a list of one."""
        found = self.get(value)
        if found is None or found is Undefined:
            return None
        return len(found) if isinstance(found, list | tuple) else 1

    def count(self, value: object) -> int:
        """Return what a field is given by this: so many values, VALUES of which cost a point."""
        counted = 0
        every = [value]
        for each in every:  # which grows meanwhile
            if isinstance(each, VariableNode):
                counted += self._count_variable(each)
            elif isinstance(each, ListValueNode):
                every.extend(each.values)
            elif isinstance(each, ObjectValueNode):
                counted += OBJECT
                every.extend(field.value for field in each.fields)
            elif isinstance(each, StringValueNode):
                every.append(each.value)
            else:
                counted += extent(each)[0]
        return counted

    def _count_variable(self, node: VariableNode) -> int:
        """Count a variable once, however often it is used."""
        name = node.name.value
        if name not in self._counts:
            self._counts[name] = 1  # while it is counted
            self._counts[name] = self.count(self._given[name] if name in self._given else self._defaults.get(name))
        return self._counts[name]


_no_values = Values()


def observed(value: object, counted: int) -> Hashable:
    """Return all that is seen here of the value of a variable, as it was sent, that counts as so many values: equal
    ones cost the same everywhere.
    """
    match value:
        case str():
            return ~(len(value) // TEXT)  # below any number
        case bool():
            return str(value)  # which 1 does not equal
        case int() | float():
            return int(min(max(0, value), MOST)) if value == value else "NaN"  # noqa: PLR0124
        case list():
            return len(value), counted
        case dict():
            return "object", _no_values.length(value["ids"]) if "ids" in value else None, counted
        case _:
            return value  # null, or none


def weight(name: str, definition: GraphQLField | None, given: Arguments, values: Values) -> int:
    """Return the points of a field itself."""
    if name == "__typename":
        return 0
    if name in COUNTS or (definition is not None and definition.args):
        return STATEMENT + sum(map(values.count, given.values())) // VALUES
    return LONG_TEXTS.get(name, 1)


def size(name: str, definition: GraphQLField, given: Arguments, values: Values) -> int | None:
    """Return how long the list of a field, or of its fields, can be by its arguments; None if they do not bound it."""
    args = definition.args
    if not args:
        return BOUNDED.get(name)
    if pages := [name for name in PAGE_ARGUMENTS if name in args]:
        sizes = [number for name in pages if (number := values.number(given.get(name, Undefined))) is not None]
        return min(MAX_LIMIT, max(sizes, default=max(default(args[name]) or DEFAULT_LIMIT for name in pages)))
    if MOST_ARGUMENT in args:
        most = values.number(given.get(MOST_ARGUMENT, Undefined))
        selection = values.get(given.get("where", Undefined))
        ids = values.length(selection.get("ids", Undefined)) if isinstance(selection, dict) else None
        most = most if most is not None else default(args[MOST_ARGUMENT]) or DEFAULT_AT_MOST
        return min(MAX_TASKS, most if ids is None else min(most, ids))
    lists = [name for name, argument in args.items() if is_list_type(get_nullable_type(argument.type))]
    lengths = [length for name in lists if (length := values.length(given.get(name, Undefined))) is not None]
    return max(lengths, default=None)


def default(argument: GraphQLArgument) -> int | None:
    """Return the declared default of an argument of type Int."""
    value = coerce_default_value(argument)
    return value if isinstance(value, int) else None


@lru_cache(maxsize=8)
def introspection_sizes(schema: GraphQLSchema) -> Mapping[str, float]:
    """Return how long the lists of introspection types are, on average over all that have them."""
    types = list(schema.type_map.values())
    composite = [each for each in types if is_object_type(each) or is_interface_type(each)]
    fields = [field for each in composite for field in each.fields.values()]
    arguments = [argument for each in (*fields, *schema.directives) for argument in each.args.values()]
    totals = {
        "fields": len(fields),
        "interfaces": sum(len(each.interfaces) for each in composite),
        "possibleTypes": sum(len(schema.get_possible_types(each)) for each in types if is_abstract_type(each)),
        "enumValues": sum(len(each.values) for each in types if is_enum_type(each)),
        "inputFields": sum(len(each.fields) for each in types if is_input_object_type(each)),
    }
    return {
        "types": len(types),
        "directives": len(schema.directives),
        "args": len(arguments) / (len(fields) + len(schema.directives)),
        **{name: total / len(types) for name, total in totals.items()},
    }
