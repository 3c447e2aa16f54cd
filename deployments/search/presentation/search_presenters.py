"""From what a search found to what it answers."""

from __future__ import annotations

from deployments.products.contract import ProductCard
from deployments.search.application.search import Found
from deployments.search.contract import (
    Chip,
    Facet,
    FacetValue,
    FilterValue,
    PriceSpan,
    SearchHit,
    SearchResponse,
)
from deployments.search.domain import understanding
from deployments.search.domain.facets import FacetCounts
from deployments.shared.pagination import encode_cursor


def response(found: Found, sort: str, seconds: float) -> SearchResponse:
    items = _hits(found)
    return SearchResponse(
        query=found.query,
        searched=found.searched,
        chips=[_chip(chip) for chip in found.chips],
        corrected_query=found.corrected,
        items=items,
        total=found.total,
        facets=[_facet(facet) for facet in found.facets],
        prices=_prices(found, items),
        mode=found.mode,
        index_version=found.version.name if found.version else "none",
        took_ms=round(seconds * 1000, 1),
        next_cursor=encode_cursor(sort, *found.next) if found.next else None,
    )


def _hits(found: Found) -> list[SearchHit]:
    return [
        SearchHit(
            product=ProductCard.model_validate(found.cards[row.facts.product_id]),
            score=round(row.score, 6),
            matched_by=list(row.matched_by),
        )
        for row in found.rows
        if row.facts.product_id in found.cards
    ]


def _chip(chip: understanding.Chip) -> Chip:
    filters = [FilterValue(name=name, value=value) for name, value in chip.filters]
    return Chip(kind=chip.kind, label=chip.label, words=chip.words, filters=filters)


def _facet(facet: FacetCounts) -> Facet:
    values = [FacetValue(value=v.value, label=v.label, count=v.count) for v in facet.values]
    return Facet(field=facet.field, name=facet.name, values=values)


def _prices(found: Found, items: list[SearchHit]) -> PriceSpan | None:
    if found.prices is None or not items:
        return None
    lowest, highest = found.prices
    currency = items[0].product.price_from.currency
    return PriceSpan(min=lowest, max=highest, currency=currency)
