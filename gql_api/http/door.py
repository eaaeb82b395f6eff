"""Who is let in, and how often: authentication and rate limit together."""

from collections.abc import Mapping

from gql_api.context import ANYBODY, Principal
from gql_api.errors import RequestError
from gql_api.http.authentication import Authenticate
from gql_api.http.rate_limit import RateLimit, network


class Door:
    def __init__(self, authenticate: Authenticate, rate_limit: RateLimit | None) -> None:
        self._authenticate = authenticate
        self._rate_limit = rate_limit

    async def let_in(self, headers: Mapping[str, str], address: str | None) -> Principal:
        """Return who asks. Raises RequestError when they may not; asking in vain counts, too."""
        try:
            return await self._authenticate(headers)
        except RequestError:
            # Who has a valid token is let in all the same: others may ask from the same address.
            if self._rate_limit is not None:
                await self._rate_limit.count(f"guesses of {network(address)}")
            raise

    async def count(self, principal: Principal, address: str | None) -> None:
        """Count one operation of theirs. Raises RateLimitedError when it is one too many."""
        if self._rate_limit is not None:
            await self._rate_limit.count(network(address) if principal is ANYBODY else principal.name)
