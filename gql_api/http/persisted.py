"""Documents that clients name by a hash: those they have sent before, and those that are trusted beforehand."""

import json
import sys
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path

from gql_api.errors import RequestError, RequestErrorCode, StartupError
from gql_api.http.request import GraphQLRequest

MOST_BYTES = 10_000_000
"""Of all documents that are remembered, together, in memory: a character takes up to four."""


def manifest(path: Path) -> dict[str, str]:
    """Read documents by their ids, as GraphQL Code Generator (`persisted-documents.json`) and Relay write them.

    Raises StartupError when that cannot be done.
    """
    try:
        documents = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise StartupError(f"GQL_API_TRUSTED_DOCUMENTS: {path} cannot be read as JSON") from None
    if not (isinstance(documents, dict) and all(isinstance(each, str) for each in documents.values())):
        raise StartupError(f"GQL_API_TRUSTED_DOCUMENTS: {path} must be an object of documents by their hashes")
    return documents


class Documents:
    """One for each process."""

    def __init__(self, trusted: dict[str, str], *, trusted_only: bool, at_most: int) -> None:
        """`at_most` says how many documents of clients are remembered; none, and Apollo's protocol is off."""
        self._trusted = trusted
        self._trusted_texts = frozenset(trusted.values())
        self._trusted_only = trusted_only
        self._at_most = 0 if trusted_only else at_most
        self._remembered: OrderedDict[str, str] = OrderedDict()
        self._bytes = 0

    def find(self, request: GraphQLRequest) -> str:
        """Return the document of a request. Raises RequestError."""
        hashed = request.hash
        text = request.query
        if not text:
            text = self._named(request.document_id, hashed)
        elif hashed is not None and self._trusted.get(hashed) != text and hashed != _sha256(text):
            raise RequestError(
                RequestErrorCode.PERSISTED_QUERY_MISMATCH, "`sha256Hash` is not the hash of this `query`."
            )
        if self._trusted_only and text not in self._trusted_texts:
            message = "Only documents that were registered with the server are executed."
            raise RequestError(RequestErrorCode.DOCUMENT_NOT_TRUSTED, message)
        return text

    def remember(self, request: GraphQLRequest) -> None:
        """Keep the document that a request has sent with its hash, for those who send the hash alone."""
        hashed, text = request.hash, request.query
        if not (self._at_most and hashed and text) or hashed in self._remembered:
            return
        self._remembered[hashed] = text
        self._bytes += sys.getsizeof(text)
        while len(self._remembered) > self._at_most or self._bytes > MOST_BYTES:
            _, forgotten = self._remembered.popitem(last=False)
            self._bytes -= sys.getsizeof(forgotten)

    def _named(self, id: str | None, hashed: str | None) -> str:
        if id is not None:
            return self._by_id(id)
        if hashed is not None:
            return self._by_hash(hashed)
        raise RequestError(RequestErrorCode.BAD_REQUEST, "There is no `query` in the request.")

    def _by_id(self, id: str) -> str:
        found = self._trusted.get(id) or self._trusted.get(id.removeprefix("sha256:"))
        if found is None:
            raise RequestError(RequestErrorCode.PERSISTED_QUERY_NOT_FOUND, "No document is known by this `documentId`.")
        return found

    def _by_hash(self, hashed: str) -> str:
        if trusted := self._trusted.get(hashed):
            return trusted
        if not self._at_most:
            # Apollo Client looks for these very words, and then sends its documents in full.
            raise RequestError(RequestErrorCode.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")
        text = self._remembered.get(hashed)
        if text is None:
            raise RequestError(RequestErrorCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
        self._remembered.move_to_end(hashed)
        return text


def _sha256(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
