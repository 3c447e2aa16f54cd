"""Sliding-window rate limits in Redis, per account or client address."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from deployments.shared.errors import RateLimited

logger = logging.getLogger(__name__)

# A Redis that hangs is as good as none.
_ANSWER_SECONDS = 1.0
_REFUSED_TOKENS = parse("600/minute")


def counted_address(address: str) -> str:
    """What limits count ``address`` as: who has an IPv6 address has its whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed.packed, 64), strict=False))


def client_address(request: Request, trusted_proxies: list[str]) -> str:
    """The client's address: the last X-Forwarded-For hop that no trusted proxy wrote."""
    peer = request.client.host if request.client else "unknown"
    networks = [ipaddress.ip_network(network) for network in trusted_proxies]

    def trusted(address: str) -> bool:
        try:
            return any(ipaddress.ip_address(address) in network for network in networks)
        except ValueError:
            return False

    # Some proxies add a line of their own below the client's.
    forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    address = peer
    while trusted(address) and hops:
        address = hops.pop()
    return address


class RateLimiter:
    """Counts hits in Redis. When Redis does not answer requests pass: a lost cache must not
    close the shop."""

    def __init__(self, redis_url: str, service: str, trusted_proxies: list[str]) -> None:
        self._connections = ConnectionPool.from_url(
            redis_url, socket_timeout=_ANSWER_SECONDS, socket_connect_timeout=_ANSWER_SECONDS
        )
        options: dict[str, Any] = {"connection_pool": self._connections}
        storage = RedisStorage(f"async+{redis_url}", implementation="redispy", **options)
        self._strategy = SlidingWindowCounterRateLimiter(storage)
        self._service = service
        self.trusted_proxies = trusted_proxies

    async def aclose(self) -> None:
        await self._connections.aclose()

    async def hit(self, limit: RateLimitItem, scope: str, identity: str) -> None:
        """Raises ``RateLimited`` when ``identity`` has used ``limit`` up in ``scope``."""
        try:
            allowed = await self._strategy.hit(limit, self._service, scope, identity)
        except (RedisError, OSError):
            logger.warning("rate limit not checked: Redis does not answer")
            return
        if not allowed:
            raise RateLimited(
                f"more than {limit.amount} requests in {limit.get_expiry()} s; slow down",
                retry_after=max(1, limit.get_expiry() // max(limit.amount, 1)),
            )


def rate_limit(limit: str, *, by: str = "caller") -> Callable[[Request], Awaitable[None]]:
    """Dependency: at most ``limit`` ("20/minute") per signed-in user, else per address.

    ``by="address"`` ignores who is signed in.
    """
    item = parse(limit)

    async def check(request: Request) -> None:
        limiter: RateLimiter | None = request.app.state.rate_limiter
        if limiter is None:
            return
        principal = getattr(request.state, "principal", None)
        if by == "caller" and principal is not None:
            if principal.service is not None:
                return
            identity = f"user:{principal.user_id}"
        else:
            address = client_address(request, limiter.trusted_proxies)
            identity = f"address:{counted_address(address)}"
        route = request.scope.get("route")
        await limiter.hit(item, getattr(route, "path", request.url.path), identity)

    return check


async def count_refused_token(request: Request) -> None:
    """Limits requests with bad tokens, which reach no limit of a route. Raises ``RateLimited``."""
    limiter: RateLimiter | None = request.app.state.rate_limiter
    if limiter is not None:
        address = client_address(request, limiter.trusted_proxies)
        await limiter.hit(_REFUSED_TOKENS, "refused tokens", f"address:{counted_address(address)}")
