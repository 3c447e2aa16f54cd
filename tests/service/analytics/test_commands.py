"""``mercato import sales`` and ``mercato analytics run`` against a running service."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import typer
import uvicorn
from typer.testing import CliRunner, Result

from deployments.analytics.api import create_api
from deployments.analytics.infrastructure.settings import AnalyticsSettings
from deployments.local.commands import analytics as analytics_command
from deployments.local.commands import import_sales as import_command
from deployments.local.ports import free_port
from deployments.shared.settings import OPERATOR, PlatformSettings
from tests.service.analytics.support import rows
from tests.support import Keys

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
YEAR = (
    HEADER
    + "536365,85123A,T-LIGHT,6,12/1/2010 8:26,2.55,17850,United Kingdom\n"
    + "536365,POST,POSTAGE,1,12/1/2010 8:26,18,17850,United Kingdom\n"
    + "536365,85123A,T-LIGHT,6,12/1/2010 8:26,2.55,17850,United Kingdom\n"
    + "536366,AMAZONFEE,AMAZON FEE,-1,12/1/2010 9:00,100,,United Kingdom\n"
    + "C536379,85123A,T-LIGHT,-1,1/3/2011 9:41,2.55,17850,United Kingdom\n"
)


@pytest.fixture
def service(
    platform: PlatformSettings,
    analytics_settings: AnalyticsSettings,
    keys: Keys,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """The service on a port, and the environment of a command that calls it."""
    port = free_port()
    app = create_api(platform, analytics_settings, verifier=keys.verifier("analytics"))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < until
        time.sleep(0.02)
    monkeypatch.setenv("MERCATO_ANALYTICS_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("MERCATO_OPERATOR_KEY", keys.encoded(OPERATOR))
    monkeypatch.setenv("MERCATO_SERVICE_PUBLIC_KEYS", json.dumps(keys.public()))
    yield
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture
def operator_key(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_OPERATOR_KEY", keys.encoded(OPERATOR))


def run(function: object, *arguments: str) -> Result:
    app = typer.Typer()
    app.command()(function)  # type: ignore[type-var]
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "120"})


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_text(YEAR)
    return path


def test_an_import_says_what_it_does_and_a_second_one_changes_nothing(
    service: None, analytics_database: str, export: Path
) -> None:
    first = run(import_command.import_sales, str(export))
    assert first.exit_code == 0, first.output
    assert "2 sales sent: 2 new or changed" in first.output
    assert "fee, commission, sample" in first.output
    assert "equal to an earlier line" in first.output
    assert "£33.30" in first.output  # 6 x 2.55 + 18
    stored = rows(
        analytics_database,
        "SELECT kind, order_number, country, currency, shipping, total, paid_at::text, customer_key"
        " FROM purchases ORDER BY paid_at",
    )
    assert [row[:6] for row in stored] == [
        ("purchase", "536365", "GB", "GBP", 1800, 3330),
        ("refund", "C536379", "GB", "GBP", 0, 255),
    ]
    assert stored[0][7] == stored[1][7] != "17850"
    second = run(import_command.import_sales, str(export))
    assert "2 sales sent: 0 new or changed, 2 known already" in second.output
    assert rows(analytics_database, "SELECT count(*) FROM purchase_lines") == [(2,)]


def test_a_dry_run_sends_nothing(
    analytics_database: str, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No service is needed.
    monkeypatch.delenv("MERCATO_OPERATOR_KEY", raising=False)
    answer = run(import_command.import_sales, str(export), "--dry-run")
    assert answer.exit_code == 0, answer.output
    assert "2 sales would be imported" in answer.output
    assert rows(analytics_database, "SELECT count(*) FROM purchases") == [(0,)]


@pytest.mark.parametrize(
    ("arguments", "content", "message"),
    [
        ([], "a,b\n1,2\n", "lacks the columns InvoiceNo or Invoice"),
        (["--timezone", "Mars/Base"], YEAR, "Mars/Base is no time zone"),
        (["--currency", "pounds"], YEAR, "'pounds' is not an ISO 4217 code"),
        (["--currency", "£1A"], YEAR, "currency"),
        (["--source", "My Shop"], YEAR, "source"),
    ],
)
def test_bad_input_ends_with_2_and_says_why(
    tmp_path: Path, operator_key: None, arguments: list[str], content: str, message: str
) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(content)
    answer = run(import_command.import_sales, str(path), *arguments)
    assert answer.exit_code == 2, answer.output
    assert message in answer.output


def test_a_store_that_does_not_answer_ends_with_1(
    export: Path, operator_key: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MERCATO_ANALYTICS_URL", f"http://127.0.0.1:{free_port()}")
    answer = run(import_command.import_sales, str(export))
    assert answer.exit_code == 1
    assert "analytics does not answer" in answer.output


def test_the_pipeline_command_reports_rows_in_and_out(
    service: None,
    analytics_database: str,
    export: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MERCATO_ANALYTICS_DATABASE_URL", analytics_database)
    monkeypatch.setenv("MERCATO_LAKE_FOLDER", str(tmp_path / "lake"))
    run(import_command.import_sales, str(export))
    answer = run(analytics_command.run)
    assert answer.exit_code == 0, answer.output
    assert "2010-12 to 2011-01" in answer.output
    assert rows(
        analytics_database, "SELECT month::text, units FROM product_monthly ORDER BY 1"
    ) == [
        ("2010-12-01", 6),
        ("2011-01-01", -1),
    ]
    lines = pl.read_parquet(tmp_path / "lake" / "lines" / "**" / "*.parquet")
    assert lines.height == 2


def test_the_pipeline_command_says_when_the_database_is_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    address = f"postgresql+asyncpg://nobody@127.0.0.1:{free_port()}/none"
    monkeypatch.setenv("MERCATO_ANALYTICS_DATABASE_URL", address)
    monkeypatch.setenv("MERCATO_LAKE_FOLDER", str(tmp_path))
    answer = run(analytics_command.run)
    assert answer.exit_code == 1
    assert "does not answer" in answer.output
