"""Shoppers and kills at once, then the invariants until all of them hold."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
import psycopg
from redis.exceptions import RedisError

from tests.faults.injector import Injector
from tests.faults.invariants import Violation, violations
from tests.faults.ledger import Ledger
from tests.faults.patient_client import PatientClient
from tests.faults.shoppers import Shopper
from tests.faults.store import Account, Store

# A stack has so long to come to rest after the last fault.
REST_SECONDS = 60.0
_PATIENCE_SECONDS = 45.0
_ARTICLES = 10


@dataclass(frozen=True)
class Plan:
    """``pause``: between faults, from and to."""

    seconds: float
    shoppers: int
    seed: int
    pause: tuple[float, float] = (2.0, 5.0)
    with_ray: bool = False


@dataclass
class Outcome:
    """``rest_seconds``: from the last fault until every invariant held; None: they never did."""

    plan: Plan
    ledger: Ledger
    faults: Counter[str]
    orders: Counter[str] = field(default_factory=Counter)
    rest_seconds: float | None = None
    violations: list[Violation] = field(default_factory=list)


async def soak(store: Store, plan: Plan) -> Outcome:
    """Run ``plan`` on a running stack. The seed makes the choices of shoppers and faults; what
    they meet is up to the processes."""
    run = f"soak{secrets.token_hex(4)}"
    articles = await asyncio.to_thread(store.put_on_sale, run, _ARTICLES, 30)
    merchant = await asyncio.to_thread(store.account, f"{run}-merchant", "merchant")
    accounts = [
        await asyncio.to_thread(store.account, f"{run}-{number}", "shopper")
        for number in range(plan.shoppers)
    ]
    outcome = Outcome(plan, Ledger(), Counter())
    injector = Injector(store, random.Random(plan.seed), with_ray=plan.with_ray)
    over = asyncio.Event()
    limits = httpx.Limits(max_connections=2 * plan.shoppers)
    async with httpx.AsyncClient(timeout=30, limits=limits, follow_redirects=False) as http:

        def client(account: Account, rng: random.Random) -> PatientClient:
            return PatientClient(
                http, account.headers, outcome.ledger, rng, patience=_PATIENCE_SECONDS
            )

        shopping = []
        for number, account in enumerate(accounts):
            rng = random.Random(f"{plan.seed} {number}")
            shopper = Shopper(
                store,
                account,
                articles,
                client(account, rng),
                client(merchant, rng),
                outcome.ledger,
                rng,
            )
            shopping.append(asyncio.create_task(shopper.shop(over.is_set)))
        await injector.run(plan.seconds, pause=plan.pause)
        await asyncio.to_thread(injector.end)
        over.set()
        await asyncio.gather(*shopping)
    outcome.faults = injector.done
    await asyncio.to_thread(_until_at_rest, store, outcome, injector.last_at)
    if outcome.rest_seconds is not None:
        await asyncio.to_thread(_count_orders, store, outcome)
        await asyncio.to_thread(store.take_off_sale, articles, merchant)
    return outcome


def _until_at_rest(store: Store, outcome: Outcome, last_fault: float) -> None:
    while True:
        try:
            outcome.violations = violations(store, outcome.ledger)
        except (psycopg.OperationalError, RedisError) as error:
            outcome.violations = [Violation("the servers answer", str(error))]
        now = time.monotonic() - last_fault
        if not outcome.violations:
            outcome.rest_seconds = now
            return
        if now > REST_SECONDS:
            return
        time.sleep(1)


def _count_orders(store: Store, outcome: Outcome) -> None:
    known = list(outcome.ledger.checkouts)
    for row in store.rows("cart", "SELECT status FROM orders WHERE id = ANY(%s)", (known,)):
        outcome.orders[row["status"]] += 1
