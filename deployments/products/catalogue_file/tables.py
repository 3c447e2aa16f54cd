"""Rows of a CSV or Parquet file, read a little at a time."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from deployments.products.catalogue_file.problems import RowProblem, UnreadableFileError

Row = dict[str, str]

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 2_000_000
_BATCH = 1_000


class Table(Protocol):
    """``total`` rows; ``read`` says how many of them ``rows`` has given so far."""

    columns: list[str]
    total: int
    read: int

    def rows(self) -> Iterator[tuple[int, Row | RowProblem]]:
        """Row numbers as a spreadsheet shows them, and cells as text ('' where empty).

        Raises:
            UnreadableFileError: the file is damaged further down.
        """


def open_table(path: Path) -> Table:
    """Raises ``UnreadableFileError`` for what is neither CSV in UTF-8 nor Parquet."""
    if not path.is_file():
        raise UnreadableFileError(f"{path} is not a file")
    try:
        with path.open("rb") as file:
            start = file.read(65_536)
    except OSError as error:
        raise UnreadableFileError(f"{path.name} can't be read: {error.strerror}") from error
    if not start.strip():
        raise UnreadableFileError(f"{path.name} is empty")
    if start.startswith(b"PAR1"):
        return _open_parquet(path)
    return _open_csv(path, start)


class _Csv:
    """A CSV file, read once from end to end when it is opened, so that damage and a wrong
    encoding further down are known before anything is imported."""

    def __init__(self, path: Path, encoding: str, delimiter: str, columns: list[str]) -> None:
        self.columns = columns
        self.read = 0
        self._path = path
        self._encoding = encoding
        self._delimiter = delimiter
        self.total = sum(1 for _ in self.rows())

    def rows(self) -> Iterator[tuple[int, Row | RowProblem]]:
        csv.field_size_limit(_LONGEST_CELL)
        self.read = 0
        number = 1
        with self._path.open(encoding=self._encoding, newline="") as file:
            # Strict, so that a quote never closed is an error and not one endless cell.
            reader = csv.reader(file, delimiter=self._delimiter, strict=True)
            try:
                next(reader)
                for number, cells in enumerate(reader, start=2):
                    if any(cell.strip() for cell in cells):
                        self.read += 1
                        yield number, self._row(number, cells)
            except csv.Error as error:
                raise UnreadableFileError(
                    f"{self._path.name} is damaged after row {number}: {error}; "
                    "is a quote missing or one too many?"
                ) from error
            except UnicodeError as error:
                raise _wrong_encoding(self._path, error, after_row=number) from error

    def _row(self, number: int, cells: list[str]) -> Row | RowProblem:
        if len(cells) > len(self.columns) and any(cells[len(self.columns) :]):
            reason = (
                f"has {len(cells)} cells where the header has {len(self.columns)}; "
                "a cell with a comma needs quotes"
            )
            return RowProblem(number, None, reason)
        padded = cells + [""] * (len(self.columns) - len(cells))
        return dict(zip(self.columns, padded, strict=False))


def _open_csv(path: Path, start: bytes) -> _Csv:
    encoding = "utf-8-sig"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in start:
        raise UnreadableFileError(
            f"{path.name} is neither CSV nor Parquet; export it as CSV (UTF-8)"
        )
    header, delimiter = _header(path, encoding)
    columns = [name.strip() for name in header]
    while columns and not columns[-1]:
        columns.pop()
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice:
        raise UnreadableFileError(f"{path.name} has two columns named {twice!r}")
    if not columns:
        raise UnreadableFileError(f"{path.name} has no header row")
    return _Csv(path, encoding, delimiter, columns)


def _header(path: Path, encoding: str) -> tuple[list[str], str]:
    """The first row, with the delimiter that splits it into most columns."""
    csv.field_size_limit(_LONGEST_CELL)

    def split(delimiter: str) -> list[str]:
        with path.open(encoding=encoding, newline="") as file:
            return next(csv.reader(file, delimiter=delimiter), [])

    try:
        best = max(_DELIMITERS, key=lambda delimiter: len(split(delimiter)))
        return split(best), best
    except UnicodeError as error:
        raise _wrong_encoding(path, error) from error
    except csv.Error as error:
        raise UnreadableFileError(f"{path.name} is not a CSV file: {error}") from error


def _wrong_encoding(
    path: Path, error: UnicodeError, after_row: int | None = None
) -> UnreadableFileError:
    where = f" after row {after_row}" if after_row else ""
    byte = ""
    if isinstance(error, UnicodeDecodeError) and error.start < len(error.object):
        byte = f" (byte 0x{error.object[error.start]:02x})"
    return UnreadableFileError(
        f"{path.name} is not in UTF-8{where}{byte}; save it again as 'CSV UTF-8'"
    )


class _Parquet:
    def __init__(self, path: Path, frame: pl.LazyFrame, columns: list[str], total: int) -> None:
        self.columns = columns
        self.total = total
        self.read = 0
        self._path = path
        self._frame = frame

    def rows(self) -> Iterator[tuple[int, Row | RowProblem]]:
        self.read = 0
        try:
            for batch in self._frame.collect_batches(chunk_size=_BATCH, maintain_order=True):
                for values in batch.iter_rows():
                    self.read += 1
                    cells = (_text(value) for value in values)
                    yield self.read + 1, dict(zip(self.columns, cells, strict=True))
        except pl.exceptions.PolarsError as error:
            raise UnreadableFileError(f"{self._path.name} is damaged: {error}") from error


def _open_parquet(path: Path) -> _Parquet:
    try:
        frame = pl.scan_parquet(path)
        columns = frame.collect_schema().names()
        total = int(frame.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        first = str(error).splitlines()[0]
        raise UnreadableFileError(f"{path.name} is not a sound Parquet file: {first}") from error
    return _Parquet(path, frame, columns, total)


def _text(value: Any) -> str:
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        # 4995.0 was a whole number before a data frame made it a float.
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, (list, tuple)):
        return ",".join(map(_text, value))
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    # Among them dates and times, as ISO 8601.
    return str(value)
