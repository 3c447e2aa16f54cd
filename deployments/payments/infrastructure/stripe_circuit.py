"""Keeps a slow or silent Stripe from taking every worker of a replica."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import stripe

from deployments.shared.errors import Unavailable

logger = logging.getLogger(__name__)
T = TypeVar("T")
_LONGEST_QUEUE_SECONDS = 1.0


def unavailable() -> Unavailable:
    return Unavailable(
        "stripe_unavailable",
        "the payment provider does not answer; nothing was charged twice, try again",
    )


class StripeCircuit:
    """Open after ``failures`` calls in a row without an answer: then all calls fail at once, and
    one is let through every ``pause`` seconds to see whether Stripe is back."""

    def __init__(
        self, *, failures: int = 5, pause: float = 3.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._allowed = failures
        self._pause = pause
        self._now = now
        self._failures = 0
        self._next_try = 0.0

    def enter(self) -> None:
        """Raises ``Unavailable`` while open."""
        if self._failures < self._allowed:
            return
        if self._now() < self._next_try:
            raise unavailable()
        self._next_try = self._now() + self._pause

    def answered(self) -> None:
        self._failures = 0

    def silent(self) -> None:
        self._failures += 1
        if self._failures == self._allowed:
            logger.error("Stripe does not answer; its calls fail at once for a while")
        if self._failures >= self._allowed:
            self._next_try = self._now() + self._pause


class StripeLane:
    """Calls of one kind (requests, or background work): at most ``places`` at once, each at most
    ``seconds`` long with all its repeats and its wait for a place."""

    def __init__(self, circuit: StripeCircuit, *, places: int, seconds: float) -> None:
        self._circuit = circuit
        self._places = asyncio.Semaphore(places)
        self._seconds = seconds

    async def __call__(self, call: Callable[[], Awaitable[T]]) -> T:
        """The answer. Raises ``Unavailable`` without one; Stripe's own errors pass."""
        self._circuit.enter()
        end = asyncio.get_running_loop().time() + self._seconds
        try:
            async with asyncio.timeout(min(_LONGEST_QUEUE_SECONDS, self._seconds)):
                await self._places.acquire()
        except TimeoutError as error:
            raise unavailable() from error
        try:
            async with asyncio.timeout_at(end):
                answer = await call()
        except (TimeoutError, stripe.APIConnectionError) as error:
            self._circuit.silent()
            raise unavailable() from error
        except stripe.StripeError:
            self._circuit.answered()
            raise
        finally:
            self._places.release()
        self._circuit.answered()
        return answer
