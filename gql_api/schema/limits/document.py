"""What is checked of a document while it is parsed and before it is validated: sizes that are written in it."""

import re
from collections.abc import Iterator

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSyntaxError,
    ListValueNode,
    Node,
    ObjectValueNode,
)
from graphql import parse as parse_text

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.schema.limits.bounds import Limits, check
from gql_api.schema.limits.variables import ValueCount

CHARACTERS_PER_TOKEN = 100
"""So much longer than its tokens may a document be. Texts that are longer than names and operators are variables."""

LOCATED = 20_000
"""Characters of a document up to which errors have locations: each is found by counting lines from the beginning."""

TOO_MANY = re.compile(r"Syntax Error: Document contains more than \d+ (?:tokens|comments)\.")
TOO_DEEP = "Syntax Error: Document is nested too deeply."
"""How the parser tells of these: it has no other way."""


def parse(text: str, limits: Limits) -> DocumentNode:
    """Parse a document. Raises a GraphQLSyntaxError, or a RequestError with code TOO_MANY_TOKENS or QUERY_TOO_DEEP."""
    code = RequestErrorCode.TOO_MANY_TOKENS
    longest = limits.tokens * CHARACTERS_PER_TOKEN
    check(code, len(text), longest, "The document has {} characters", "send long texts as variables")
    try:
        return parse_text(
            text, no_location=len(text) > LOCATED, max_lexical_tokens=limits.tokens, max_comments=limits.tokens
        )
    except GraphQLSyntaxError as error:
        if TOO_MANY.match(error.message):
            message = f"The document has more than {limits.tokens:,} tokens or comments: send values as variables."
            raise RequestError(code, message) from None
        if error.message.startswith(TOO_DEEP):
            message = "The document has too many brackets within each other: ask for fewer fields within fields."
            raise RequestError(RequestErrorCode.QUERY_TOO_DEEP, message) from None
        raise


def check_document(document: DocumentNode, limits: Limits) -> int:
    """Return how many nodes a document has, or raise the RequestError of the first limit that what is written in it
    exceeds, executed or not.
    """
    fragments = sum(isinstance(each, FragmentDefinitionNode) for each in document.definitions)
    has, remedy = "The document defines {} fragments", "send only those that the operation needs"
    check(RequestErrorCode.TOO_MANY_FRAGMENTS, fragments, limits.fragments, has, remedy)
    nodes, directives, values = 0, 0, ValueCount(limits)
    for node, depth in _nodes(document):
        nodes += 1
        if isinstance(node, DirectiveNode):
            directives += 1
        elif isinstance(node, ListValueNode):
            values.add(len(node.values), depth, longest=len(node.values))
        elif isinstance(node, ObjectValueNode):
            values.add(len(node.fields), depth)
    has, remedy = "The document has {} directives", "leave some of them out"
    check(RequestErrorCode.TOO_MANY_DIRECTIVES, directives, limits.directives, has, remedy)
    return nodes


def _nodes(document: DocumentNode) -> Iterator[tuple[Node, int]]:
    """Yield every node, and how many lists and objects it is in."""
    stack: list[tuple[Node, int]] = [(document, 0)]
    while stack:
        node, depth = stack.pop()
        yield node, depth
        inner = depth + 1 if isinstance(node, ListValueNode | ObjectValueNode) else depth
        for value in vars(node).values():
            if isinstance(value, Node):
                stack.append((value, inner))
            elif isinstance(value, tuple | list):
                stack.extend((each, inner) for each in value if isinstance(each, Node))
