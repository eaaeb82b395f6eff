"""How often one client may ask, counted by the library `limits`, where its storage's address says."""

import logging
import math
import time
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse_many
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

from gql_api.errors import RequestError, RequestErrorCode, StartupError

logger = logging.getLogger(__name__)


class RateLimitedError(RequestError):
    def __init__(self, retry_after: int) -> None:
        super().__init__(
            RequestErrorCode.RATE_LIMITED, f"You ask more often than is allowed. Try again in {retry_after} s."
        )
        self.retry_after = retry_after
        """Seconds."""


class RateLimit:
    def __init__(self, limit: str, storage: str) -> None:
        """Raises StartupError when they cannot be understood."""
        try:
            self._items: list[RateLimitItem] = parse_many(limit)
        except ValueError:
            raise StartupError("GQL_API_RATE_LIMIT must be such as 100/second; 5000/hour") from None
        try:
            self._limiter = SlidingWindowCounterRateLimiter(storage_from_string(storage))
        except Exception:  # noqa: BLE001 - whatever its drivers say: an address may have a password in it
            raise StartupError(
                "GQL_API_RATE_LIMIT_STORAGE must be such as async+memory:// or async+redis://host:6379, with its driver"
            ) from None

    async def count(self, client: str) -> None:
        """Count one request of a client. Raises RateLimitedError. When counting fails, it is let through."""
        try:
            wait = await self._wait(client)
        except Exception:
            logger.warning("Requests cannot be counted", exc_info=True)
            return
        if wait is not None:
            raise RateLimitedError(wait)

    async def _wait(self, client: str) -> int | None:
        """Return how many seconds a client has to wait; None where it need not."""
        for item in self._items:
            if not await self._limiter.hit(item, client):
                reset = (await self._limiter.get_window_stats(item, client)).reset_time
                return max(1, math.ceil(reset - time.time()))
        return None


def network(address: str | None) -> str:
    """Return what one client is known by: an IPv4 address, or an IPv6 /64, of which one client has every address."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return address or "unknown"
    return str(ip_network((ip, 64), strict=False)) if isinstance(ip, IPv6Address) else str(ip)
