"""Documents that were found valid, kept: each is parsed, measured and validated once, and is the same object after."""

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from functools import cached_property, partial
from typing import Any

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, Undefined

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.execution import Coercions, Executable
from gql_api.report import OperationType
from gql_api.schema import limits
from gql_api.schema.prepare import InvalidDocumentError, Rules, parse

NODE = 400
"""Bytes of memory that a node of a document takes, about."""

TOKEN = 200
"""Those of a token: comments have no node."""

OPERATION = 4_000
"""Those that an operation takes beside."""

MOST_COSTS = 16
"""For how many kinds of variables an operation's cost is kept."""


class PreparedOperation:
    """An operation of a document, with what it costs."""

    def __init__(
        self, node: OperationDefinitionNode, executable: Callable[[OperationDefinitionNode], Executable]
    ) -> None:
        self.node = node
        self._executable = executable
        self.type: OperationType = node.operation.value
        self.name = node.name.value if node.name is not None else None
        self._variables = tuple(each.variable.name.value for each in node.variable_definitions or ())
        self._costs: dict[Hashable, int] = {}

    @cached_property
    def executable(self) -> Executable:
        """What is known of it for its executions, once it is known to be valid."""
        return self._executable(self.node)

    def kind(self, variables: Mapping[str, Any] | None, counted: Mapping[str, int]) -> Hashable:
        """Return all that its cost depends on; each of the variables counts as so many values."""
        given = variables or {}
        return tuple([limits.observed(given.get(name, Undefined), counted.get(name, 1)) for name in self._variables])

    def known_cost(self, kind: Hashable) -> int | None:
        """Return what it costs with variables of a kind; None when that is not known."""
        return self._costs.get(kind)

    def keep_cost(self, kind: Hashable, cost: int) -> None:
        if len(self._costs) >= MOST_COSTS:
            del self._costs[next(iter(self._costs))]
        self._costs[kind] = cost


class PreparedDocument:
    """A document that is parsed, and valid or not yet validated."""

    def __init__(self, text: str, node: DocumentNode, nodes: int, schema: GraphQLSchema, coercions: Coercions) -> None:
        """`nodes` is how many it has."""
        self.text = text
        self.node = node
        self.valid = False
        executable = partial(Executable, schema, coercions, node)
        operations = [
            PreparedOperation(each, executable)
            for each in node.definitions
            if isinstance(each, OperationDefinitionNode)
        ]
        # Strings and comments have the text a second time.
        self.bytes = 2 * sys.getsizeof(text) + NODE * nodes + TOKEN * _tokens(node) + OPERATION * len(operations)
        """Of memory, about."""
        self._count = len(operations)
        self._operations: dict[str | None, PreparedOperation] = {}
        for operation in operations:
            self._operations.setdefault(operation.name, operation)
        if self._count:
            self._operations[None] = operations[0]

    def chosen(self, name: str | None) -> PreparedOperation:
        """Return the operation to execute (GraphQL specification, GetOperation). Raises RequestError."""
        if name is None and self._count > 1:
            message = "The document has several operations: say with `operationName` which one to run."
            raise RequestError(RequestErrorCode.OPERATION_NOT_FOUND, message)
        if (found := self._operations.get(name)) is not None:
            return found
        message = "The document has no operation." if name is None else "The document has no operation of this name."
        raise RequestError(RequestErrorCode.OPERATION_NOT_FOUND, message)


def _tokens(document: DocumentNode) -> int:
    """Return how many tokens a document keeps, for locations: none, where it is too long for these."""
    count, token = 0, document.loc.start_token if document.loc is not None else None
    while token is not None:
        count, token = count + 1, token.next
    return count


class PreparedDocuments:
    """One for each process, whatever brings the documents."""

    def __init__(self, schema: GraphQLSchema, rules: Rules, most_bytes: int) -> None:
        """Those that were used last are kept, as many as fit into `most_bytes`."""
        self._schema = schema
        self._coercions = Coercions()
        self._rules = rules
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, PreparedDocument] = OrderedDict()

    def find(self, text: str) -> PreparedDocument:
        """Return the document of this text. Raises InvalidDocumentError, or RequestError where it is too much."""
        found = self._kept.get(text)
        if found is None:
            return PreparedDocument(text, *parse(text, self._rules), self._schema, self._coercions)
        self._kept.move_to_end(text)
        return found

    def check(
        self, document: PreparedDocument, operation: PreparedOperation, variables: Mapping[str, Any] | None
    ) -> int:
        """Return what the operation costs, and keep its document.

        Raises RequestError when it is too much, and InvalidDocumentError when the document is not valid: then nothing
        of it is kept.
        """
        rules = self._rules
        kind = operation.kind(variables, limits.check_variables(variables, rules.limits))
        if document.valid and (known := operation.known_cost(kind)) is not None:
            return known
        cost = limits.measure(self._schema, document.node, operation.node, variables, rules.limits).cost
        if not document.valid:
            errors = limits.validate(
                self._schema, document.node, introspection=rules.introspection, suggestions=rules.suggestions
            )
            if errors:
                raise InvalidDocumentError(errors, RequestErrorCode.VALIDATION_FAILED)
            document.valid = True
            self._keep(document)
        operation.keep_cost(kind, cost)
        return cost

    def _keep(self, document: PreparedDocument) -> None:
        if document.bytes > self._most_bytes:
            return
        self._kept[document.text] = document
        self._bytes += document.bytes
        while self._bytes > self._most_bytes:
            _, forgotten = self._kept.popitem(last=False)
            self._bytes -= forgotten.bytes
