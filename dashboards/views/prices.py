"""Where our prices stand against the merchants', product by product."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import streamlit as st

from dashboards import queries
from dashboards.charts import price_history_chart, standing_chart
from dashboards.components import (
    empty,
    explained_errors,
    freshness,
    page_head,
    panel,
    plain,
    tiles,
)
from dashboards.formats import major, money, percent, symbol
from deployments.search.contract import (
    PriceComparison,
    PriceHistory,
    PriceOverview,
    PricePosition,
    SourceStatus,
)

_ALL = "All"
_CHEAPEST, _NEAR, _DEARER = "Cheapest", "Within 5 %", "Dearer"
_NEAR_GAP = 0.05
_NO_CATEGORY = "Other"


def standing_of(product: PricePosition) -> str:
    if product.gap <= 0:
        return _CHEAPEST
    return _NEAR if product.gap <= _NEAR_GAP else _DEARER


def _department(product: PricePosition) -> str:
    path = product.category_path or _NO_CATEGORY
    return path.split("/")[0].replace("-", " ").capitalize()


def _tiles(found: PriceOverview) -> None:
    compared = found.compared_products or 1

    def metric(label: str, count: int, note: str) -> None:
        st.metric(
            label,
            f"{count:,}",
            percent(count / compared, 0) if count <= compared else None,
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=note,
            width="stretch",
        )

    tiles(
        [
            lambda: st.metric(
                "Products compared",
                f"{found.compared_products:,}",
                "with an offer in stock",
                delta_color="off",
                delta_arrow="off",
                border=True,
                width="stretch",
            ),
            lambda: metric(_CHEAPEST, found.cheapest, "Nobody asks less, shipping included"),
            lambda: metric(_NEAR, found.within_5_percent, "At most 5 % above the best offer"),
            lambda: metric(_DEARER, found.dearer, "More than 5 % above the best offer"),
            lambda: st.metric(
                "To review",
                f"{found.review_queue:,}",
                "doubtful matches",
                delta_color="off",
                delta_arrow="off",
                border=True,
                help="Offers that may be for one of our products; a person has to decide.",
                width="stretch",
            ),
        ]
    )


def _sources(sources: list[SourceStatus]) -> None:
    with st.container(horizontal=True, gap="small"):
        for source in sources:
            if source.error:
                st.badge(
                    f"{source.merchant}: could not be read",
                    icon=":material/error:",
                    color="red",
                    help=f"{source.error}. Its offers of the last days are still compared.",
                )
            else:
                st.badge(
                    f"{source.merchant}: {source.matched:,} of {source.offers:,} offers matched",
                    icon=":material/storefront:",
                    color="gray",
                )


def _filtered(products: list[PricePosition]) -> list[PricePosition]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        standing = st.segmented_control(
            "Standing",
            [_ALL, _CHEAPEST, _NEAR, _DEARER],
            default=_ALL,
            required=True,
            key="standing",
            label_visibility="collapsed",
            wrap=True,
        )
        departments = sorted({_department(product) for product in products})
        department = st.selectbox(
            "Department",
            [_ALL, *departments],
            format_func=lambda name: "All departments" if name == _ALL else name,
            key="department",
            label_visibility="collapsed",
            width=220,
        )
        words = st.text_input(
            "Product",
            placeholder="Find a product",
            key="product words",
            icon=":material/search:",
            label_visibility="collapsed",
            width=260,
        )
    return [
        product
        for product in products
        if standing in (_ALL, standing_of(product))
        and department in (_ALL, _department(product))
        and all(word in product.title.lower() for word in words.lower().split())
    ]


def _table(products: list[PricePosition]) -> PricePosition | None:
    """The table; the product of the row that is selected."""
    currency = products[0].our_price.currency
    unit = symbol(currency)
    frame = pl.DataFrame(
        {
            "Product": [product.title for product in products],
            "Ours": [major((p.our_total or p.our_price).amount, currency) for p in products],
            "Best": [major(product.best_price.amount, currency) for product in products],
            "Gap": [product.gap * 100 for product in products],
            "Standing": [[standing_of(product)] for product in products],
            "Best merchant": [product.best_merchant for product in products],
            "Rank": [f"{p.position} of {p.offer_count + 1}" for p in products],
            "Department": [_department(product) for product in products],
        }
    )
    event = st.dataframe(
        frame,
        hide_index=True,
        height=430 if len(products) > 11 else "auto",
        on_select="rerun",
        selection_mode="single-row",
        key="positions",
        column_config={
            "Product": st.column_config.TextColumn(width="medium"),
            "Ours": st.column_config.NumberColumn(
                format=f"{unit}%.2f", help="Our price with our shipping"
            ),
            "Best": st.column_config.NumberColumn(
                format=f"{unit}%.2f", help="The best offer in stock, with its shipping"
            ),
            "Gap": st.column_config.NumberColumn(
                format="%+.1f %%", help="How far we are above the best offer"
            ),
            "Standing": st.column_config.MultiselectColumn(
                options=[_CHEAPEST, _NEAR, _DEARER], color=["green", "orange", "red"]
            ),
        },
    )
    chosen = [row for row in event.selection.rows if row < len(products)]
    return products[chosen[0]] if chosen else None


def _offers(comparison: PriceComparison) -> None:
    currency = comparison.our_price.currency
    ours = comparison.our_total or comparison.our_price
    rows = [
        {
            "Merchant": "Our store",
            "Price": major(comparison.our_price.amount, currency),
            "Shipping": major(ours.amount - comparison.our_price.amount, currency),
            "Total": major(ours.amount, currency),
            "In stock": True,
            "Matched by": "",
            "Offer": None,
        }
    ]
    for offer in comparison.offers:
        rows.append(
            {
                "Merchant": offer.merchant,
                "Price": major(offer.price.amount, currency),
                "Shipping": major(offer.shipping.amount, currency) if offer.shipping else None,
                "Total": major(offer.total.amount, currency),
                "In stock": offer.in_stock,
                "Matched by": f"{offer.matched_by.replace('_', ' + ')}, {offer.confidence:.0%}",
                "Offer": offer.url,
            }
        )
    unit = f"{symbol(currency)}%.2f"
    st.dataframe(
        pl.DataFrame(sorted(rows, key=lambda row: (not row["In stock"], row["Total"]))),
        hide_index=True,
        placeholder="–",
        column_config={
            "Price": st.column_config.NumberColumn(format=unit),
            "Shipping": st.column_config.NumberColumn(format=unit, help="Empty: not said"),
            "Total": st.column_config.NumberColumn(format=unit),
            "Offer": st.column_config.LinkColumn(display_text="Open"),
        },
    )


def _verdict(comparison: PriceComparison) -> str:
    currency = comparison.our_price.currency
    if comparison.best is None:
        return "No merchant has it in stock."
    ours = (comparison.our_total or comparison.our_price).amount
    difference = ours - comparison.best.total.amount
    if difference == 0:
        return f"As cheap as the best offer, from {comparison.best.merchant}."
    if difference < 0:
        return (
            f"We are {money(-difference, currency)} below the next best, "
            f"{comparison.best.merchant}."
        )
    return f"{comparison.best.merchant} asks {money(difference, currency)} less than we do."


def _history(history: PriceHistory, comparison: PriceComparison) -> None:
    if history.points:
        ours = comparison.our_total or comparison.our_price
        st.altair_chart(
            price_history_chart(history, ours.amount, datetime.now(UTC).date()),
            alt="Merchants' totals over time, ours dashed",
        )
    else:
        empty("No history yet.", ":material/timeline:")


def _drill_down(product: PricePosition) -> None:
    with panel(product.title), explained_errors():
        comparison = queries.price_comparison(str(product.product_id))
        history = queries.price_history(str(product.product_id))
        st.markdown(plain(_verdict(comparison)))
        _offers(comparison)
        st.caption("Totals over time, ours dashed")
        _history(history, comparison)


def _body() -> None:
    with st.spinner("Reading the prices …", show_time=False):
        found = queries.price_overview()
    st.caption(freshness(found.updated_at, "Not compared yet"))
    if found.updated_at is None:
        with st.container(border=True):
            empty(
                "No merchant has been read yet. Run `mercato prices run` and refresh this page.",
                ":material/sell:",
            )
        return
    _sources(found.sources)
    _tiles(found)
    if not found.products:
        with st.container(border=True):
            empty("None of the merchants sells a product of ours.", ":material/search_off:")
        return
    st.altair_chart(standing_chart(found), alt="Share of products by standing")
    with panel("Products", "Dearest against the best offer first. Select a row for its offers."):
        products = _filtered(found.products)
        chosen = _table(products) if products else None
        if not products:
            empty("No product fits these filters.", ":material/filter_alt_off:")
        elif len(found.products) < found.compared_products:
            st.caption(f"The {len(found.products):,} dearest of {found.compared_products:,}.")
    if chosen is not None:
        _drill_down(chosen)


def page() -> None:
    page_head("Prices", "")
    with explained_errors():
        _body()
