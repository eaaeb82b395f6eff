"""A request of GraphQL over HTTP: its parameters, from a JSON body, a query string, or a message on a WebSocket."""

import re
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from gql_api.errors import RequestError, RequestErrorCode
from gql_api.http.encoding import decoded

NAME = re.compile("[_A-Za-z][_0-9A-Za-z]*")
"""A name in GraphQL's grammar."""

PARAMETERS = ("query", "operationName", "variables", "extensions", "documentId")
MOST_PARAMETERS = 20
"""In a query string."""


class GraphQLRequest(NamedTuple):
    query: str | None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None
    tells_cost: bool = False
    """Whether the answer says what the operation costs: `extensions: {cost: true}`."""

    @property
    def hash(self) -> str | None:
        """The hash of Apollo's persisted queries, if there is one. Others' manifests have other hashes than SHA-256.

        Raises RequestError when it is malformed.
        """
        if not self.extensions or (persisted := self.extensions.get("persistedQuery")) is None:
            return None
        if not isinstance(persisted, dict) or persisted.get("version") != 1:
            raise _bad("`extensions.persistedQuery` must be an object with `version: 1`.")
        sha256 = persisted.get("sha256Hash")
        if not (isinstance(sha256, str) and re.fullmatch("[0-9a-fA-F]{32,128}", sha256)):
            raise _bad("`extensions.persistedQuery.sha256Hash` must be hexadecimal digits.")
        return sha256.lower()


def from_body(body: bytes) -> GraphQLRequest:
    """Read a JSON body. Raises RequestError."""
    parameters = decoded(body)
    if isinstance(parameters, list):
        raise _bad("Send one operation in a request: arrays of them are not taken.")
    return from_parameters(parameters)


def from_query_string(text: bytes) -> GraphQLRequest:
    """Read the parameters of an address; `variables` and `extensions` are JSON in it. Raises RequestError."""
    try:
        pairs = parse_qsl(
            text.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError:  # bytes that are no UTF-8, or too many parameters
        raise _bad("The query string cannot be read.") from None
    parameters: dict[str, Any] = {}
    for key, value in pairs:
        if key in PARAMETERS:
            if key in parameters:
                raise _bad(f"`{key}` is given twice.")
            parameters[key] = value
    for key in ("variables", "extensions"):
        if text_ := parameters.get(key):
            parameters[key] = decoded(text_.encode("utf-8", "surrogatepass"), key)
    # An empty parameter of an address is one that is left out.
    return from_parameters({key: value for key, value in parameters.items() if value != ""})


def from_parameters(parameters: object) -> GraphQLRequest:
    """Check the parameters' types. Raises RequestError. Parameters that nobody knows are passed over."""
    if not isinstance(parameters, dict):
        raise _bad("The request must be a JSON object.")
    query, name, variables, extensions, document_id = map(parameters.get, PARAMETERS)
    if query is not None and not isinstance(query, str):
        raise _bad("`query` must be a string.")
    if name is not None and not (isinstance(name, str) and NAME.fullmatch(name)):
        raise _bad("`operationName` must be the name of an operation, or null.")
    if variables is not None and not isinstance(variables, dict):
        raise _bad("`variables` must be an object, or null.")
    if extensions is not None and not isinstance(extensions, dict):
        raise _bad("`extensions` must be an object, or null.")
    if document_id is not None and not isinstance(document_id, str):
        raise _bad("`documentId` must be a string.")
    tells_cost = extensions is not None and extensions.get("cost") is True
    return GraphQLRequest(query, name, variables, extensions, document_id, tells_cost)


def _bad(message: str) -> RequestError:
    return RequestError(RequestErrorCode.BAD_REQUEST, message)
