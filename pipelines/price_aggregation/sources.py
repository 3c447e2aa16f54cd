"""Reading one source: fetch, parse, normalise. What a Ray task does, without Ray."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.price_aggregation.fetch import Fetcher, FetchError, FetchLimits, origin
from pipelines.price_aggregation.google_csv import parse_google_csv
from pipelines.price_aggregation.json_feed import parse_json_feed
from pipelines.price_aggregation.normalise import Exchange, normalise
from pipelines.price_aggregation.offers import Offer, RawOffer, Rejected
from pipelines.price_aggregation.schema_org import parse_product_page, parse_sitemap
from pipelines.price_aggregation.settings import PriceSettings, Source

_MAX_SITEMAPS = 50
_FEEDS: dict[str, Callable[[bytes, str], list[RawOffer | Rejected]]] = {
    "json_feed": parse_json_feed,
    "google_csv": parse_google_csv,
}


@dataclass(frozen=True, slots=True)
class SourcePart:
    """What a feed or a batch of pages gave.

    ``unread`` are addresses that did not answer; ``error`` says why the whole source gave
    nothing.
    """

    offers: list[Offer] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class SourcePages:
    """Product pages of a site, or why they are not known."""

    urls: list[str] = field(default_factory=list)
    error: str | None = None


def is_feed(source: Source) -> bool:
    return source.kind in _FEEDS


def limits_of(settings: PriceSettings) -> FetchLimits:
    return FetchLimits(settings.user_agent, settings.timeout_seconds, settings.max_bytes)


def _part(
    found: Iterable[RawOffer | Rejected], source: Source, settings: PriceSettings, now: datetime
) -> SourcePart:
    exchange = Exchange(settings.currency, settings.rates)
    part = SourcePart()
    for item in found:
        result = normalise(item, source.name, exchange, now) if isinstance(item, RawOffer) else item
        if isinstance(result, Offer):
            part.offers.append(result)
        else:
            part.rejected.append(result)
    return part


def read_feed(source: Source, settings: PriceSettings, now: datetime) -> SourcePart:
    """Offers of a feed; a feed that cannot be read is a part with ``error``."""
    try:
        with Fetcher(limits_of(settings)) as fetcher:
            body = fetcher.get(source.url)
        found = _FEEDS[source.kind](body, source.url)
    except (FetchError, ValueError) as error:
        return SourcePart(error=str(error))
    return _part(found, source, settings, now)


def list_pages(source: Source, settings: PriceSettings) -> SourcePages:
    """Addresses of the product pages in the site's sitemap; other sites' are left out."""
    waiting, seen, urls = [source.url], {source.url}, list[str]()
    try:
        with Fetcher(limits_of(settings)) as fetcher:
            while waiting and len(urls) < settings.max_pages:
                address = waiting.pop(0)
                pages, sitemaps = parse_sitemap(fetcher.get(address), address)
                urls += [page for page in pages if origin(page) == origin(source.url)]
                new = [s for s in sitemaps if s not in seen and origin(s) == origin(source.url)]
                new = new[: max(0, _MAX_SITEMAPS - len(seen))]
                seen.update(new)
                waiting += new
    except (FetchError, ValueError) as error:
        return SourcePages(error=str(error))
    return SourcePages(list(dict.fromkeys(urls))[: settings.max_pages])


def read_pages(
    source: Source, urls: Sequence[str], settings: PriceSettings, now: datetime
) -> SourcePart:
    """Offers of product pages; a page that does not answer is ``unread``, the others count."""
    found: list[RawOffer | Rejected] = []
    unread: list[str] = []
    with Fetcher(limits_of(settings)) as fetcher:
        for url in urls:
            try:
                found += parse_product_page(fetcher.get(url), url)
            except FetchError:
                unread.append(url)
    part = _part(found, source, settings, now)
    return SourcePart(part.offers, part.rejected, unread)


def joined(parts: Sequence[SourcePart]) -> SourcePart:
    """All parts of one source as one; of two offers at one address the first counts."""
    errors = [part.error for part in parts if part.error]
    offers: dict[str, Offer] = {}
    for part in parts:
        for offer in part.offers:
            offers.setdefault(offer.url, offer)
    unread = [url for part in parts for url in part.unread]
    error = errors[0] if errors else None
    if error is None and not offers:
        first = f": {unread[0]}" if unread else ""
        error = f"{len(unread)} pages did not answer{first}" if unread else "no usable offer"
    return SourcePart(
        list(offers.values()), [r for part in parts for r in part.rejected], unread, error
    )
