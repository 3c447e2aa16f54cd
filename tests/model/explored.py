"""What a run of many histories has really tried: states, moves, faults, and every way to go on at
every commit and call. What never happened was not tested."""

from __future__ import annotations

import ast
import importlib.util
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from deployments.cart.domain.order_states import Status
from tests.model.moves import Moves
from tests.model.world import World

# A point passed so often must have been tried in all of its ways.
_OFTEN = 400
_CRASHES = ("crash before", "crash after", "cancelled before", "cancelled after")

# Commits of the use cases that no history can reach, and why.
UNREACHABLE = {
    "CancelOrderPayment._alarm": "Stripe never loses an intent",
    "CancelOrderPayment._end_unattempted": "Stripe never refuses an amount",
    "ProcessEvents._failed": "no event is poison",
    "RefreshUnfinished._alarm": "Stripe never loses an intent",
}


@dataclass
class Explored:
    histories: int = 0
    steps: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    ways: dict[str, tuple[str, ...]] = field(default_factory=dict)
    moves: set[str] = field(default_factory=set)

    def add(self, world: World, moves: Moves) -> None:
        self.histories += 1
        self.steps += len(world.trace)
        self.hits.update(world.hits)
        self.ways.update(world.scheduler.ways)
        self.states.update(str(order.status) for order in world.orders.values())
        for order in world.orders.values():
            self.hits.update(f"order was {entry.status}" for entry in order.timeline)
        self.moves.update(move.name for move in moves.all)

    def merge(self, other: Explored) -> None:
        self.histories += other.histories
        self.steps += other.steps
        self.hits.update(other.hits)
        self.states.update(other.states)
        self.ways.update(other.ways)
        self.moves.update(other.moves)

    @property
    def crashes(self) -> int:
        return self.hits["process killed"]

    def never(self) -> list[str]:
        """What did not happen at all; each way of points that were passed often included."""
        missing = [f"order was {state}" for state in Status if not self.hits[f"order was {state}"]]
        missing += sorted(f"move: {name}" for name in self.moves if not self.hits[f"move: {name}"])
        for label, outcomes in sorted(self.ways.items()):
            if self.hits[f"done: {label}"] >= _OFTEN:
                ways = [f"{way}: {label}" for way in (*outcomes, *_CRASHES)]
                missing += [way for way in ways if not self.hits[way]]
        reached = {label.split(" commit ")[-1] for label in self.ways if " commit " in label}
        missing += [f"commit of {site}" for site in commit_sites() if site not in reached]
        return missing

    def faults(self) -> Counter[str]:
        """How often each kind of fault was injected, at whatever point."""
        kinds: Counter[str] = Counter()
        for hit, count in self.hits.items():
            kind, separator, label = hit.partition(": ")
            if separator and label in self.ways and kind != "done":
                kinds[kind] += count
        return kinds

    def crash_points(self) -> dict[str, tuple[int, int]]:
        """Each commit and call with the crashes before and after it."""
        return {
            label: (self.hits[f"crash before: {label}"], self.hits[f"crash after: {label}"])
            for label in sorted(self.ways)
        }


def commit_sites() -> list[str]:
    """The functions of the wired use cases that commit, found in their source."""
    sites = []
    for module in _wired_use_cases():
        spec = importlib.util.find_spec(module)
        assert spec is not None
        assert spec.origin is not None
        tree = ast.parse(Path(spec.origin).read_text())
        for owner in ast.walk(tree):
            if isinstance(owner, ast.ClassDef):
                sites += [
                    f"{owner.name}.{function.name}"
                    for function in owner.body
                    if isinstance(function, ast.AsyncFunctionDef) and _commits(function)
                ]
    return [site for site in sites if site not in UNREACHABLE]


def _wired_use_cases() -> list[str]:
    tree = ast.parse((Path(__file__).parent / "services.py").read_text())
    modules = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    return [module for module in modules if module and ".application." in module]


def _commits(function: ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "commit" and _is_work(node.value)
        for node in ast.walk(function)
    )


def _is_work(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id == "work"
