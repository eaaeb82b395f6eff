"""The door: who may ask. The application is given one `Authenticate`; bearer tokens are the first."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from hmac import compare_digest
from typing import TypeAlias

from gql_api.context import ANYBODY, Principal
from gql_api.errors import RequestError, RequestErrorCode

Authenticate: TypeAlias = Callable[[Mapping[str, str]], Awaitable[Principal]]
"""Tells who asks by the headers of a request, in lower case, or by what a WebSocket's `connection_init` says in their
place. Raises RequestError: UNAUTHENTICATED when nobody can be made out, FORBIDDEN when they may not."""

CHALLENGE = 'Bearer realm="gql-api"'
"""For WWW-Authenticate (RFC 6750, 3)."""


async def anybody(_headers: Mapping[str, str]) -> Principal:
    """Let everybody in."""
    return ANYBODY


def bearer_tokens(tokens: Sequence[str]) -> Authenticate:
    """Let in who sends one of the tokens: `authorization: Bearer …` (RFC 6750, 2.1)."""
    known = [sha256(token.encode()).digest() for token in tokens]

    async def authenticate(headers: Mapping[str, str]) -> Principal:
        scheme, _, token = headers.get("authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise RequestError(
                RequestErrorCode.UNAUTHENTICATED, "A token is needed: send `authorization: Bearer …` with yours."
            )
        sent = sha256(token.strip().encode("utf-8", "surrogatepass")).digest()
        # All of them are looked at, each in the same time: how long this takes tells nothing.
        found = [compare_digest(sent, each) for each in known]
        if True not in found:
            raise RequestError(RequestErrorCode.UNAUTHENTICATED, "This token is not valid.")
        return Principal(f"token {found.index(True) + 1}")

    return authenticate
