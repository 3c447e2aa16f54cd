"""``mercato import products`` against an in-memory stand-in of the products service."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from deployments.local.commands import import_products as command
from deployments.shared.http_client import ServiceHttp

Run = Callable[..., "Result"]


class FakeProducts:
    """Keeps products by source and handle; refuses titles that say so."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], dict[str, Any]] = {}
        self.calls: list[int] = []
        self.down = False
        self.failures = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.down or self.failures:
            self.failures = max(self.failures - 1, 0)
            raise httpx.ConnectError("refused")
        body = json.loads(request.content)
        self.calls.append(len(body["products"]))
        outcomes = [self._outcome(body, product) for product in body["products"]]
        return httpx.Response(200, json={"outcomes": outcomes})

    def _outcome(self, body: dict[str, Any], product: dict[str, Any]) -> dict[str, Any]:
        if "unwanted" in product["title"]:
            return {"handle": product["handle"], "outcome": "refused", "reason": "unwanted"}
        key = (body["source"], product["handle"])
        before = self.stored.get(key)
        if not body["dry_run"]:
            self.stored[key] = product
        verdict = "created" if before is None else "updated"
        return {
            "handle": product["handle"],
            "outcome": "unchanged" if before == product else verdict,
        }


class Result:
    def __init__(self, code: int, output: str) -> None:
        self.code = code
        self.output = " ".join(output.split())


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> FakeProducts:
    fake = FakeProducts()

    def http(service: str, **_: object) -> ServiceHttp:
        assert service == "products"
        transport = httpx.MockTransport(fake.answer)
        return ServiceHttp(service, "http://products", transport=transport)

    monkeypatch.setattr(command, "operator_http", http)
    return fake


@pytest.fixture
def run(store: FakeProducts) -> Run:
    app = typer.Typer()
    app.command()(command.import_products)

    def invoke(*arguments: str | Path) -> Result:
        result = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "400"})
        return Result(result.exit_code, result.output)

    return invoke


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text("id,title,price,stock\n1,Tee,19.90,3\n2,Mug,12,0\n")
    return path


def test_an_import_says_what_went_in_and_how_fast(
    run: Run, store: FakeProducts, table: Path
) -> None:
    result = run(table, "--source", "old shop")
    assert result.code == 0
    assert "Columns: --map handle=id --map title=title --map price=price" in result.output
    assert "2 products: 2 created, 0 refused" in result.output
    assert "a second" in result.output
    assert store.stored["old shop", "1"]["variants"][0]["price"] == 1990


def test_a_second_import_updates_and_doubles_nothing(
    run: Run, store: FakeProducts, table: Path
) -> None:
    run(table)
    table.write_text(table.read_text().replace("12,0", "13,0"))
    result = run(table)
    assert result.code == 0
    assert "2 products: 1 updated, 1 unchanged, 0 refused" in result.output
    assert len(store.stored) == 2


def test_a_dry_run_writes_nothing(run: Run, store: FakeProducts, table: Path) -> None:
    result = run(table, "--dry-run")
    assert result.code == 0
    assert "2 created" in result.output
    assert "Dry run: nothing was written." in result.output
    assert store.stored == {}


def test_a_dry_run_without_a_store_still_checks_the_file(
    run: Run, store: FakeProducts, table: Path
) -> None:
    store.down = True
    table.write_text(table.read_text() + "3,Bad,free,1\n")
    result = run(table, "--dry-run")
    assert result.code == 1
    assert "row 4, column price: 'free' is not a price" in result.output
    assert "only the file itself was checked" in result.output


def test_refusals_end_with_code_1_and_the_rest_goes_in(
    run: Run, store: FakeProducts, table: Path, tmp_path: Path
) -> None:
    table.write_text(table.read_text() + "3,,1,1\n4,unwanted,1,1\n5,Cap,1,1\n")
    problems = tmp_path / "problems.csv"
    result = run(table, "--errors", problems)
    assert result.code == 1
    assert "row 4, column title: is empty" in result.output
    assert "row 5: 4: unwanted" in result.output
    assert "5 products: 3 created, 2 refused" in result.output
    assert set(store.stored) == {("mapped", "1"), ("mapped", "2"), ("mapped", "5")}
    with problems.open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["row", "column", "reason"],
            ["4", "title", "is empty"],
            ["5", "", "4: unwanted"],
        ]


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("", [], "is empty"),
        ("artnr;preis\n1;3\n", [], "no column for handle, title, price"),
        ("id,title,price\n1,Tee,3\n", ["--format", "shopify"], "not a Shopify product export"),
        ("id,title,price\n1,Tee,3\n", ["--format", "xml"], "--format is one of"),
        ("id,title,price\n1,Tee,3\n", ["--price-unit", "cents"], "--price-unit is one of"),
        ("id,title,price\n1,Tee,3\n", ["--map", "price=cost"], "no column 'cost'"),
        ('id,title,price\n1,"Tee,3\n', [], "is damaged"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_code_2(
    *, run: Run, store: FakeProducts, table: Path, content: str, arguments: list[str], message: str
) -> None:
    table.write_text(content)
    result = run(table, *arguments)
    assert (result.code, store.calls) == (2, [])
    assert message in result.output


def test_a_missing_file_ends_with_code_2(run: Run, tmp_path: Path) -> None:
    result = run(tmp_path / "absent.csv")
    assert result.code == 2
    assert "is not a file" in result.output


def test_a_store_that_does_not_answer_ends_with_code_3(
    run: Run, store: FakeProducts, table: Path
) -> None:
    store.down = True
    result = run(table)
    assert result.code == 3
    assert "mercato up" in result.output


def test_a_call_that_fails_once_is_sent_again(run: Run, store: FakeProducts, table: Path) -> None:
    store.failures = 1
    assert run(table).code == 0
    assert len(store.stored) == 2


def test_large_files_are_sent_in_batches_and_limit_stops_early(
    run: Run, store: FakeProducts, table: Path
) -> None:
    rows = "".join(f"{number},Tee {number},1,1\n" for number in range(450))
    table.write_text("id,title,price,stock\n" + rows)
    assert run(table).code == 0
    assert sorted(store.calls, reverse=True) == [100, 100, 100, 100, 50]
    store.calls.clear()
    assert "120 products" in run(table, "--limit", "120").output
    assert sum(store.calls) == 120


def test_stock_for_files_that_name_none(run: Run, store: FakeProducts, table: Path) -> None:
    table.write_text("id,title,price\n1,Tee,1\n")
    assert "new products are sold out (see --stock)" in run(table).output
    run(table, "--stock", "5")
    assert store.stored["mapped", "1"]["variants"][0]["on_hand"] == 5


@pytest.mark.data
def test_shopify_exports_are_recognised(run: Run, store: FakeProducts, test_data: Path) -> None:
    for name in ("apparel", "home-and-garden", "jewelery"):
        result = run(test_data / "shopify" / f"{name}.csv")
        assert (result.code, "20 products: 20 created, 0 refused" in result.output) == (0, True)
    assert len(store.stored) == 60
    assert {source for source, _ in store.stored} == {"shopify"}
