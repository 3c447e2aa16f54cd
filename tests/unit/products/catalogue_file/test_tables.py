"""Files that are no clean UTF-8 CSV: read where possible, else told what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from deployments.products.catalogue_file.problems import RowProblem, UnreadableFileError
from deployments.products.catalogue_file.tables import Row, open_table


def rows(path: Path) -> list[Row]:
    return [row for _, row in open_table(path).rows() if not isinstance(row, RowProblem)]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "bom.csv"
    path.write_bytes(b"\xef\xbb\xbfid,title\n1,Tee\n")
    assert rows(path) == [{"id": "1", "title": "Tee"}]


def test_utf_16_as_spreadsheets_write_it(tmp_path: Path) -> None:
    path = tmp_path / "excel.txt"
    path.write_bytes("id\ttitle\r\n1\tKäse\r\n".encode("utf-16"))
    assert rows(path) == [{"id": "1", "title": "Käse"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_recognised(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "table.csv"
    lines = [("id", "title"), ("1", '"a;b,c"')]
    path.write_text("\n".join(delimiter.join(cells) for cells in lines))
    assert rows(path) == [{"id": "1", "title": "a;b,c"}]


def test_short_rows_are_filled_and_empty_rows_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("id,title,price\n1,Tee\n,,\n\n2,Mug,3\n")
    assert rows(path) == [
        {"id": "1", "title": "Tee", "price": ""},
        {"id": "2", "title": "Mug", "price": "3"},
    ]


def test_how_far_the_reading_is_can_be_asked(tmp_path: Path) -> None:
    path = tmp_path / "progress.csv"
    path.write_text("id\n1\n2\n3\n")
    table = open_table(path)
    assert table.total == 3
    steps = [table.read for _ in table.rows()]
    assert steps == [1, 2, 3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n \n", "is empty"),
        (b"id,title\n1,K\xe4se\n", "not in UTF-8.*0xe4.*CSV UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither CSV nor Parquet"),
        (b"PAR1 but not really", "not a sound Parquet file"),
        (b"id,id\n1,2\n", "two columns named 'id'"),
        (b'id,title\n1,"never closed\n2,x\n', "damaged after row 1"),
        (b",,\n1,2,3\n", "no header row"),
    ],
)
def test_unreadable_files_say_why(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=message):
        open_table(path)


def test_a_wrong_byte_far_down_is_found_before_anything_is_given_out(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_bytes(b"id,title\n" + b"1,Tee\n" * 40_000 + b"2,K\xe4se\n")
    with pytest.raises(UnreadableFileError, match="not in UTF-8 after row"):
        open_table(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(UnreadableFileError, match="is not a file"):
            open_table(path)


def test_parquet_cells_become_text(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pl.DataFrame(
        {
            "id": [1, 2],
            "price": [4995.0, 12.5],
            "title": ["Tee", None],
            "live": [True, None],
            "since": [date(2024, 2, 3), None],
            "tags": [["a", "b"], []],
        }
    ).write_parquet(path)
    table = open_table(path)
    assert table.total == 2
    assert [row for _, row in table.rows()] == [
        {
            "id": "1",
            "price": "4995",
            "title": "Tee",
            "live": "true",
            "since": "2024-02-03",
            "tags": "a,b",
        },
        {"id": "2", "price": "12.5", "title": "", "live": "", "since": "", "tags": ""},
    ]
