"""Offers of product pages with schema.org data (JSON-LD or microdata) and their sitemap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

import extruct

from pipelines.price_aggregation.offers import RawOffer, Rejected

_GTINS = ("gtin", "gtin13", "gtin12", "gtin14", "gtin8")
_ATTRIBUTES = ("color", "size", "material")


def parse_sitemap(body: bytes, base_url: str) -> tuple[list[str], list[str]]:
    """(addresses of pages, addresses of further sitemaps) in ``body``.

    Raises:
        ValueError: the body is no sitemap.
    """
    if b"<!" in body[:10_000].replace(b"<!--", b""):
        # A sitemap has no document type: without one there are no entities to expand.
        raise ValueError("the sitemap declares a document type")
    try:
        root = ElementTree.fromstring(body)  # nosec B314  # noqa: S314 - see above
    except ElementTree.ParseError as error:
        raise ValueError(f"the sitemap is no XML: {error}") from error
    found = [
        urljoin(base_url, node.text.strip())
        for node in root.iter()
        if node.tag.rsplit("}", 1)[-1] == "loc" and node.text
    ]
    is_index = root.tag.rsplit("}", 1)[-1] == "sitemapindex"
    return ([], found) if is_index else (found, [])


def _types(node: Mapping[str, Any]) -> set[str]:
    kinds = node.get("@type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return {str(kind).rsplit("/", 1)[-1] for kind in kinds}


def _nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in ``value``, outermost first (``@graph`` and lists included)."""
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item)
    elif isinstance(value, Mapping):
        yield value
        for key, item in value.items():
            if key == "@graph":
                yield from _nodes(item)


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("@id") or value.get("value")
    text = str(value).strip() if isinstance(value, (str, int, float)) else ""
    return text or None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _shipping(offer: Mapping[str, Any]) -> str | None:
    for details in _list(offer.get("shippingDetails")):
        rate = details.get("shippingRate") if isinstance(details, Mapping) else None
        if isinstance(rate, Mapping):
            parts = [_text(rate.get("value")), _text(rate.get("currency"))]
            return " ".join(part for part in parts if part) or None
    return None


def _price(offer: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """(price, currency) of an Offer, of its price specification or of an AggregateOffer."""
    specification = next(
        (s for s in _list(offer.get("priceSpecification")) if isinstance(s, Mapping)), {}
    )
    price = offer.get("price") or offer.get("lowPrice") or specification.get("price")
    currency = offer.get("priceCurrency") or specification.get("priceCurrency")
    return _text(price), _text(currency)


def _offer(
    product: Mapping[str, Any], offer: Mapping[str, Any], page: str, number: int
) -> RawOffer | Rejected:
    price, currency = _price(offer)
    title = _text(product.get("name")) or _text(offer.get("name"))
    url = urljoin(page, _text(offer.get("url")) or page)
    if number and url == page:
        # Several offers of one page need an address each.
        url = f"{page}#{_text(offer.get('sku')) or number}"
    if not title or not price:
        return Rejected(url, "no title" if not title else "no price")
    either: list[Mapping[str, Any]] = [offer, product]
    gtin = next((t for node in either for n in _GTINS if (t := _text(node.get(n)))), None)
    mpn = next((t for node in either for n in ("mpn", "sku") if (t := _text(node.get(n)))), None)
    availability = _text(offer.get("availability")) or ""
    attributes = {
        name: text
        for name in _ATTRIBUTES
        if (text := _text(offer.get(name)) or _text(product.get(name)))
    }
    return RawOffer(
        url=url,
        title=title,
        price=price,
        currency=currency,
        shipping=_shipping(offer),
        availability=availability.rsplit("/", 1)[-1] or None,
        brand=_text(product.get("brand")) or _text(product.get("manufacturer")),
        gtin=gtin,
        mpn=mpn,
        attributes=attributes,
    )


def parse_product_page(body: bytes, page: str) -> list[RawOffer | Rejected]:
    """Offers of the products ``page`` describes; JSON-LD wins over microdata.

    A page without one gives a single ``Rejected``.
    """
    html = body.decode("utf-8", "replace")
    try:
        data = extruct.extract(
            html, base_url=page, syntaxes=["json-ld", "microdata"], uniform=True, errors="ignore"
        )
    except Exception as error:
        # Broken markup fails in lxml, html5 or JSON parsing, each with its own exception.
        return [Rejected(page, f"unreadable markup: {type(error).__name__}")]
    for syntax in ("json-ld", "microdata"):
        found: list[RawOffer | Rejected] = []
        for product in _nodes(data.get(syntax, [])):
            if not _types(product) & {"Product", "ProductModel"}:
                continue
            offers = [o for o in _list(product.get("offers")) if isinstance(o, Mapping)]
            nested = [
                inner
                for o in offers
                for inner in _list(o.get("offers"))
                if isinstance(inner, Mapping)
            ]
            for number, offer in enumerate(nested or offers):
                found.append(_offer(product, offer, page, number))
        if found:
            return found
    return [Rejected(page, "no product data on the page")]
