"""What follows the faults: everything under way comes to its end and the background work runs."""

from __future__ import annotations

from tests.model import invariants
from tests.model.moves import Moves
from tests.model.services import RECONCILE
from tests.model.work import has_work
from tests.model.world import World

_TICK_SECONDS = 5
_EXPIRY_SECONDS = 16 * 60


def settle(world: World, moves: Moves) -> None:
    """Raises ``Broken`` where an invariant of the time after the faults does not hold."""
    world.broken_lines.clear()
    _run_for(world, moves, 60)
    invariants.at_rest(world)
    _run_for(world, moves, RECONCILE.total_seconds(), reconcile=True)
    invariants.returned_money_is_known(world)
    invariants.captured_means_paid(world)
    invariants.at_rest(world)
    for intent in [*world.stripe.intents.values()]:
        if intent["status"] == "processing":
            world.stripe.finish_processing(intent, paid=world.random.random() < 0.5)
    for refund in [*world.stripe.refunds.values()]:
        if refund["status"] == "pending":
            world.stripe.end_refund(refund, paid=world.random.random() < 0.5)
    world.scheduler.pass_time(_EXPIRY_SECONDS)
    _run_for(world, moves, 60, reconcile=True)
    invariants.at_rest(world)
    invariants.captured_means_paid(world)
    invariants.all_over(world)


def _run_for(world: World, moves: Moves, seconds: float, *, reconcile: bool = False) -> None:
    """The background work as it runs without faults, in time steps."""
    check = invariants.AtEveryMoment(world)
    until = world.scheduler.loop.time() + seconds
    while True:
        _drain(world, moves)
        before = _progress(world)
        for service, replicas in world.replicas.items():
            for name in replicas[0].workers:
                if name != "reconcile" and has_work(world, service, name):
                    moves.work(service, name, world.random.randrange(len(replicas)))
                    _drain(world, moves)
        check()
        idle = before == _progress(world)
        if world.scheduler.loop.time() >= until and idle:
            break
        # With nothing to do the rest of the time passes at once.
        left = max(until - world.scheduler.loop.time(), 0)
        tick = left if idle and _all_quiet(world) else min(left, _TICK_SECONDS)
        world.scheduler.pass_time(tick)
    if reconcile:
        moves.work("payments", "reconcile", 0)
        _drain(world, moves)
        _run_for(world, moves, 30)


def _drain(world: World, moves: Moves) -> None:
    """All that waits goes on, webhooks arrive and, sooner or later, late requests."""
    choose = world.random.randrange
    while True:
        late = moves.late_requests()
        if late and world.random.random() < 0.1:
            moves.arrive_late(choose(len(late)))
        elif world.scheduler.points:
            moves.go_on(choose)
        elif world.stripe.deliveries:
            moves.deliver(choose)
        else:
            return


def _progress(world: World) -> object:
    return (
        [database.commits for database in world.databases.values()],
        len(world.stripe.events),
    )


def _all_quiet(world: World) -> bool:
    try:
        invariants.at_rest(world)
    except invariants.Broken:
        return False
    return True
