"""Validation: the specification's rules, in bounded time and with a bounded number of errors."""

from contextlib import suppress
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLSchema,
    NonNullTypeNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    ValidationRule,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VariableNode,
    VisitorAction,
    get_named_type,
    get_nullable_type,
    specified_rules,
)
from graphql import validate as validate_by
from graphql.utilities import validate_input_literal
from graphql.validation import ASTValidationRule, NoSchemaIntrospectionCustomRule
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from gql_api.schema.limits.overlap import OverlappingFields

MOST_ERRORS = 20
MOST_ERRORS_OF_A_VALUE = 5
"""Many of them quote the whole value."""

TOO_COMPLEX = "The document is too complex to be validated. Send fewer operations and fragments in one document."


def validate(
    schema: GraphQLSchema, document: DocumentNode, *, introspection: bool, suggestions: bool
) -> list[GraphQLError]:
    """Return what is wrong with a document. Without `introspection`, it must not ask for the schema."""
    rules = RULES if introspection else (*RULES, NoSchemaIntrospectionCustomRule)
    errors = validate_by(schema, document, rules, max_errors=MOST_ERRORS, hide_suggestions=not suggestions)
    if len(errors) <= MOST_ERRORS and errors and isinstance(errors[-1], ValidationAbortedError):
        errors[-1] = GraphQLError(TOO_COMPLEX)
    return errors


class _EnoughError(Exception):
    """A value has more errors than are told."""


class ValuesOfCorrectType(ValuesOfCorrectTypeRule):
    """graphql-core's rule, which tells every error of a value, but some only."""

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> VisitorAction:
        told = 0

        def tell(error: GraphQLError, _: object) -> None:
            nonlocal told
            self.report_error(error)
            told += 1
            if told == MOST_ERRORS_OF_A_VALUE:
                raise _EnoughError

        if input_type:
            with suppress(_EnoughError):
                validate_input_literal(node, input_type, tell, hide_suggestions=self.context.hide_suggestions)
        return self.SKIP


class OneOfInputs(ValidationRule):
    """OneOf input objects: exactly one key, which is not null, nor a variable that can be.

    graphql-core does not know Strawberry's inputs as such, and Strawberry's own rule fails for a variable that is not
    defined or stands in a fragment.
    """

    def enter_object_value(self, node: ObjectValueNode, *_: Any) -> None:
        type_ = get_named_type(self.context.get_input_type())
        if _is_one_of(type_):
            keys = {field.name.value: field.value for field in node.fields}
            if len(keys) != 1:
                self.report_error(GraphQLError(f"OneOf Input Object '{type_}' must specify exactly one key.", node))
            elif isinstance(next(iter(keys.values())), NullValueNode):
                self.report_error(GraphQLError(f"Field '{type_}.{next(iter(keys))}' must be non-null.", node))

    def leave_operation_definition(self, operation: OperationDefinitionNode, *_: Any) -> None:
        optional = {
            each.variable.name.value
            for each in operation.variable_definitions or ()
            if not isinstance(each.type, NonNullTypeNode)
        }
        for usage in self.context.get_recursive_variable_usages(operation) if optional else ():
            type_ = get_nullable_type(usage.parent_type) if usage.parent_type is not None else None
            if _is_one_of(type_) and usage.node.name.value in optional:
                self._tell_optional(usage.node, str(type_))

    def _tell_optional(self, variable: VariableNode, type_: str) -> None:
        message = f"Variable '{variable.name.value}' must be non-nullable to be used for OneOf Input Object '{type_}'."
        self.report_error(GraphQLError(message, variable))


def _is_one_of(type_: GraphQLInputType | GraphQLNamedType | None) -> bool:
    definition = getattr(type_, "extensions", {}).get("strawberry-definition")
    return bool(getattr(definition, "is_one_of", False))


_OWN: dict[type[ASTValidationRule], type[ASTValidationRule]] = {
    OverlappingFieldsCanBeMergedRule: OverlappingFields,
    ValuesOfCorrectTypeRule: ValuesOfCorrectType,
}

RULES: tuple[type[ASTValidationRule], ...] = (
    *(_OWN.get(rule, rule) for rule in specified_rules),
    MaybeNullValidationRule,
    OneOfInputs,
)
"""The specification's, graphql-core's own about the depth of introspection, which is among them, and Strawberry's."""
