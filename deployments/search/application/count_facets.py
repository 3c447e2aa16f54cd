"""The facets of what a search found."""

from __future__ import annotations

from collections.abc import Mapping

from deployments.search.application.results import Results
from deployments.search.domain.facets import (
    MOST_NAMES,
    FacetCounts,
    attribute_facets,
    brand_counts,
    category_counts,
    rating_counts,
)


def count_facets(found: Results, chosen: Mapping[tuple[str, str], Results]) -> list[FacetCounts]:
    """
    Args:
        chosen: (field, folded name) of each facet in which something is chosen → what would be
            found but for that choice.
    """
    counted = [
        count(chosen.get((field, ""), found).ranked)
        for field, count in (
            ("category", category_counts),
            ("brand", brand_counts),
            ("rating_min", rating_counts),
        )
    ]
    names = {
        name: counts
        for (field, name), others in chosen.items()
        if field == "attr" and (counts := others.table.counts_of(name)) is not None
    }
    attributes = attribute_facets(found.table.useful(MOST_NAMES + len(names)), names)
    return [facet for facet in [*counted, *attributes] if facet.values]
