"""What ``mercato prices run`` prints and exits with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import typer
from typer.testing import CliRunner

from deployments.local.commands import prices
from pipelines.price_aggregation.report import PriceReport, SourceReport

START = datetime(2025, 3, 3, tzinfo=UTC)
GOOD = SourceReport("Alpha", "json_feed", 10, 9, 1, 7, 1, 1, reasons={"no price": 1})
BAD = SourceReport("Beta [x]", "google_csv", error="https://b.example: answered 500")


def invoke(monkeypatch: pytest.MonkeyPatch, *sources: SourceReport) -> tuple[int, str]:
    def run_pipeline(progress: Callable[[str, int, int | None], None]) -> PriceReport:
        progress("read merchants", 0, 2)
        progress("read merchants", 2, 2)
        return PriceReport(START, START + timedelta(seconds=3), 40, 7, 5, list(sources))

    monkeypatch.setattr(prices, "run_pipeline", run_pipeline)
    app = typer.Typer()
    app.command()(prices.run)
    result = CliRunner().invoke(app, env={"COLUMNS": "200"})
    return result.exit_code, result.output


def test_sources_are_summed_up_and_a_failed_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = invoke(monkeypatch, GOOD, BAD)
    assert code == 0
    assert "1 × no price" in output
    assert "Beta [x]" in output
    assert "failed: https://b.example: answered 500" in output
    assert "7 of 40 products compared, 5 offers new or changed, 3.0 s" in output


def test_a_run_that_read_nobody_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = invoke(monkeypatch, BAD)
    assert code == 1
    assert "no merchant could be read" in output
