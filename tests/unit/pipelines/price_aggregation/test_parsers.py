"""Feeds and pages to raw offers."""

from __future__ import annotations

import json

import pytest

from pipelines.price_aggregation.google_csv import parse_google_csv
from pipelines.price_aggregation.json_feed import parse_json_feed
from pipelines.price_aggregation.offers import RawOffer, Rejected
from pipelines.price_aggregation.schema_org import parse_product_page, parse_sitemap

SITE = "https://shop.example/feeds/feed.json"
PAGE = "https://shop.example/p/kettle"


def only(found: list[RawOffer | Rejected]) -> RawOffer:
    assert len(found) == 1
    assert isinstance(found[0], RawOffer)
    return found[0]


def test_json_feed_with_the_common_names() -> None:
    record = {
        "name": "Kettle",
        "url": "/p/kettle",
        "price": {"amount": 39.9, "currency": "GBP"},
        "shipping_cost": 4.5,
        "in_stock": False,
        "vendor": "Brunosa",
        "ean": 4006381333931,
        "sku": "K-1",
        "options": {"Colour": "Red"},
    }
    body = json.dumps({"products": [record], "currency": "EUR"}).encode()
    offer = only(parse_json_feed(body, SITE))
    assert offer == RawOffer(
        url="https://shop.example/p/kettle",
        title="Kettle",
        price="39.9 GBP",
        currency="EUR",
        shipping="4.5",
        availability="out of stock",
        brand="Brunosa",
        gtin="4006381333931",
        mpn="K-1",
        attributes={"Colour": "Red"},
    )


def test_json_feed_keeps_good_records_beside_bad_ones() -> None:
    body = json.dumps(
        [
            {"title": "A", "link": "https://a.example/1", "price": "1"},
            {"title": "no address", "price": "1"},
            {"link": "https://a.example/2", "price": "1"},
            {"title": "no price", "link": "https://a.example/3", "price": ""},
            "not an object",
        ]
    ).encode()
    found = parse_json_feed(body, SITE)
    assert [getattr(item, "reason", None) for item in found] == [
        None,
        "no address",
        "no title",
        "no price",
        "not an object",
    ]


@pytest.mark.parametrize("body", [b"<html>", b'{"products": {}}', b"12", b""])
def test_a_json_feed_without_products_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_json_feed(body, SITE)


HEADER = "id,title,link,price,sale_price,shipping,gtin,color,multipack,availability\n"


def test_google_file_row() -> None:
    row = '1,"Kettle, red",/p/1,39.90 GBP,29.90 GBP,"GB:::4.95 GBP,IE:::9 GBP",123,Red,3,in_stock\n'
    offer = only(parse_google_csv(("\ufeff" + HEADER + row).encode(), SITE))
    assert offer.title == "Kettle, red"
    assert offer.url == "https://shop.example/p/1"
    assert (offer.price, offer.shipping) == ("29.90 GBP", "4.95 GBP")
    assert offer.attributes == {"color": "Red", "multipack": "pack of 3"}


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_google_file_with_other_delimiters_and_prefixed_names(delimiter: str) -> None:
    lines = [["g:title", "g:link", "g:price", "g:brand"], ["Kettle", "/p", "5 EUR", "Brunosa"]]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    offer = only(parse_google_csv(text.encode(), SITE))
    assert (offer.title, offer.brand) == ("Kettle", "Brunosa")


def test_google_file_rejects_broken_rows_only() -> None:
    rows = "1,A,/1,5 EUR\n2,B,,5 EUR\n3,,/3,5 EUR\n4,D,/4,\n5,E,/5,5 EUR,,,,,,,surplus\n"
    found = parse_google_csv((HEADER + rows).encode(), SITE)
    assert [getattr(item, "reason", None) for item in found] == [
        None,
        "no link",
        "no title",
        "no price",
        "more cells than columns",
    ]


def test_google_file_without_the_columns_names_them() -> None:
    with pytest.raises(ValueError, match="link, price"):
        parse_google_csv(b"id,title\n1,A\n", SITE)


def page(*scripts: object, body: str = "") -> bytes:
    head = "".join(
        f'<script type="application/ld+json">{json.dumps(script)}</script>' for script in scripts
    )
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def test_json_ld_in_a_graph_with_shipping_and_gtin() -> None:
    product = {
        "@type": "Product",
        "name": "Kettle",
        "brand": {"@type": "Brand", "name": "Brunosa"},
        "gtin13": "4006381333931",
        "color": "Red",
        "offers": {
            "@type": "Offer",
            "price": 39.9,
            "priceCurrency": "EUR",
            "availability": "https://schema.org/OutOfStock",
            "shippingDetails": {"shippingRate": {"value": "4.90", "currency": "EUR"}},
        },
    }
    other = {"@type": "Organization", "name": "Shop"}
    offer = only(
        parse_product_page(
            page({"@context": "https://schema.org", "@graph": [other, product]}), PAGE
        )
    )
    assert offer == RawOffer(
        url=PAGE,
        title="Kettle",
        price="39.9",
        currency="EUR",
        shipping="4.90 EUR",
        availability="OutOfStock",
        brand="Brunosa",
        gtin="4006381333931",
        attributes={"color": "Red"},
    )


def test_variants_of_one_page_get_an_address_each() -> None:
    offers = [
        {"@type": "Offer", "price": p, "priceCurrency": "EUR", "sku": f"K-{p}"} for p in (1, 2)
    ]
    found = parse_product_page(page({"@type": "Product", "name": "K", "offers": offers}), PAGE)
    assert [offer.url for offer in found] == [PAGE, f"{PAGE}#K-2"]
    assert [offer.mpn for offer in found if isinstance(offer, RawOffer)] == ["K-1", "K-2"]


def test_aggregate_offer_gives_its_lowest_price() -> None:
    aggregate = {"@type": "AggregateOffer", "lowPrice": "9.50", "priceCurrency": "EUR"}
    document = {"@type": ["Product", "Thing"], "name": "K", "offers": aggregate}
    assert only(parse_product_page(page(document), PAGE)).price == "9.50"


def test_microdata() -> None:
    body = """
    <div itemscope itemtype="https://schema.org/Product">
      <h1 itemprop="name">Kettle &amp; Cup</h1><meta itemprop="brand" content="Brunosa">
      <div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
        <link itemprop="url" href="/p/kettle?variant=1"><meta itemprop="price" content="3.20">
        <meta itemprop="priceCurrency" content="GBP">
        <link itemprop="availability" href="https://schema.org/InStock">
      </div>
    </div>"""
    offer = only(parse_product_page(page(body=body), PAGE))
    assert offer.title == "Kettle & Cup"
    assert offer.url == "https://shop.example/p/kettle?variant=1"
    assert (offer.price, offer.currency, offer.availability) == ("3.20", "GBP", "InStock")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>nothing here",
        b'<script type="application/ld+json">{broken</script>',
        b"\xff\xfe\x00\x01",
        page({"@type": "Article", "name": "K"}),
        page({"@type": "Product", "name": "K"}),
    ],
)
def test_a_page_without_an_offer_is_one_rejection(body: bytes) -> None:
    found = parse_product_page(body, PAGE)
    assert len(found) == 1
    assert isinstance(found[0], Rejected)
    assert found[0].url == PAGE


def test_sitemap_and_index() -> None:
    namespace = b"http://www.sitemaps.org/schemas/sitemap/0.9"
    pages = b'<urlset xmlns="' + namespace + b'"><url><loc> /a </loc></url></urlset>'
    assert parse_sitemap(pages, PAGE) == (["https://shop.example/a"], [])
    index = (
        b"<sitemapindex><sitemap><loc>https://shop.example/s1.xml</loc></sitemap></sitemapindex>"
    )
    assert parse_sitemap(index, PAGE) == ([], ["https://shop.example/s1.xml"])


@pytest.mark.parametrize(
    "body",
    [b"no xml", b'<!DOCTYPE a [<!ENTITY b "c">]><urlset><url><loc>&b;</loc></url></urlset>'],
)
def test_what_is_no_sitemap_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="sitemap"):
        parse_sitemap(body, PAGE)
