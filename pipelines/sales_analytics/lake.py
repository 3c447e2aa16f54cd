"""Facts as Parquet, one file a table and month; a file appears and changes as a whole."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.sales_analytics.schemas import SCHEMAS

_MONTH = re.compile(r"^month=(\d{4})-(\d{2})$")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def next(self) -> Month:
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


def _file(folder: Path, table: str, month: Month) -> Path:
    return folder / table / f"month={month}" / "facts.parquet"


def write_month(folder: Path, table: str, month: Month, frame: pl.DataFrame) -> None:
    """Put ``frame`` in the place of the month's facts; readers see the old or the new ones."""
    target = _file(folder, table, month)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{uuid.uuid4().hex}.parquet")
    try:
        frame.write_parquet(draft, compression="zstd")
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def months(folder: Path, table: str) -> set[Month]:
    """Months that have a file."""
    found = set()
    for path in (folder / table).glob("month=*/facts.parquet"):
        if match := _MONTH.match(path.parent.name):
            found.add(Month(int(match[1]), int(match[2])))
    return found


def scan(folder: Path, table: str, wanted: Iterable[Month]) -> pl.LazyFrame:
    """Facts of the ``wanted`` months that have a file; empty when none has."""
    files = [_file(folder, table, month) for month in sorted(wanted)]
    present = [file for file in files if file.exists()]
    if not present:
        return pl.LazyFrame(schema=SCHEMAS[table])
    return pl.scan_parquet(present)
