"""schema.org data of a product page: JSON-LD on some pages, microdata on the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from deployments.sandbox.merchants.assortment import Article
from deployments.sandbox.merchants.shops import Shop


def _availability(article: Article) -> str:
    return f"https://schema.org/{'InStock' if article.in_stock else 'OutOfStock'}"


def _price(minor: int) -> str:
    return f"{minor / 100:.2f}"


def _gtin(article: Article) -> dict[str, str]:
    return {f"gtin{len(article.gtin)}": article.gtin} if article.gtin else {}


def _offer(shop: Shop, article: Article, url: str) -> dict[str, Any]:
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": url,
        "name": article.title,
        "price": _price(article.price),
        "priceCurrency": shop.currency,
        "availability": _availability(article),
        "shippingDetails": {
            "@type": "OfferShippingDetails",
            "shippingRate": {
                "@type": "MonetaryAmount",
                "value": _price(article.shipping),
                "currency": shop.currency,
            },
        },
        **_gtin(article),
    }
    if article.mpn:
        offer["mpn"] = article.mpn
    for option, value in article.options.items():
        offer["color" if option == "Colour" else "size"] = value
    return offer


def json_ld(shop: Shop, articles: Sequence[Article], urls: Sequence[str]) -> str:
    """A script element with the product and one offer per variant, inside a ``@graph``."""
    first = articles[0]
    product: dict[str, Any] = {
        "@type": "Product",
        "name": first.title,
        "description": first.description,
        "category": first.category,
        "offers": [_offer(shop, a, url) for a, url in zip(articles, urls, strict=True)],
    }
    if first.brand:
        product["brand"] = {"@type": "Brand", "name": first.brand}
    crumbs = {"@type": "BreadcrumbList", "name": first.category}
    document = {"@context": "https://schema.org", "@graph": [crumbs, product]}
    # "</script>" inside a text would end the element.
    text = json.dumps(document, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>'


def _meta(name: str, content: str | None) -> str:
    return f'<meta itemprop="{name}" content="{escape(content)}">' if content else ""


def microdata_offer(shop: Shop, article: Article, url: str) -> str:
    """An ``itemprop=offers`` element to stand inside an ``itemscope`` of a Product."""
    options = "".join(
        _meta("color" if option == "Colour" else "size", value)
        for option, value in article.options.items()
    )
    gtin = "".join(_meta(name, value) for name, value in _gtin(article).items())
    return (
        '<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
        f'<link itemprop="url" href="{escape(url)}">'
        f'<link itemprop="availability" href="{_availability(article)}">'
        f"{_meta('price', _price(article.price))}{_meta('priceCurrency', shop.currency)}"
        f"{gtin}{_meta('mpn', article.mpn)}{options}"
        '<div itemprop="shippingDetails" itemscope'
        ' itemtype="https://schema.org/OfferShippingDetails">'
        '<div itemprop="shippingRate" itemscope itemtype="https://schema.org/MonetaryAmount">'
        f"{_meta('value', _price(article.shipping))}{_meta('currency', shop.currency)}"
        "</div></div></div>"
    )
