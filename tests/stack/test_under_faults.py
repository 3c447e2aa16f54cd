"""The stack while processes are killed, under too much load, and while services are replaced.

Named to run after the other tests of the stack. A longer run: ``python -m tests.faults``.
"""

from __future__ import annotations

import asyncio

import pytest

from deployments.local.services import replicas
from deployments.shared.settings import SERVICES
from tests.faults.overload import ALLOWED, overload
from tests.faults.redeploying import visits_during
from tests.faults.report import show, show_overload
from tests.faults.soak import Plan, soak
from tests.faults.store import Store
from tests.stack_fixture import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400, func_only=True)]


@pytest.fixture
def store(stack: Stack) -> Store:
    return Store(stack.layout)


async def test_no_request_fails_while_every_service_is_replaced(stack: Stack, store: Store) -> None:
    before = running(store)

    async def redeploy() -> None:
        done = await asyncio.to_thread(stack.mercato, "redeploy")
        assert done.returncode == 0, done.stdout + done.stderr

    samples = await visits_during(store, redeploy)
    after = running(store)
    assert before.keys() == after.keys() == set(SERVICES)
    for service in SERVICES:
        assert after[service]
        assert not before[service] & after[service]
    assert samples.other_than("200", "201") == {}
    assert len(samples.all) > 100


async def test_too_much_load_is_refused_and_leaves_nothing_behind(store: Store) -> None:
    result = await overload(store, seconds=15)
    show_overload(result)
    assert result.samples.other_than(*ALLOWED) == {}
    assert result.served > 0
    assert result.grown < 1.25
    # How soon is reported, not asserted: other work on the machine counts too.
    assert result.recovered is not None


async def test_every_invariant_holds_after_kills(store: Store) -> None:
    outcome = await soak(store, Plan(seconds=24, shoppers=8, seed=2025, pause=(1.4, 2.2)))
    show(outcome)
    assert [str(violation) for violation in outcome.violations] == []
    assert len(outcome.ledger.checkouts) >= 3
    assert sum(outcome.faults.values()) >= 8


def running(store: Store) -> dict[str, set[str]]:
    details = store.cluster.request("GET", timeout=30).json()
    return {
        name: set(replicas(application)) for name, application in details["applications"].items()
    }
