"""The facets of what a search found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deployments.search.application.product_attributes import AttributeTable, ProductAttributes
from deployments.search.domain.facets import (
    FacetCounts,
    attribute_facets,
    brand_counts,
    category_counts,
    rating_counts,
)
from deployments.search.domain.ranking import Ranked


class CountFacets:
    def __init__(self, attributes: ProductAttributes) -> None:
        self._attributes = attributes

    async def __call__(
        self,
        found: Sequence[Ranked],
        table: AttributeTable,
        chosen: Mapping[tuple[str, str], Sequence[Ranked]],
    ) -> list[FacetCounts]:
        """
        Args:
            table: the attributes of ``found``.
            chosen: (field, folded name) of each facet in which something is chosen → what would
                be found but for that choice.
        """
        counted = [
            category_counts(chosen.get(("category", ""), found)),
            brand_counts(chosen.get(("brand", ""), found)),
            rating_counts(chosen.get(("rating_min", ""), found)),
        ]
        names = {}
        for (field, name), rows in chosen.items():
            if field == "attr":
                others = await self._attributes.table([row.facts for row in rows])
                if (counts := others.counts_of(name)) is not None:
                    names[name] = counts
        attributes = attribute_facets(table.counts(), len(found), names)
        return [facet for facet in [*counted, *attributes] if facet.values]
