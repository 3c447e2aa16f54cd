"""Reads an export of order lines in the layout of the Online Retail data set.

The result has one row a line, in the order of the file: invoice, sku, description, customer,
country (text), quantity (whole), price (float, major units), time (without zone). What cannot be
read is null.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

# Names a column may have, compared without case, spaces and underscores.
COLUMNS: Final = {
    "invoice": ("InvoiceNo", "Invoice"),
    "sku": ("StockCode",),
    "description": ("Description",),
    "quantity": ("Quantity",),
    "time": ("InvoiceDate",),
    "price": ("UnitPrice", "Price"),
    "customer": ("CustomerID",),
    "country": ("Country",),
}
_ISO_FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")
_SLASH_FORMATS = (
    ("%m/%d/%Y %H:%M", "%m/%d/%y %H:%M", "%m/%d/%Y %H:%M:%S"),
    ("%d/%m/%Y %H:%M", "%d/%m/%y %H:%M", "%d/%m/%Y %H:%M:%S"),
)


class UnreadableFileError(Exception):
    """The file is no export this can read; the message says what is wrong."""


def _plain(name: str) -> str:
    return re.sub(r"[\s_]", "", name).casefold()


def _csv(path: Path) -> pl.DataFrame:
    with path.open("rb") as file:
        header = file.readline(10_000)
    separator = max((b",", b";", b"\t"), key=header.count).decode()
    try:
        return pl.read_csv(path, separator=separator, infer_schema=False)
    except PolarsError:
        # The data set's own CSV is in the old Western encoding (pound signs in descriptions).
        return pl.read_csv(path, separator=separator, infer_schema=False, encoding="cp1252")


def _load(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise UnreadableFileError(f"there is no file {path}")
    kind = path.suffix.casefold()
    if kind not in (".csv", ".tsv", ".parquet"):
        raise UnreadableFileError(f"{path.name} is neither .csv nor .parquet; export it as one")
    try:
        return pl.read_parquet(path) if kind == ".parquet" else _csv(path)
    except (PolarsError, OSError, UnicodeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreadableFileError(f"{path.name} cannot be read: {reason}") from error


def read_lines(path: Path) -> pl.DataFrame:
    """The lines of ``path`` (CSV or Parquet), whatever types its columns have.

    Raises:
        UnreadableFileError: no such file, not a table, or columns are missing (all are named).
    """
    table = _load(path)
    given = {_plain(name): name for name in table.columns}
    found, missing = {}, []
    for column, names in COLUMNS.items():
        match = next((given[_plain(name)] for name in names if _plain(name) in given), None)
        if match is None:
            missing.append(" or ".join(names))
        else:
            found[column] = match
    if missing:
        raise UnreadableFileError(
            f"{path.name} lacks the columns {', '.join(missing)}; it has {', '.join(table.columns)}"
        )
    raw = table.select(pl.col(name).alias(column) for column, name in found.items())
    return raw.select(
        _text(raw, "invoice"),
        _text(raw, "sku"),
        _text(raw, "description"),
        _text(raw, "customer"),
        _text(raw, "country"),
        _whole(raw, "quantity"),
        _number(raw, "price"),
        _time(raw["time"]),
    )


def _text(raw: pl.DataFrame, name: str) -> pl.Expr:
    """Trimmed text; a number that a spreadsheet made of it (17850.0) loses its fraction."""
    column = pl.col(name)
    if raw.schema[name].is_float():
        column = column.cast(pl.Int64, strict=False)
    text = column.cast(pl.String).str.strip_chars()
    if name == "customer":
        text = text.str.replace(r"\.0+$", "")
    return pl.when(text != "").then(text).alias(name)


def _number(raw: pl.DataFrame, name: str) -> pl.Expr:
    column = pl.col(name)
    if raw.schema[name] == pl.String():
        column = column.str.strip_chars()
        decimal_comma = column.str.contains(r"^-?\d+,\d+$")
        column = pl.when(decimal_comma).then(column.str.replace(",", ".")).otherwise(column)
    number = column.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number).alias(name)


def _whole(raw: pl.DataFrame, name: str) -> pl.Expr:
    number = _number(raw, name)
    return pl.when(number == number.round(0)).then(number).cast(pl.Int64, strict=False).alias(name)


def _time(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.cast_time_unit("us").dt.replace_time_zone(None).alias("time")
    if column.dtype == pl.Date():
        return column.cast(pl.Datetime("us")).alias("time")
    text = column.cast(pl.String).str.strip_chars()
    iso = _parsed(text, _ISO_FORMATS)
    # Month or day first: the reading that more of the file has; the data set's own is month first.
    month_first, day_first = (_parsed(text, formats) for formats in _SLASH_FORMATS)
    slashed = month_first if month_first.null_count() <= day_first.null_count() else day_first
    return iso.fill_null(slashed).alias("time")


def _parsed(text: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    result = pl.Series("time", [None] * len(text), dtype=pl.Datetime("us"))
    for form in formats:
        if result.null_count() == 0:
            break
        result = result.fill_null(text.str.strptime(pl.Datetime("us"), form, strict=False))
    return result
