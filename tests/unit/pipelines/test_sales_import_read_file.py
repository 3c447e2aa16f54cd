"""Exports as they come: names, types, separators and encodings differ."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines.sales_import.read_file import UnreadableFileError, read_lines

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def write(folder: Path, text: str, encoding: str = "utf-8", name: str = "sales.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_the_data_set_s_own_csv_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEADER + "\n536365,85123A, T-LIGHT £5 ,6,12/1/2010 8:26,2.55,17850,United Kingdom\n"
        "536365,22086,,6,12/31/2010 17:45,1.85,,\n",
        "cp1252",
    )
    first, second = read_lines(path).to_dicts()
    assert first == {
        "invoice": "536365",
        "sku": "85123A",
        "description": "T-LIGHT £5",
        "customer": "17850",
        "country": "United Kingdom",
        "quantity": 6,
        "price": 2.55,
        "time": datetime(2010, 12, 1, 8, 26),
    }
    assert second["time"] == datetime(2010, 12, 31, 17, 45)
    assert (second["description"], second["customer"], second["country"]) == (None, None, None)


def test_other_names_separators_and_number_forms_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "Invoice;stock_code;Description;Quantity;InvoiceDate;Price;Customer ID;Country\n"
        "1;A;Kerze;6;31/12/2010 08:26;2,55;17850.0;Germany\n"
        "2;A;Kerze;6;01/02/2011 08:26;1.000,50;17850.0;Germany\n",
    )
    first, second = read_lines(path).to_dicts()
    assert (first["customer"], first["price"]) == ("17850", 2.55)
    # One date that can only be day first makes the whole file day first.
    assert second["time"] == datetime(2011, 2, 1, 8, 26)
    assert second["price"] is None


def test_what_cannot_be_read_is_empty_not_wrong(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEADER + "\n1,A,x,2.5,2010-12-01 08:26,1,1,UK\n1,A,x,six,2010-12-01T08:26:00,NaN,1,UK\n"
        "1,A,x,1e3,yesterday,inf,1,UK\n",
    )
    frame = read_lines(path)
    assert frame["quantity"].to_list() == [None, None, 1000]
    assert frame["price"].to_list() == [1.0, None, None]
    assert frame["time"].to_list() == [datetime(2010, 12, 1, 8, 26)] * 2 + [None]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("InvoiceNo", [536365]),
        ("InvoiceNo", [536365.0]),
        ("Quantity", [6.0]),
        ("Quantity", ["6"]),
        ("UnitPrice", [Decimal("2.55")]),
        ("UnitPrice", ["2.55"]),
        ("CustomerID", [17850.0]),
        ("CustomerID", ["17850"]),
        ("InvoiceDate", ["2010-12-01 00:00:00"]),
        ("InvoiceDate", [date(2010, 12, 1)]),
    ],
)
def test_parquet_columns_may_have_any_sensible_type(
    tmp_path: Path, column: str, values: list[object]
) -> None:
    data: dict[str, list[object]] = {
        "InvoiceNo": ["536365"],
        "StockCode": ["85123A"],
        "Description": ["T-LIGHT"],
        "Quantity": [6],
        "InvoiceDate": [datetime(2010, 12, 1)],
        "UnitPrice": [2.55],
        "CustomerID": [17850],
        "Country": ["United Kingdom"],
    }
    path = tmp_path / "sales.parquet"
    pl.DataFrame(data | {column: values}).write_parquet(path)
    assert read_lines(path).rows(named=True) == [
        {
            "invoice": "536365",
            "sku": "85123A",
            "description": "T-LIGHT",
            "customer": "17850",
            "country": "United Kingdom",
            "quantity": 6,
            "price": 2.55,
            "time": datetime(2010, 12, 1),
        }
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("sales.csv", b"", "cannot be read"),
        ("sales.csv", b"a,b\n1,2\n", "lacks the columns InvoiceNo or Invoice, StockCode"),
        ("sales.csv", HEADER.replace(",Country", "").encode() + b"\n", "lacks the columns Country"),
        ("sales.parquet", b"no parquet at all", "cannot be read"),
        ("sales.xlsx", b"PK", "neither .csv nor .parquet"),
    ],
)
def test_other_files_are_refused_with_the_reason(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFileError, match=message):
        read_lines(tmp_path / name)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"there is no file .*nowhere\.csv"):
        read_lines(tmp_path / "nowhere.csv")


def test_an_export_without_lines_is_empty(tmp_path: Path) -> None:
    assert read_lines(write(tmp_path, HEADER + "\n")).is_empty()
