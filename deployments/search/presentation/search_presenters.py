"""From what a search found to what it answers."""

from __future__ import annotations

from collections.abc import Iterable

from deployments.search.application import search
from deployments.search.application.search import Found, Hit
from deployments.search.contract import (
    Alternatives,
    Chip,
    Facet,
    FilterValue,
    PriceSpan,
    SearchHit,
    SearchResponse,
)
from deployments.search.domain import understanding
from deployments.search.domain.facets import FacetCounts
from deployments.shared.pagination import encode_cursor


def response(found: Found, sort: str) -> SearchResponse:
    """How long it took is for whoever sends it to say."""
    items = _hits(found.hits)
    return SearchResponse(
        query=found.query,
        searched=found.searched,
        corrected_query=found.corrected,
        did_you_mean=found.did_you_mean,
        chips=[_chip(chip) for chip in found.chips],
        items=items,
        total=found.total,
        alternatives=_alternatives(found.alternatives) if found.alternatives else None,
        facets=[_facet(facet) for facet in found.facets],
        prices=_prices(found, items),
        mode=found.mode,
        index_version=found.version.name if found.version else "none",
        took_ms=0,
        next_cursor=encode_cursor(sort, *found.next) if found.next else None,
    )


def _hits(hits: Iterable[Hit]) -> list[SearchHit]:
    # One validation for a hit, its card and its reasons: most of the answer's objects are these.
    return [
        SearchHit.model_validate(
            {
                "product": hit.card,
                "score": round(hit.score, 6),
                "matched_by": hit.matched_by,
                "why": [{"kind": reason.kind, "text": reason.text} for reason in hit.why],
            }
        )
        for hit in hits
    ]


def _alternatives(nearest: search.Alternatives) -> Alternatives:
    return Alternatives(
        relaxed=_values(nearest.relaxed),
        label=nearest.label,
        items=_hits(nearest.hits),
        total=nearest.total,
    )


def _chip(chip: understanding.Chip) -> Chip:
    return Chip(kind=chip.kind, label=chip.label, words=chip.words, filters=_values(chip.filters))


def _values(pairs: Iterable[tuple[str, str]]) -> list[FilterValue]:
    return [FilterValue(name=name, value=value) for name, value in pairs]


def _facet(facet: FacetCounts) -> Facet:
    values = [{"value": v.value, "label": v.label, "count": v.count} for v in facet.values]
    return Facet.model_validate({"field": facet.field, "name": facet.name, "values": values})


def _prices(found: Found, items: list[SearchHit]) -> PriceSpan | None:
    if found.prices is None or not items:
        return None
    lowest, highest = found.prices
    currency = items[0].product.price_from.currency
    return PriceSpan(min=lowest, max=highest, currency=currency)
