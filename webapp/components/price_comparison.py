"""What a product costs at other shops."""

from __future__ import annotations

import reflex as rx

from webapp.components.controls import (
    anchor,
    icon,
)
from webapp.price_views import OfferRow
from webapp.state.product import Product
from webapp.theme import HEADING, PANEL, TEXT_LINK


def price_comparison() -> rx.Component:
    cell = "px-4 py-4 sm:px-6"

    def row(item: rx.Var[OfferRow]) -> rx.Component:
        shop = rx.cond(
            item.url != "",
            anchor(
                item.merchant,
                icon("arrow-up-right", 14, "inline-block ml-1"),
                href=item.url,
                target="_blank",
                rel="noopener noreferrer nofollow",
                class_name=TEXT_LINK,
            ),
            rx.el.span(item.merchant),
        )
        return rx.el.tr(
            rx.el.th(
                shop,
                rx.cond(
                    item.ours,
                    rx.el.span(
                        "this shop",
                        class_name="ml-2 rounded-full bg-pine px-2.5 py-0.5 text-xs "
                        "font-semibold text-white",
                    ),
                ),
                rx.el.span(
                    rx.cond(item.ours, "", item.stock),
                    class_name="block pt-0.5 text-sm font-normal text-muted empty:hidden",
                ),
                scope="row",
                class_name=f"{cell} text-left font-semibold",
            ),
            rx.el.td(item.price, class_name=f"{cell} hidden text-right tabular-nums sm:table-cell"),
            rx.el.td(
                item.shipping,
                class_name=f"{cell} hidden text-right text-muted tabular-nums sm:table-cell",
            ),
            rx.el.td(
                item.total,
                rx.el.span(
                    rx.cond(item.ours, "plus delivery", "with delivery"),
                    class_name="block text-sm font-normal text-muted sm:hidden",
                ),
                class_name=f"{cell} text-right font-semibold tabular-nums",
            ),
            class_name=rx.cond(item.ours, "bg-pine-soft", ""),
            custom_attrs={"data-testid": "offer"},
        )

    head = f"{cell} text-left text-sm font-medium text-muted"
    return rx.cond(
        Product.comparison.rows.length() > 0,
        rx.el.section(
            rx.el.div(
                rx.el.h2("At other shops", id="other-shops", class_name=HEADING),
                rx.el.p(
                    Product.comparison.headline,
                    ". ",
                    Product.comparison.note,
                    class_name="mt-2 text-muted",
                ),
                class_name="mb-6",
            ),
            rx.el.div(
                rx.el.table(
                    rx.el.caption("What this product costs at other shops", class_name="sr-only"),
                    rx.el.thead(
                        rx.el.tr(
                            rx.el.th("Shop", scope="col", class_name=head),
                            rx.el.th(
                                "Price",
                                scope="col",
                                class_name=f"{head} hidden !text-right sm:table-cell",
                            ),
                            rx.el.th(
                                "Delivery",
                                scope="col",
                                class_name=f"{head} hidden !text-right sm:table-cell",
                            ),
                            rx.el.th("Total", scope="col", class_name=f"{head} !text-right"),
                            class_name="border-b border-line",
                        )
                    ),
                    rx.el.tbody(
                        rx.foreach(Product.comparison.rows, row), class_name="divide-y divide-line"
                    ),
                    class_name="w-full text-[15px]",
                ),
                class_name=f"{PANEL} overflow-hidden",
            ),
            aria_labelledby="other-shops",
            class_name="mt-20 scroll-mt-40",
            custom_attrs={"data-testid": "price-comparison"},
        ),
    )
