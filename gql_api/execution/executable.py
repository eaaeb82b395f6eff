"""What is known of an operation before it is executed: found once for its document, not for each execution."""

from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    is_non_null_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities import coerce_input_literal

from gql_api.execution.coercion import Coerce, Coercions
from gql_api.execution.executor import Compiling


class Executable:
    """An operation of a valid document, of a schema whose input types have these coercions."""

    def __init__(
        self, schema: GraphQLSchema, coercions: Coercions, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._document = document
        self._operation = operation
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._details = {name: FragmentDetails(each, None) for name, each in self._fragments.items()}
        self._is_plain = not any(each.variable_definitions for each in self._fragments.values())
        self._variables: list[tuple[GraphQLVariableSignature, Coerce]] = []
        for definition in operation.variable_definitions or ():
            signature = get_variable_signature(schema, definition)
            if isinstance(signature, GraphQLError):  # told by graphql-core when it is executed
                self._is_plain = False
            else:
                self._variables.append((signature, coercions.of(signature.type)))

    def executor(
        self, cls: type[Compiling], context: Any, variables: dict[str, Any] | None, **others: Any
    ) -> Executor[Any] | list[GraphQLError]:
        """Return the executor of one execution, as `cls.build` does; or what is wrong with the variables."""
        values = self._values(variables or {}) if self._is_plain else None
        if values is None:
            name = self._operation.name.value if self._operation.name is not None else None
            built: Executor[Any] | list[GraphQLError] = cls.build(
                self._schema,
                self._document,
                context_value=context,
                raw_variable_values=variables,
                operation_name=name,
                **others,
            )
            return built
        return cls.late(self._schema, self._fragments, self._details, context, self._operation, values, **others)

    def _values(self, given: dict[str, Any]) -> VariableValues | None:
        """Return the values of the variables; None where something is wrong with one."""
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature, coerce in self._variables:
            name = signature.name
            value = given.get(name, Undefined)
            sources[name] = VariableValueSource(signature, value)
            if value is Undefined and signature.default is None:
                if is_non_null_type(signature.type):
                    return None
                continue
            try:
                coerced[name] = coerce(value) if value is not Undefined else _default(signature)
            except Exception:  # noqa: BLE001 - whatever it is, graphql-core finds it again, and says what it is
                return None
            if coerced[name] is Undefined:
                return None
        return VariableValues(sources, coerced)


def _default(signature: GraphQLVariableSignature) -> Any:
    """Return a variable's default value: a new one, since who is given it may change it."""
    default: Any = signature.default
    return coerce_input_literal(default.literal, signature.type)
