"""The price pipeline from merchants over HTTP to rows in the search database, on local Ray."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import ray
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from deployments.sandbox.demo.catalogue import load_catalogue
from deployments.sandbox.merchants import routes as merchants
from deployments.shared.settings import OPERATOR
from models.shared.migrations import sync_url
from pipelines.price_aggregation.job import run
from pipelines.price_aggregation.report import PriceReport
from pipelines.price_aggregation.settings import PriceSettings, Source, demo_sources
from tests.exported_products import detail_of, product_id, variant_id
from tests.service.pipelines.price_stand import export_app, served
from tests.support import Keys

MONDAY = date(2025, 3, 3)


@pytest.fixture(scope="module")
def local_ray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    # Ray's sockets need a short path.
    folder = Path("/tmp") / tmp_path_factory.mktemp("ray").parent.name[-8:]  # noqa: S108
    ray.init(
        address="local",
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        _temp_dir=str(folder),
        object_store_memory=80_000_000,
    )
    yield
    ray.shutdown()


@dataclass
class Merchants:
    """The demo merchants; ``day`` fixes their prices, ``broken`` names shops that fail."""

    day: date = MONDAY
    broken: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()

    def app(self) -> FastAPI:
        app = FastAPI()
        app.dependency_overrides[merchants._day] = lambda: self.day
        app.include_router(merchants.router, prefix="/merchants")

        @app.middleware("http")
        async def watch(request: Request, call_next: Any) -> Response:
            self.agents |= {request.headers["user-agent"]}
            parts = request.url.path.split("/")
            if len(parts) > 2 and parts[2] in self.broken:
                return Response(status_code=500)
            answer: Response = await call_next(request)
            return answer

        @app.get("/robots.txt")
        def robots() -> PlainTextResponse:
            return PlainTextResponse("User-agent: *\nDisallow: /private/\n")

        return app


@dataclass
class Stand:
    shops: Merchants
    settings: PriceSettings
    database: str

    def run(self, **changes: Any) -> PriceReport:
        return run(self.settings.model_copy(update=changes), lambda *_: None)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        address = sync_url(self.database).replace("+psycopg", "")
        with psycopg.connect(address) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def stand(
    local_ray: None,
    database_url: Callable[[str], str],
    keys: Keys,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stand]:
    shops = Merchants()
    products = [detail_of(product) for product in load_catalogue()]
    with served(shops.app()) as site, served(export_app(products)) as api:
        monkeypatch.setenv("MERCATO_OPERATOR_KEY", keys.encoded(OPERATOR))
        monkeypatch.setenv("MERCATO_PRODUCTS_URL", f"{api}/products")
        settings = PriceSettings(
            database_url=database_url("search"),
            sources=demo_sources(site),
            max_pages=40,
            pages_per_task=15,
        )
        yield Stand(shops, settings, database_url("search"))


def test_offers_of_three_formats_are_matched_and_positions_published(stand: Stand) -> None:
    report = stand.run()
    assert [source.error for source in report.sources] == [None, None, None]
    for source in report.sources:
        assert source.offers == source.matched + source.review + source.dropped
        assert source.matched > 0.6 * source.offers
    # The shops have articles that we do not.
    assert sum(source.dropped for source in report.sources) > 20
    assert report.compared > 20
    assert stand.rows("SELECT count(*) FROM price_positions") == [(report.compared,)]
    assert stand.rows("SELECT count(*) FROM price_runs") == [(1,)]
    assert stand.shops.agents == {stand.settings.user_agent}


def test_matches_are_right(stand: Stand) -> None:
    """The demo shops' addresses name our handle and SKU, which the pipeline does not know."""
    stand.run()
    products = {product_id(product.handle): product.handle for product in load_catalogue()}
    variants = {
        variant_id(variant.sku): variant.sku.lower()
        for product in load_catalogue()
        for variant in product.variants
    }
    matched = stand.rows(
        "SELECT url, product_id, variant_id, title FROM offers WHERE status = 'matched'"
    )
    wrong = []
    for url, product, variant, title in matched:
        handle, sku = url.rsplit("/p/")[1].split("?variant=")
        if products[product] != handle or (variant and variants[variant] != sku):
            wrong.append((url, products[product], variants.get(variant), title))
    assert len(matched) > 100
    assert not wrong


def test_running_again_changes_nothing(stand: Stand) -> None:
    first = stand.run()
    history = stand.rows("SELECT * FROM offer_history ORDER BY offer_id, day")
    again = stand.run()
    assert first.changed == len(history)
    assert again.changed == 0
    assert stand.rows("SELECT * FROM offer_history ORDER BY offer_id, day") == history
    assert [s.matched for s in again.sources] == [s.matched for s in first.sources]


def test_changed_price_becomes_a_row_of_history_and_vanished_offers_retire(stand: Stand) -> None:
    stand.run()
    before = stand.rows("SELECT count(*) FROM offers WHERE active")
    # The pipeline dates history by its own clock: the rows of the first run move into the past.
    address = sync_url(stand.database).replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        connection.execute("UPDATE offer_history SET day = day - 7")
        connection.execute(
            "INSERT INTO offers SELECT gen_random_uuid(), merchant, url || '-gone', title, brand, "
            "gtin, mpn, pack_size, listed_price, listed_currency, price, shipping, total, currency,"
            " in_stock, status, product_id, variant_id, matched_by, confidence, active, "
            "first_seen_at, last_seen_at FROM offers LIMIT 1"
        )
    stand.shops.day = date(2025, 3, 10)
    report = stand.run()
    assert 0 < report.changed < report.rows_out
    assert stand.rows("SELECT count(*) FROM offer_history WHERE day >= now()::date - 1") == [
        (report.changed,)
    ]
    assert stand.rows("SELECT count(*) FROM offers WHERE active") == before
    assert stand.rows("SELECT active FROM offers WHERE url LIKE '%-gone'") == [(False,)]


def test_a_failing_source_is_reported_and_keeps_its_offers(stand: Stand) -> None:
    stand.run()
    before = stand.rows("SELECT merchant, count(*) FROM offers WHERE active GROUP BY 1 ORDER BY 1")
    stand.shops.broken = frozenset({"northline", "casabrio"})
    report = stand.run(timeout_seconds=2)
    failed = {source.merchant: source.error for source in report.failed}
    assert set(failed) == {"Northline Outfitters", "Casa Brio"}
    assert "answered 500" in str(failed["Casa Brio"])
    after = stand.rows("SELECT merchant, count(*) FROM offers WHERE active GROUP BY 1 ORDER BY 1")
    assert after == before
    stored = stand.rows("SELECT report FROM price_runs ORDER BY finished_at DESC LIMIT 1")[0][0]
    assert [bool(s["error"]) for s in stored["sources"]] == [True, False, True]


def test_a_persons_decisions_outlive_the_next_run(stand: Stand) -> None:
    stand.run()
    queue = stand.rows(
        "SELECT offer_id, product_id FROM price_review_queue ORDER BY confidence DESC LIMIT 2"
    )
    assert len(queue) == 2, "the demo merchants leave doubtful offers"
    (accepted, product), (refused, _) = queue
    address = sync_url(stand.database).replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        for offer, decision in ((accepted, "accepted"), (refused, "refused")):
            connection.execute(
                "UPDATE price_review_queue SET decision = %s WHERE offer_id = %s",
                (decision, offer),
            )
    stand.run()
    status = stand.rows(
        f"SELECT status, matched_by, product_id FROM offers WHERE id = '{accepted}'"  # noqa: S608
    )
    assert status == [("matched", "review", product)]
    assert stand.rows(f"SELECT active FROM offers WHERE id = '{refused}'") == [(False,)]  # noqa: S608


def test_a_merchant_that_is_no_longer_a_source_is_not_compared(stand: Stand) -> None:
    stand.run()
    report = stand.run(sources=stand.settings.sources[:1])
    assert [source.merchant for source in report.sources] == ["Northline Outfitters"]
    merchants_left = stand.rows("SELECT DISTINCT merchant FROM offers WHERE active")
    assert merchants_left == [("Northline Outfitters",)]


def test_a_feed_that_is_no_feed_does_not_stop_the_run(stand: Stand) -> None:
    first = stand.settings.sources[0]
    page = first.url.replace("/feed.json", "")
    wrong = Source(name="Wrong", kind="json_feed", url=page)
    table = Source(name="Table", kind="google_csv", url=page)
    report = stand.run(sources=[wrong, table, first])
    errors = [source.error is None for source in report.sources]
    assert errors == [False, False, True]
    assert replace(report, sources=[]).compared > 0
