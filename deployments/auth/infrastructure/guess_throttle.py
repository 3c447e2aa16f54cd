"""Wrong passwords counted in Redis, for each account and each client address.

A guess is counted before it is checked and given back when it was right: of guesses made at once
no more get through than of guesses made one after the other. After the free ones each further
guess waits twice as long as the one before.
"""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from deployments.auth.domain.user import normal_email
from deployments.auth.infrastructure.guess_memory import FORGOTTEN_AFTER_SECONDS, GuessMemory
from deployments.shared.errors import RateLimited
from deployments.shared.ids import new_id
from deployments.shared.rate_limit import counted_address

logger = logging.getLogger(__name__)

# While one key is blocked nothing is counted for the other. A block remembers the guess that
# caused it: only that one, when it was right, lifts it.
_TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = 0
for _, key in ipairs(KEYS) do
  wait = math.max(wait, tonumber(redis.call('HGET', key, 'until') or '0') - now)
end
if wait > 0 then return wait end
for index, key in ipairs(KEYS) do
  local over = redis.call('HINCRBY', key, 'count', 1) - ARGV[4 + index]
  if over >= 0 then
    local pause = math.min(ARGV[2] * 2 ^ math.min(over, 30), tonumber(ARGV[3]))
    redis.call('HSET', key, 'until', string.format('%.0f', now + pause), 'by', ARGV[1])
  end
  redis.call('PEXPIRE', key, ARGV[4])
end
return 0
"""
_GIVE_BACK: Final = """
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'count', -1)
  if redis.call('HGET', KEYS[1], 'by') == ARGV[1] then
    redis.call('HDEL', KEYS[1], 'until', 'by')
  end
end
return 0
"""


@dataclass(frozen=True)
class Backoff:
    """``account`` and ``address`` are the guesses before the first pause."""

    account: int
    address: int
    first_seconds: float
    longest_seconds: float


class RedisGuessThrottle:
    """When Redis does not answer each replica counts for itself."""

    def __init__(self, redis: Redis, backoff: Backoff) -> None:
        self._redis = redis
        self._backoff = backoff
        self._memory = GuessMemory(backoff.first_seconds, backoff.longest_seconds)

    async def take(self, email: str, address: str | None) -> str:
        guess = new_id().hex
        keys = _keys(email, address)
        free = [self._backoff.account, self._backoff.address][: len(keys)]
        wait = await self._wait(guess, keys, free)
        if wait > 0:
            raise RateLimited(
                "too many wrong passwords; wait, or choose a new password with “forgot password”",
                retry_after=math.ceil(wait),
            )
        return guess

    async def clear(self, email: str, address: str | None, guess: str = "") -> None:
        account = _account_key(email)
        self._memory.forget(account)
        try:
            await self._redis.delete(account)
        except (RedisError, OSError):
            logger.warning("wrong passwords are not forgotten: Redis does not answer")
        if address is not None:
            await self._give_back(_address_key(address), guess)

    async def give_back(self, email: str, address: str | None, guess: str) -> None:
        for key in _keys(email, address):
            await self._give_back(key, guess)

    async def _give_back(self, key: str, guess: str) -> None:
        try:
            await self._eval(_GIVE_BACK, [key], [guess])
        except (RedisError, OSError):
            self._memory.give_back(key, guess)

    async def _wait(self, guess: str, keys: Sequence[str], free: Sequence[int]) -> float:
        arguments = [
            guess,
            self._backoff.first_seconds * 1000,
            self._backoff.longest_seconds * 1000,
            FORGOTTEN_AFTER_SECONDS * 1000,
            *free,
        ]
        try:
            return float(await self._eval(_TAKE, keys, arguments)) / 1000
        except (RedisError, OSError):
            logger.warning("wrong passwords are counted here only: Redis does not answer")
            return self._memory.take(guess, keys, free)

    async def _eval(self, script: str, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        answer: Any = self._redis.eval(script, len(keys), *keys, *map(str, arguments))
        return await answer


def _keys(email: str, address: str | None) -> list[str]:
    account = _account_key(email)
    return [account] if address is None else [account, _address_key(address)]


def _account_key(email: str) -> str:
    digest = hashlib.sha256(normal_email(email).encode()).hexdigest()
    return f"mercato:{{guesses}}:account:{digest}"


def _address_key(address: str) -> str:
    return f"mercato:{{guesses}}:address:{counted_address(address)}"
