"""Facets: how many products each further filter would leave.

One statement reads the products once and notes for each which of the chosen filters it misses.
A facet counts those that miss none, or only its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.application.read_models import (
    AttributeCounts,
    BrowseQuery,
    CategoryCount,
    FacetCount,
    FacetsView,
    Prices,
    RatingCount,
)
from deployments.products.infrastructure import product_filters as filters
from deployments.products.infrastructure.catalogue_repository import PUBLISHED
from models.products.tables import CategoryRow, StockRow, VariantRow

_products = filters.products
_BRANDS = 50
_NAMES = 12
_VALUES = 12
_LONGEST_VALUE = 60
_RATINGS = (4, 3, 2, 1)
_SHOWN = ("category_id", "brand", "price_from", "currency", "rating_sum", "rating_count")

# kind, name, value, count, other
_Row = Select[str, str, str, int, int]


def _chosen(query: BrowseQuery) -> dict[str, ColumnElement[bool]]:
    """Facet → the condition of what is chosen in it."""
    found: dict[str, ColumnElement[bool]] = {}
    if query.category is not None:
        found["category"] = filters.in_categories()
    if query.brands:
        found["brand"] = filters.of_brands()
    bounds = []
    if query.price_min is not None:
        bounds.append(filters.price_from_min())
    if query.price_max is not None:
        bounds.append(filters.price_from_max())
    if bounds:
        found["price"] = and_(*bounds)
    if query.in_stock:
        found["stock"] = _IN_STOCK
    if query.rating_min is not None:
        found["rating"] = filters.rated_at_least()
    for n, (_, values) in enumerate(query.attributes):
        found[f"attribute_{n}"] = filters.has_attribute(n, len(values))
    return found


# Not a correlated EXISTS: for a whole catalogue one hash is quicker than a look-up each.
_IN_STOCK = _products.c.id.in_(
    select(VariantRow.product_id)
    .join(StockRow, StockRow.variant_id == VariantRow.id)
    .where(VariantRow.active, StockRow.on_hand > StockRow.reserved)
)


@dataclass(frozen=True, slots=True)
class _Matched:
    """Products that miss at most one facet's filter."""

    rows: CTE
    facets: tuple[str, ...]

    def but(self, facet: str) -> ColumnElement[bool]:
        """Matches what is chosen in all facets but this one."""
        own = self.rows.c[f"misses_{facet}"] if facet in self.facets else literal(0)
        matches: ColumnElement[bool] = self.rows.c.misses == own
        return matches


def _matched(query: BrowseQuery) -> _Matched:
    chosen = _chosen(query)
    misses = {
        facet: case((condition, 0), else_=1).label(f"misses_{facet}")
        for facet, condition in chosen.items()
    }
    status = PUBLISHED if query.status == "published" else _products.c.status == query.status
    noted = select(
        *[_products.c[name] for name in _SHOWN],
        _products.c.attributes,
        _IN_STOCK.label("in_stock"),
        *misses.values(),
    )
    if query.status is not None:
        noted = noted.where(status)
    rows = noted.subquery("noted")
    total: ColumnElement[int] = literal(0, Integer)
    for facet in chosen:
        total += rows.c[f"misses_{facet}"]
    every = select(rows, total.label("misses")).where(total <= 1).cte("matched")
    return _Matched(every, tuple(chosen))


def _row(kind: str, name: Any, value: Any, count: Any, other: Any = None) -> _Row:
    return select(
        literal(kind).label("kind"),
        cast(null() if name is None else name, Text).label("name"),
        cast(null() if value is None else value, Text).label("value"),
        cast(count, BigInteger).label("count"),
        cast(null() if other is None else other, BigInteger).label("other"),
    )


def _figures(matched: _Matched) -> list[_Row]:
    rows = matched.rows
    stars = rows.c.rating_count > 0
    parts = [
        _row("total", None, None, func.count()).where(rows.c.misses == 0),
        _row(
            "price",
            func.min(rows.c.currency),
            None,
            func.min(rows.c.price_from),
            func.max(rows.c.price_from),
        ).where(matched.but("price")),
        _row("stock", None, None, func.count()).where(matched.but("stock"), rows.c.in_stock),
        _row("category", rows.c.category_id, None, func.count())
        .where(matched.but("category"), rows.c.category_id.is_not(None))
        .group_by(rows.c.category_id),
    ]
    parts += [
        _row("rating", literal(str(least)), None, func.count()).where(
            matched.but("rating"), stars, rows.c.rating_sum >= least * rows.c.rating_count
        )
        for least in _RATINGS
    ]
    return [part.select_from(rows) for part in parts]


def _brands(matched: _Matched) -> _Row:
    brand = matched.rows.c.brand
    top = (
        select(brand, func.count().label("products"))
        .where(matched.but("brand"), brand.is_not(None))
        .group_by(brand)
        .order_by(func.count().desc(), brand)
        .limit(_BRANDS)
        .subquery("top_brands")
    )
    return _row("brand", None, top.c.brand, top.c.products)


def _attributes(matched: _Matched, query: BrowseQuery) -> _Row:
    """The most frequent values of the attributes that tell most products apart."""
    each = func.jsonb_each_text(matched.rows.c.attributes).table_valued(
        column("key", Text), column("value", Text), joins_implicitly=True
    )
    names = [name for name, _ in query.attributes]
    own: Any = literal(0)
    if names:
        own = case(
            {name: matched.rows.c[f"misses_attribute_{n}"] for n, name in enumerate(names)},
            value=each.c.key,
            else_=0,
        )
    values = (
        select(each.c.key, each.c.value, func.count().label("products"))
        .select_from(matched.rows)
        .where(
            matched.rows.c.misses == own,
            func.length(each.c.value).between(1, _LONGEST_VALUE),
        )
        .group_by(each.c.key, each.c.value)
        .cte("attribute_values")
    )
    covered = func.sum(values.c.products)
    top = (
        select(values.c.key, covered.label("covered"))
        .group_by(values.c.key)
        # A value for each product tells nothing, neither does the same for all.
        .having((covered > func.count()) & (func.count() > 1) | values.c.key.in_(names))
        .order_by(values.c.key.in_(names).desc(), covered.desc(), values.c.key)
        .limit(_NAMES)
        .subquery("top_names")
    )
    place = func.row_number().over(
        partition_by=values.c.key, order_by=(values.c.products.desc(), values.c.value)
    )
    ranked = (
        select(values, top.c.covered, place.label("place"))
        .join(top, top.c.key == values.c.key)
        .subquery("ranked")
    )
    return _row(
        "attribute", ranked.c.key, ranked.c.value, ranked.c.products, ranked.c.covered
    ).where(ranked.c.place <= _VALUES)


class SqlFacetRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(self, query: BrowseQuery) -> FacetsView:
        values: dict[str, Any] = filters.attribute_values(query.attributes)
        if query.category is not None:
            values["categories"] = await filters.subtree(self._session, query.category)
        for name in ("price_min", "price_max", "rating_min"):
            if getattr(query, name) is not None:
                values[name] = getattr(query, name)
        if query.brands:
            values["brands"] = query.brands
        matched = _matched(query)
        parts = [*_figures(matched), _brands(matched), _attributes(matched, query)]
        rows = (await self._session.execute(union_all(*parts), values)).all()
        found: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            found[row.kind].append(row)
        return await self._view(query, found)

    async def _view(self, query: BrowseQuery, found: Mapping[str, list[Any]]) -> FacetsView:
        price = found["price"][0]
        counts = {row.name: row.count for row in found["category"]}
        return FacetsView(
            total=found["total"][0].count,
            categories=await self._children(query.category, counts),
            brands=tuple(
                FacetCount(row.value, row.count) for row in sorted(found["brand"], key=_place)
            ),
            price=Prices(price.count, price.other, price.name),
            in_stock=found["stock"][0].count,
            attributes=_grouped(found["attribute"]),
            ratings=tuple(
                RatingCount(int(row.name), row.count)
                for row in sorted(found["rating"], key=lambda row: row.name, reverse=True)
            ),
        )

    async def _children(
        self, parent: str | None, counts: Mapping[str, int]
    ) -> tuple[CategoryCount, ...]:
        """The categories right below ``parent`` with something in them, in the tree's order."""
        rows = (
            await self._session.execute(
                select(
                    CategoryRow.id,
                    CategoryRow.slug,
                    CategoryRow.name,
                    CategoryRow.path,
                    CategoryRow.position,
                )
            )
        ).all()
        depth = len(parent.split("/")) if parent else 0
        sums: dict[str, int] = defaultdict(int)
        for row in rows:
            sums["/".join(row.path.split("/")[: depth + 1])] += counts.get(str(row.id), 0)
        start = f"{parent}/" if parent else ""
        children = [
            row
            for row in rows
            if row.path.startswith(start) and row.path.count("/") == depth and sums[row.path]
        ]
        children.sort(key=lambda row: (row.position, row.name.casefold()))
        return tuple(
            CategoryCount(row.slug, row.name, row.path, sums[row.path]) for row in children
        )


def _place(row: Any) -> tuple[int, str]:
    return -row.count, row.value


def _grouped(rows: list[Any]) -> tuple[AttributeCounts, ...]:
    """By attribute, the one that most products have first."""
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (-row.other, row.name)):
        grouped[row.name].append(row)
    return tuple(
        AttributeCounts(
            name, tuple(FacetCount(row.value, row.count) for row in sorted(values, key=_place))
        )
        for name, values in grouped.items()
    )
