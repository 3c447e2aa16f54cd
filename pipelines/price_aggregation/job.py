"""Price comparison: read merchants' offers, match them to our products, publish where we stand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import ray
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from deployments.products.contract import ProductDetail, ProductsClient
from deployments.shared.operator_client import operator_http
from models.shared.migrations import sync_url
from pipelines.price_aggregation.batches import batches
from pipelines.price_aggregation.catalogue import Catalogue, build_catalogue
from pipelines.price_aggregation.decisions import apply_decisions, match_all
from pipelines.price_aggregation.offers import MatchedOffer, Offer
from pipelines.price_aggregation.offers_repository import OffersRepository
from pipelines.price_aggregation.positions import by_product, positions
from pipelines.price_aggregation.report import PriceReport, SourceReport, count_reasons
from pipelines.price_aggregation.settings import PriceSettings, Source
from pipelines.price_aggregation.sources import (
    SourcePages,
    SourcePart,
    is_feed,
    joined,
    list_pages,
    read_feed,
    read_pages,
)
from pipelines.ray_session import ray_session

Progress = Callable[[str, int, int | None], None]

_MATCH_BATCH = 500
_EXPORT_PAGE = 100

# A whole CPU each: Ray ends idle workers beyond one per CPU, and a new one takes seconds.
_read_feed = ray.remote(num_cpus=1)(read_feed)
_list_pages = ray.remote(num_cpus=1)(list_pages)
_read_pages = ray.remote(num_cpus=1)(read_pages)


@ray.remote(num_cpus=1)
def _match(
    offers: list[Offer], catalogue: Catalogue, accept_at: float, review_at: float
) -> list[MatchedOffer]:
    return match_all(offers, catalogue, accept_at=accept_at, review_at=review_at)


@dataclass
class _SourceRead:
    """A source while it is read; ``matched`` is filled afterwards."""

    source: Source
    parts: list[SourcePart] = field(default_factory=list)
    matched: list[MatchedOffer] = field(default_factory=list)

    @property
    def whole(self) -> SourcePart:
        return joined(self.parts)


def run(settings: PriceSettings, progress: Progress) -> PriceReport:
    """One run over all sources. A source that fails is reported; the others are stored.

    Running again on unchanged sources changes nothing but the times.
    """
    started_at = datetime.now(UTC)
    products = asyncio.run(_export(progress))
    catalogue = build_catalogue(products, settings.currency)
    with ray_session():
        reads = _read_sources(settings, started_at, progress)
        _match_offers(reads, catalogue, settings, progress)
    progress("store", 0, 1)
    report = _store(reads, catalogue, settings, started_at)
    progress("store", 1, 1)
    return report


async def _export(progress: Progress) -> list[ProductDetail]:
    http = operator_http("products")
    try:
        client = ProductsClient(http)
        found: list[ProductDetail] = []
        cursor: str | None = None
        while True:
            page = await client.export(cursor=cursor, limit=_EXPORT_PAGE)
            found += page.items
            progress("our products", len(found), None)
            cursor = page.next_cursor
            if cursor is None:
                return found
    finally:
        await http.aclose()


def _read_sources(settings: PriceSettings, now: datetime, progress: Progress) -> list[_SourceRead]:
    reads = {source.name: _SourceRead(source) for source in settings.sources}
    waiting: dict[Any, _SourceRead] = {}
    for read in reads.values():
        task = (
            _read_feed.remote(read.source, settings, now)
            if is_feed(read.source)
            else _list_pages.remote(read.source, settings)
        )
        waiting[task] = read
    done = 0
    while waiting:
        progress("read merchants", done, done + len(waiting))
        ready, _ = ray.wait(list(waiting), num_returns=1)
        for task in ready:
            read = waiting.pop(task)
            done += 1
            result = _result(task)
            if isinstance(result, SourcePart):
                read.parts.append(result)
            elif result.error:
                read.parts.append(SourcePart(error=result.error))
            else:
                for batch in batches(result.urls, settings.pages_per_task):
                    waiting[_read_pages.remote(read.source, batch, settings, now)] = read
    progress("read merchants", done, done)
    return list(reads.values())


def _result(task: Any) -> SourcePart | SourcePages:
    """A task's result; one that died for good is a part with an error, like a source that does."""
    try:
        result: SourcePart | SourcePages = ray.get(task)
    except ray.exceptions.RayError as error:
        return SourcePart(error=f"reading failed: {str(error).strip().splitlines()[-1]}")
    return result


def _match_offers(
    reads: Sequence[_SourceRead], catalogue: Catalogue, settings: PriceSettings, progress: Progress
) -> None:
    shared = ray.put(catalogue)
    waiting: dict[Any, _SourceRead] = {}
    for read in reads:
        for batch in batches(read.whole.offers, _MATCH_BATCH):
            task = _match.remote(batch, shared, settings.accept_at, settings.review_at)
            waiting[task] = read
    total = len(waiting)
    while waiting:
        progress("match offers", total - len(waiting), total)
        ready, _ = ray.wait(list(waiting), num_returns=1)
        for task in ready:
            matched: list[MatchedOffer] = ray.get(task)
            waiting.pop(task).matched.extend(matched)
    progress("match offers", total, total)


def _store(
    reads: Sequence[_SourceRead],
    catalogue: Catalogue,
    settings: PriceSettings,
    started_at: datetime,
) -> PriceReport:
    engine = create_engine(sync_url(settings.database_url), poolclass=NullPool)
    # Without a pool the connection closes with the block.
    with engine.begin() as connection:
        repository = OffersRepository(connection)
        repository.wait_for_turn()
        decisions = repository.decisions()
        changed, sources = 0, []
        for read in reads:
            whole = read.whole
            items = apply_decisions(read.matched, whole.offers, decisions)
            changed += repository.store(items, settings.currency, started_at.date())
            if whole.error is None and not whole.unread:
                repository.retire(read.source.name, started_at)
            sources.append(_source_report(read.source, whole, items))
        repository.retire_other_merchants([read.source.name for read in reads])
        since = started_at - timedelta(days=settings.keep_days)
        offers = by_product(repository.matched_offers(settings.currency, since))
        standing = positions(catalogue, offers, settings.shipping)
        finished_at = datetime.now(UTC)
        repository.publish(standing, settings.currency, finished_at)
        report = PriceReport(
            started_at, finished_at, len(catalogue.products), len(standing), changed, sources
        )
        repository.record(report)
    return report


def _source_report(
    source: Source, whole: SourcePart, items: Sequence[MatchedOffer]
) -> SourceReport:
    review = sum(item.needs_review for item in items)
    return SourceReport(
        merchant=source.name,
        kind=source.kind,
        rows_in=len(whole.offers) + len(whole.rejected),
        offers=len(whole.offers),
        rejected=len(whole.rejected),
        matched=len(items) - review,
        review=review,
        dropped=len(whole.offers) - len(items),
        unread=len(whole.unread),
        reasons=count_reasons(whole.rejected),
        error=whole.error,
    )
