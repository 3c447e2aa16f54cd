"""One history: a world made of a seed, random moves, then rest; with swarm testing, in which each
history has its own taste for faults."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate

from tests.model.invariants import AtEveryMoment
from tests.model.moves import Choose, Move, Moves
from tests.model.scheduler import is_expected
from tests.model.settle import settle
from tests.model.world import World

_MOVES = (80, 400)


class History:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.world = World(
            seed,
            shoppers=self._random.choice((1, 2, 3, 4)),
            stock=[self._random.choice((1, 2, 3, 5)) for _ in range(self._random.choice((1, 2)))],
            pause_share=self._random.choice((0, 0, 0.05, 0.2)),
            read_share=self._random.choice((0.05, 0.05, 0.3)),
        )
        self.moves = Moves(self.world)
        self.check = AtEveryMoment(self.world)
        self._fault_share = self._random.choice((0, 0.04, 0.12, 0.3))
        self._haste = self._random.choice((0.5, 0.75, 0.9))
        self._weighted = self._taste()

    def run(self) -> None:
        """Raises ``Broken``."""
        with errors_logged(self.world):
            self._run()

    def _run(self) -> None:
        try:
            for _ in range(self._random.randint(*_MOVES)):
                self._step()
                self.check()
            settle(self.world, self.moves)
        finally:
            self.world.close()

    def _taste(self) -> tuple[list[Move], list[float]]:
        groups = self.moves
        moves = [*groups.shoppers, *groups.merchant, *groups.workers, *groups.surroundings]
        weighted = [(move, move.weight * self._random.choice((0.3, 1, 1, 3))) for move in moves]
        if self._fault_share:
            faults = [move for move in self.moves.faults if self._random.random() < 0.6]
            weighted += [(move, move.weight * 10 * self._fault_share) for move in faults]
        weights = accumulate(weight for _, weight in weighted)
        return [move for move, _ in weighted], list(weights)

    def _step(self) -> None:
        choose: Choose = self._random.randrange
        if self.world.scheduler.points and self._random.random() < self._haste:
            if self._random.random() < self._fault_share:
                self.moves.fail(choose)
            else:
                self.moves.go_on(choose)
            return
        moves, weights = self._weighted
        move = self._random.choices(moves, cum_weights=weights)[0]
        while not move.possible():
            move = self._random.choices(moves, cum_weights=weights)[0]
        self.moves.make(move, choose)


class ErrorsLogged(logging.Handler):
    """Exceptions that background work has caught and logged count like those that end a run."""

    def __init__(self, world: World) -> None:
        super().__init__(logging.ERROR)
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        self._world.hits[f"logged: {record.getMessage()}"] += 1
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not is_expected(error):
            self._world.unexpected.append(error)


@contextmanager
def errors_logged(world: World) -> Iterator[None]:
    logger, handler = logging.getLogger("deployments"), ErrorsLogged(world)
    before = logger.propagate, logger.level
    logger.propagate, logger.level = False, logging.ERROR
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate, logger.level = before
