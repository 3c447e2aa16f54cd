"""Queries to the demo shop and what fits them, graded by hand: 3 is just it, 2 does as well, 1 is
near, 0 only looks like it. What is not named does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent
QUERIES: Final = _FOLDER / "queries.tsv"
LABELS: Final = _FOLDER / "labels.tsv"
