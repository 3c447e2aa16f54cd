"""The checkout core under random interleavings, faults and crashes, on the services' real use
cases. ``make soak`` runs many more histories of the same model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.model.history import errors_logged
from tests.model.invariants import AtEveryMoment
from tests.model.moves import Choose, Move, Moves
from tests.model.settle import settle
from tests.model.soak import run_chunk
from tests.model.world import World, scripted_time_and_ids

_SEED = 20_000


@pytest.fixture(autouse=True)
def _scripted_time_and_ids() -> Iterator[None]:
    with scripted_time_and_ids():
        yield


class Checkout(RuleBasedStateMachine):
    """Hypothesis decides what happens next and shrinks what breaks an invariant."""

    world: World
    moves: Moves

    def __init__(self) -> None:
        super().__init__()
        self._around = ExitStack()

    @initialize(
        seed=st.integers(0, 1_000),
        shoppers=st.integers(1, 3),
        stock=st.lists(st.integers(1, 3), min_size=1, max_size=2),
        pause_share=st.sampled_from([0, 0.2]),
    )
    def begin(self, seed: int, shoppers: int, stock: list[int], pause_share: float) -> None:
        self.world = World(
            seed, shoppers=shoppers, stock=stock, pause_share=pause_share, read_share=0.05
        )
        self._around.enter_context(errors_logged(self.world))
        self.moves = Moves(self.world)
        self.check = AtEveryMoment(self.world)

    def _something_waits(self) -> bool:
        return bool(self.world.scheduler.points)

    @rule(data=st.data(), steps=st.integers(1, 8))
    @precondition(_something_waits)
    def go_on(self, data: st.DataObject, steps: int) -> None:
        for _ in range(steps):
            if self._something_waits():
                self.moves.go_on(_choices(data))

    @rule(data=st.data())
    @precondition(_something_waits)
    def fail_or_crash(self, data: st.DataObject) -> None:
        self.moves.fail(_choices(data))

    @rule(data=st.data())
    def shopper(self, data: st.DataObject) -> None:
        self._one_of(self.moves.shoppers, data)

    @rule(data=st.data())
    def merchant(self, data: st.DataObject) -> None:
        self._one_of(self.moves.merchant, data)

    @rule(data=st.data())
    def background_work(self, data: st.DataObject) -> None:
        self._one_of(self.moves.workers, data)

    @rule(data=st.data())
    def surroundings(self, data: st.DataObject) -> None:
        self._one_of(self.moves.surroundings, data)

    @rule(data=st.data())
    def fault(self, data: st.DataObject) -> None:
        self._one_of(self.moves.faults, data)

    def _one_of(self, moves: list[Move], data: st.DataObject) -> None:
        possible = [move for move in moves if move.possible()]
        if possible:
            choose = _choices(data)
            self.moves.make(possible[choose(len(possible))], choose)

    @invariant()
    def hold_at_every_moment(self) -> None:
        if hasattr(self, "world"):
            self.check()

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                settle(self.world, self.moves)
        finally:
            if hasattr(self, "world"):
                self.world.close()
            self._around.close()


def _choices(data: st.DataObject) -> Choose:
    return lambda n: data.draw(st.integers(0, n - 1))


def test_no_interleaving_breaks_an_invariant() -> None:
    run_state_machine_as_test(
        Checkout,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_random_histories_keep_the_invariants() -> None:
    """The long mode's histories, a few of them; a failure names the command that replays it."""
    explored, failures = run_chunk(_SEED, 80)

    assert not failures, str(failures[0])
    assert explored.crashes > 100
    for fault in ("request lost", "answer lost", "request late", "connection lost after"):
        assert explored.faults()[fault], fault
    for state in ("paid", "stock_committed", "cancelled", "rejected", "refunded"):
        assert explored.hits[f"order was {state}"], state


def test_a_seed_replays_exactly() -> None:
    first, _ = run_chunk(_SEED, 1)
    second, _ = run_chunk(_SEED, 1)

    assert first == second
