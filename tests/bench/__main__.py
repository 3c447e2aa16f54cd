"""``make bench``: measure on this machine, print a table, write bench.json.

Usage: python -m tests.bench [--data FOLDER OF THE REAL DATA SETS] [--out FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from deployments.local.layout import REPOSITORY
from tests.bench import api, encoder, freshness, imports, relevance, search_speed, vector_recall
from tests.bench.records import Record, show, write
from tests.bench.stack_start import empty_stack, measured_stack


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "bench.json")
    arguments = parser.parse_args()
    records: list[Record] = []
    try:
        _measure(arguments.data, records)
    finally:
        # What was measured before a failure is worth keeping.
        show(records)
        write(records, arguments.out)
        print(f"written: {arguments.out}")


def _measure(data: Path, records: list[Record]) -> None:
    encoder.measure(records)
    with (
        tempfile.TemporaryDirectory(prefix="mercato-bench-") as folder,
        measured_stack(Path(folder), records) as layout,
    ):
        asyncio.run(api.measure(layout, records))
    with (
        tempfile.TemporaryDirectory(prefix="mercato-bench-") as folder,
        empty_stack(Path(folder)) as layout,
    ):
        imports.measure(layout, data, records)
        asyncio.run(search_speed.measure(layout, data, records))
        asyncio.run(relevance.measure(layout, data, records))
        asyncio.run(vector_recall.measure(layout, data, records))
        asyncio.run(freshness.measure(layout, records))


if __name__ == "__main__":
    main()
