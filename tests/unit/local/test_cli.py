"""The command line where nothing runs: clear words and exit codes that mean something."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from deployments.local.cli import app

runner = CliRunner()


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MERCATO_DATA", str(tmp_path))
    monkeypatch.delenv("MERCATO_OPERATOR_KEY", raising=False)


def test_status_of_no_store_is_stopped_and_exits_with_3() -> None:
    answer = runner.invoke(app, ["status", "--json"])
    assert answer.exit_code == 3
    assert '"phase": "stopped"' in answer.stdout


@pytest.mark.parametrize(
    "command",
    [["prices", "run"], ["analytics", "run"], ["index", "build"], ["demo"]],
    ids=" ".join,
)
def test_a_job_without_a_store_says_how_to_start_one(command: list[str]) -> None:
    answer = runner.invoke(app, command)
    assert answer.exit_code == 3
    assert "mercato up" in answer.stderr


@pytest.mark.parametrize("command", [["import", "products"], ["import", "sales"], ["up"]])
def test_help_needs_no_store(command: list[str]) -> None:
    assert runner.invoke(app, [*command, "--help"]).exit_code == 0


def test_a_dry_run_of_sales_needs_no_store(tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text("not,a,sale\n1,2,3\n")
    answer = runner.invoke(app, ["import", "sales", str(file), "--dry-run"])
    assert answer.exit_code == 2
    assert "InvoiceNo" in answer.output


def test_down_without_a_store_is_no_error() -> None:
    assert runner.invoke(app, ["down"]).exit_code == 0


def test_logs_of_an_unknown_part_name_the_known_ones() -> None:
    answer = runner.invoke(app, ["logs", "engine"])
    assert answer.exit_code == 2
    assert "known:" in answer.stderr


def test_migrate_names_the_variables_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MERCATO_CART_DATABASE_URL", raising=False)
    answer = runner.invoke(app, ["migrate", "cart"])
    assert answer.exit_code == 2
    assert "MERCATO_CART_DATABASE_URL" in answer.output
    assert runner.invoke(app, ["migrate", "warehouse"]).exit_code == 2


def test_migrate_says_when_a_database_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_CART_DATABASE_URL", "postgresql+asyncpg://a:b@127.0.0.1:1/cart")
    answer = runner.invoke(app, ["migrate", "cart"])
    assert answer.exit_code == 1
    assert answer.output.startswith("cart: ")
