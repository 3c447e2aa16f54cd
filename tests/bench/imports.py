"""Real catalogues and sales brought in by the command line, embeddings included."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from deployments.local.layout import StackLayout
from tests.bench.records import Record
from tests.bench.stack_start import MERCATO, memory_bytes

_CHORUS_PRODUCTS = 19_406
_SALES_LINES = 541_909


def _peak_while(layout: StackLayout, work: Callable[[], None]) -> tuple[float, float]:
    """Seconds that ``work`` took and the stack's highest memory (GiB) meanwhile."""
    peak = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(10):
            peak = max(peak, memory_bytes(layout))

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.monotonic()
    try:
        work()
        return time.monotonic() - began, peak / 2**30
    finally:
        done.set()
        watcher.join()


def _command(layout: StackLayout, *arguments: str) -> Callable[[], None]:
    def run() -> None:
        subprocess.run(
            [MERCATO, "--data", str(layout.data), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
        )

    return run


def measure(layout: StackLayout, data: Path, records: list[Record]) -> None:
    """Skipped, with a line, where the data sets are absent."""
    products = data / "chorus" / "products.parquet"
    sales = data / "online_retail" / "online_retail.parquet"
    if not products.exists() or not sales.exists():
        print(f"imports not measured: no data sets in {data} (give --data FOLDER)")
        return
    arguments = ("import", "products", str(products), "--price-unit", "minor", "--stock", "10")
    seconds, _ = _peak_while(layout, _command(layout, *arguments))
    records.append(Record("import of 19,406 products", _CHORUS_PRODUCTS / seconds, "products/s"))
    seconds, peak = _peak_while(layout, _command(layout, "index", "build"))
    records += [
        Record("index of 19,406 products built anew, vectors included", seconds, "s", bar="≤ 180"),
        Record("memory of the stack meanwhile, peak", peak, "GiB"),
    ]
    found = httpx.get(
        layout.api("/ai/search"), params={"query": "something to print photos at home"}, timeout=10
    ).json()
    records.append(Record("results by meaning afterwards", found["total"], "products"))
    seconds, _ = _peak_while(layout, _command(layout, "import", "sales", str(sales)))
    records.append(Record("import of 541,909 sales lines", _SALES_LINES / seconds, "lines/s"))
