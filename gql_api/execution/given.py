"""What is known of a field's arguments before it is executed: constants, and which variables the others are."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    GraphQLError,
    GraphQLField,
    IntValueNode,
    NullValueNode,
    StringValueNode,
    VariableNode,
    is_non_null_type,
    is_required_argument,
)
from graphql.execution.values import VariableValues, coerce_argument

CONSTANT = (StringValueNode, IntValueNode, FloatValueNode, BooleanValueNode, NullValueNode, EnumValueNode)
SCALARS = (str, int, float, Enum)


class Variable(NamedTuple):
    argument: str
    name: str
    required: bool


class KnownArguments(NamedTuple):
    constants: dict[str, Any]
    """Those that are the same in every execution."""
    variables: list[Variable]
    """The others, each the value of a variable."""

    def of(self, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the arguments, of coerced variables; None where one is missing that must be there."""
        values = self.constants.copy()
        for argument, name, required in self.variables:
            if name in variables:
                values[argument] = variables[name]
            if required and values.get(argument) is None:
                return None
        return values


def arguments_of(definition: GraphQLField, node: FieldNode) -> KnownArguments | None:
    """Return what is known of a field's arguments; None where there is more to them than constants and variables."""
    given = {argument.name.value: argument for argument in node.arguments or ()}
    values: dict[str, Any] = {}
    variables: list[Variable] = []
    for name, argument in definition.args.items():
        sent = given.get(name)
        if sent is not None and isinstance(sent.value, VariableNode):
            required = is_non_null_type(argument.type)
            variables.append(Variable(argument.out_name or name, sent.value.name.value, required))
            if is_required_argument(argument):
                continue
            sent = None  # what is left where the variable is absent: the default value
        elif sent is not None and not isinstance(sent.value, CONSTANT):
            return None
        try:
            coerce_argument(values, node, name, argument, sent, VariableValues({}, {}), None)
        except GraphQLError:  # told when it is executed, where it belongs
            return None
    return KnownArguments(values, variables) if unchangeable(values) else None


def unchangeable(values: dict[str, Any]) -> bool:
    """Whether arguments may be given to many calls, whatever these do with them."""
    return all(value is None or isinstance(value, SCALARS) for value in values.values())
