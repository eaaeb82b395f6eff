"""What a server allows of documents, and how they are parsed by that."""

from dataclasses import dataclass
from typing import Self

from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError

from gql_api.errors import RequestErrorCode
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


def parse(text: str, rules: Rules) -> tuple[DocumentNode, int]:
    """Parse a document, and return how many nodes it has. Raises InvalidDocumentError, or RequestError where it is too
    much.
    """
    try:
        document = limits.parse(text, rules.limits)
    except GraphQLSyntaxError as error:
        raise InvalidDocumentError([error], RequestErrorCode.PARSE_FAILED) from None
    return document, limits.check_document(document, rules.limits)
