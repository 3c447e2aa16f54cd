"""From what a search found to what it answers: the JSON of a ``SearchResponse``.

Written without the classes of the contract: to make and check the objects of a page cost more than
to find what it shows. Cards are stored as JSON and go out as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from deployments.search.application.search import Alternatives, Found, Hit
from deployments.search.domain.facets import FacetCounts
from deployments.search.domain.understanding import Chip
from deployments.shared.pagination import encode_cursor

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def body(found: Found, sort: str) -> str:
    """Without ``took_ms``, which is for whoever sends it to say."""
    answer = {
        "query": found.query,
        "searched": found.searched,
        "corrected_query": found.corrected,
        "did_you_mean": found.did_you_mean,
        "chips": [_chip(chip) for chip in found.chips],
        "total": found.total,
        "facets": [_facet(facet) for facet in found.facets],
        "prices": _prices(found),
        "mode": found.mode,
        "index_version": found.version.name if found.version else "none",
        "next_cursor": encode_cursor(sort, *found.next) if found.next else None,
    }
    nearest = _alternatives(found.alternatives) if found.alternatives else "null"
    return _with(answer, items=_hits(found.hits), alternatives=nearest)


def _with(values: dict[str, Any], **encoded: str) -> str:
    """The object of ``values`` and of what is JSON already."""
    others = ",".join(f'"{name}":{value}' for name, value in encoded.items())
    return f"{_encode(values)[:-1]},{others}}}"


def _hits(hits: Iterable[Hit]) -> str:
    return "[" + ",".join(map(_hit, hits)) + "]"


def _hit(hit: Hit) -> str:
    values = {
        "score": round(hit.score, 6),
        "matched_by": hit.matched_by,
        "why": [{"kind": reason.kind, "text": reason.text} for reason in hit.why],
    }
    return _with(values, product=hit.card)


def _alternatives(nearest: Alternatives) -> str:
    values = {
        "relaxed": _values(nearest.relaxed),
        "label": nearest.label,
        "total": nearest.total,
    }
    return _with(values, items=_hits(nearest.hits))


def _chip(chip: Chip) -> dict[str, Any]:
    return {
        "kind": chip.kind,
        "label": chip.label,
        "words": chip.words,
        "filters": _values(chip.filters),
    }


def _values(pairs: Iterable[tuple[str, str]]) -> Sequence[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _facet(facet: FacetCounts) -> dict[str, Any]:
    values = [{"value": v.value, "label": v.label, "count": v.count} for v in facet.values]
    return {"field": facet.field, "name": facet.name, "values": values}


def _prices(found: Found) -> dict[str, Any] | None:
    if found.prices is None or not found.hits:
        return None
    lowest, highest = found.prices
    return {"min": lowest, "max": highest, "currency": found.hits[0].currency}
