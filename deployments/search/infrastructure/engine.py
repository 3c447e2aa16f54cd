"""What an Encoder runs on."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from typing import Any, NamedTuple, Protocol

from deployments.search.application.ports import Vectors

# A text as an engine takes it, usually its token ids; its length tells what it costs.
Tokens = Sized


class Unfit(Exception):
    """This engine cannot run that model as it should; says why."""


class Batching(NamedTuple):
    """A batch holds ``texts`` at most and, padded to its longest, ``tokens`` at most."""

    texts: int
    tokens: int


class Engine(Protocol):
    """Called from any thread."""

    name: str
    dimension: int
    batching: Batching
    query_batching: Batching

    def tokenise(self, texts: Sequence[str]) -> Sequence[Tokens]: ...

    def vectors(self, batches: Sequence[Sequence[Any]]) -> Sequence[Vectors]:
        """For each batch of tokens float32 (n, dimension), rows of length 1."""
        ...
