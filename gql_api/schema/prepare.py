"""From a text to an operation that may be executed: parsed, chosen, bounded, valid."""

from dataclasses import dataclass
from typing import Any, Self

from graphql import DocumentNode, GraphQLError, GraphQLSchema, GraphQLSyntaxError, OperationDefinitionNode

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.schema import limits
from gql_api.schema.limits import Limits
from gql_api.schema.shown_errors import fit_to_be_read
from gql_api.settings import Settings


@dataclass(frozen=True, slots=True)
class Rules:
    """What a server allows."""

    limits: Limits
    introspection: bool
    suggestions: bool

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(Limits.of(settings), bool(settings.introspection), bool(settings.suggestions))


class InvalidDocumentError(Exception):
    """A document that cannot be executed, with everything that is wrong with it: errors that are fit to be shown."""

    def __init__(self, errors: list[GraphQLError], code: RequestErrorCode) -> None:
        super().__init__()
        self.errors = [
            GraphQLError(
                fit_to_be_read(error.message),
                nodes=error.nodes,
                source=error.source,
                positions=error.positions,
                extensions={"code": code},
            )
            for error in errors
        ]


def parse(text: str, rules: Rules) -> DocumentNode:
    """Parse a document. Raises InvalidDocumentError, or RequestError where it is too much."""
    try:
        document = limits.parse(text, rules.limits)
    except GraphQLSyntaxError as error:
        raise InvalidDocumentError([error], RequestErrorCode.PARSE_FAILED) from None
    limits.check_document(document, rules.limits)
    return document


def chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
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


def check(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: dict[str, Any] | None,
    rules: Rules,
) -> int:
    """Return what the operation costs.

    Raises RequestError when it is too much, and InvalidDocumentError when the document is not valid.
    """
    limits.check_variables(variables, rules.limits)
    measure = limits.measure(schema, document, operation, variables, rules.limits)
    errors = limits.validate(schema, document, introspection=rules.introspection, suggestions=rules.suggestions)
    if errors:
        raise InvalidDocumentError(errors, RequestErrorCode.VALIDATION_FAILED)
    return measure.cost
