"""Interleavings that were found by the model or thought of beside it, step by step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deployments.cart.domain.order_states import Status
from deployments.products.domain.reservation import State
from tests.model.invariants import reservations
from tests.model.moves import Moves
from tests.model.settle import settle
from tests.model.world import World, scripted_time_and_ids


@pytest.fixture
def world() -> Iterator[World]:
    with scripted_time_and_ids():
        made = World(1, shoppers=1, stock=[2])
        yield made
        made.close()


def _first(n: int) -> int:
    return 0


def _until(world: World, label: str) -> None:
    """All goes well until somebody is about to do ``label``."""
    while not any(label in point.label for point in world.scheduler.points):
        world.resolve(world.scheduler.points[0], "done")


def _let(world: World, label: str, outcome: str) -> None:
    _until(world, label)
    point = next(point for point in world.scheduler.points if label in point.label)
    world.resolve(point, outcome)


def _finish(world: World) -> None:
    while world.scheduler.points:
        world.resolve(world.scheduler.points[0], "done")


def _adjust_stock(world: World, delta: int) -> None:
    (variant_id,) = world.variants
    product_id = world.databases["products"].table("variants")[variant_id].product_id
    replica = world.replica("products", 0)
    adjusted = replica.use_cases(product_id, variant_id, delta, reason="count", actor="merchant")
    world.start("adjust", replica.process, adjusted)
    _finish(world)


def test_a_reserve_that_arrives_after_the_rejection_holds_nothing(world: World) -> None:
    moves = Moves(world)
    reserve = "calls products PUT /internal/reservations"
    moves._check_out(_first)
    _let(world, reserve, "request late")
    _adjust_stock(world, -2)
    # The client repeats the request.
    world.scheduler.pass_time(1)
    _finish(world)
    (order,) = world.orders.values()
    assert order.status is Status.REJECTED

    _adjust_stock(world, 2)
    moves.arrive_late(0)
    _finish(world)

    reservation = reservations(world).get(order.id)
    assert reservation is None or reservation.state is State.RELEASED
    settle(world, moves)


def test_a_release_that_arrives_after_a_later_reserve_takes_nothing_away(world: World) -> None:
    """Products refused and the worker gave up; then the stock came back and others went on."""
    moves = Moves(world)
    moves._check_out(_first)
    _let(world, "calls products PUT /internal/reservations", "request late")
    _adjust_stock(world, -2)
    for _ in range(40):
        world.scheduler.pass_time(1)
        while world.scheduler.points:
            point = world.scheduler.points[0]
            late = point.label.endswith("/release")
            world.resolve(point, "request late" if late else "done")
    _adjust_stock(world, 2)
    world.scheduler.pass_time(60)
    moves.work("cart", "sweep", 0)
    _finish(world)
    while moves.late_requests():
        moves.arrive_late(0)
        _finish(world)

    (order,) = world.orders.values()
    reservation = reservations(world).get(order.id)
    is_held = reservation is not None and reservation.state is State.HELD
    assert is_held == order.is_unpaid, (order.status, reservation)
    settle(world, moves)
