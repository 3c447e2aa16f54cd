"""Months and their files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.sales_analytics import lake
from pipelines.sales_analytics.lake import Month
from tests.unit.pipelines.frames import lines


def test_months_follow_each_other_over_the_year() -> None:
    december = Month.of(date(2023, 12, 31))
    assert (str(december), december.first) == ("2023-12", date(2023, 12, 1))
    assert str(december.next) == "2024-01"
    assert december < december.next


def test_a_month_is_replaced_as_a_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    may = Month(2024, 5)
    lake.write_month(tmp_path, "lines", may, lines({}, {}).collect())
    lake.write_month(tmp_path, "lines", may, lines({}).collect())
    assert lake.months(tmp_path, "lines") == {may}
    assert lake.scan(tmp_path, "lines", [may, may.next]).collect().height == 1
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_write_that_fails_leaves_the_old_facts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may = Month(2024, 5)
    lake.write_month(tmp_path, "lines", may, lines({}).collect())

    def full(_source: object, _target: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="disk full"):
        lake.write_month(tmp_path, "lines", may, lines().collect())
    assert lake.scan(tmp_path, "lines", [may]).collect().height == 1
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_months_without_a_file_are_empty(tmp_path: Path) -> None:
    frame = lake.scan(tmp_path, "events", [Month(2024, 5)]).collect()
    assert frame.is_empty()
    assert frame.schema["day"] == pl.Date()
