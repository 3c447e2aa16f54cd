"""Rows of a CSV or Parquet file, read a little at a time."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from deployments.products.catalogue_file.problems import UnreadableFileError

Row = dict[str, str]

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 2_000_000
_BATCH = 1_000


@dataclass(frozen=True)
class Table:
    """``total`` is in rows or in bytes; ``read`` says how far ``rows`` has come."""

    columns: list[str]
    total: int

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Row numbers as a spreadsheet shows them, and cells as text ('' where empty).

        Raises:
            UnreadableFileError: the file breaks off or is damaged further down.
        """
        raise NotImplementedError

    @property
    def read(self) -> int:
        raise NotImplementedError


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


class _Csv(Table):
    def __init__(self, path: Path, encoding: str, delimiter: str, columns: list[str]) -> None:
        super().__init__(columns, path.stat().st_size)
        self._path = path
        self._encoding = encoding
        self._delimiter = delimiter
        self._file: BinaryIO | None = None
        self._done = 0

    @property
    def read(self) -> int:
        if self._file is not None and not self._file.closed:
            self._done = self._file.tell()
        return self._done

    def rows(self) -> Iterator[tuple[int, Row]]:
        csv.field_size_limit(_LONGEST_CELL)
        number = 1
        with self._path.open("rb") as self._file:
            text = io.TextIOWrapper(self._file, encoding=self._encoding, newline="")
            reader = csv.reader(text, delimiter=self._delimiter)
            try:
                next(reader)
                for number, cells in enumerate(reader, start=2):
                    if any(cell.strip() for cell in cells):
                        yield number, self._row(number, cells)
            except csv.Error as error:
                raise UnreadableFileError(
                    f"{self._path.name} is damaged after row {number}: {error}"
                ) from error
            except UnicodeDecodeError as error:
                raise _wrong_encoding(self._path, error, after_row=number) from error
            self._done = self.total
            text.detach()

    def _row(self, number: int, cells: list[str]) -> Row:
        if len(cells) > len(self.columns) and any(cells[len(self.columns) :]):
            raise UnreadableFileError(
                f"{self._path.name}, row {number}: {len(cells)} cells, but the header has "
                f"{len(self.columns)}; is a quote missing, or is the delimiter wrong?"
            )
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
    byte = f" (byte 0x{error.object[error.start]:02x})" if _has_byte(error) else ""
    return UnreadableFileError(
        f"{path.name} is not in UTF-8{where}{byte}; save it again as 'CSV UTF-8'"
    )


def _has_byte(error: UnicodeError) -> bool:
    return isinstance(error, UnicodeDecodeError) and error.start < len(error.object)


class _Parquet(Table):
    def __init__(self, path: Path, frame: pl.LazyFrame, columns: list[str], total: int) -> None:
        super().__init__(columns, total)
        self._path = path
        self._frame = frame
        self._done = 0

    @property
    def read(self) -> int:
        return self._done

    def rows(self) -> Iterator[tuple[int, Row]]:
        self._done = 0
        try:
            for batch in self._frame.collect_batches(chunk_size=_BATCH, maintain_order=True):
                for values in batch.iter_rows():
                    self._done += 1
                    cells = (_text(value) for value in values)
                    yield self._done + 1, dict(zip(self.columns, cells, strict=True))
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
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # 4995.0 was a whole number before a data frame made it a float.
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return ",".join(map(_text, value))
    return str(value)
