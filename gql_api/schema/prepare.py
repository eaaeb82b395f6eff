"""From a text to an operation that may be executed: parsed, bounded, valid."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.schema.shown_errors import fit_to_be_read
from gql_api.settings import Settings

RULES = (*specified_rules, OneOfInputValidationRule)
"""The specification's, and one that graphql-core has not: variables in a OneOf input must not be null."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a server allows."""

    introspection: bool
    suggestions: bool

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        return cls(bool(settings.introspection), bool(settings.suggestions))


@dataclass(frozen=True, slots=True)
class Prepared:
    document: DocumentNode
    operation: OperationDefinitionNode
    cost: int


class InvalidDocumentError(Exception):
    """A document that cannot be executed, with everything that is wrong with it: errors that are fit to be shown."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__()
        self.errors = errors


def prepare(
    schema: GraphQLSchema, text: str, operation_name: str | None, variables: dict[str, Any] | None, rules: Rules
) -> Prepared:
    """Make a document ready. Raises InvalidDocumentError, or RequestError where a limit or the name is the reason."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        raise InvalidDocumentError([_coded(error, RequestErrorCode.PARSE_FAILED)]) from None
    operation = _chosen(document, operation_name)
    if errors := validate(schema, document, RULES, hide_suggestions=not rules.suggestions):
        raise InvalidDocumentError([_coded(error, RequestErrorCode.VALIDATION_FAILED) for error in errors])
    _ = variables
    return Prepared(document, operation, 1)


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """Return the operation to execute (GraphQL specification, GetOperation). Raises RequestError."""
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name is None and len(operations) > 1:
        message = "The document has several operations: say with `operationName` which one to run."
        raise RequestError(RequestErrorCode.OPERATION_NOT_FOUND, message)
    for operation in operations:
        if name is None or (operation.name is not None and operation.name.value == name):
            return operation
    message = "The document has no operation." if name is None else "The document has no operation of this name."
    raise RequestError(RequestErrorCode.OPERATION_NOT_FOUND, message)


def _coded(error: GraphQLError, code: RequestErrorCode) -> GraphQLError:
    return GraphQLError(
        fit_to_be_read(error.message),
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        extensions={"code": code},
    )
