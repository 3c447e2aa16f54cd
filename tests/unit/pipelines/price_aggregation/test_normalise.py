"""Raw offers to comparable ones, and sources joined."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from deployments.shared.money import Money
from pipelines.price_aggregation.normalise import Exchange, normalise
from pipelines.price_aggregation.offers import Offer, RawOffer, Rejected
from pipelines.price_aggregation.sources import SourcePart, joined

NOW = datetime(2025, 3, 3, tzinfo=UTC)
EXCHANGE = Exchange("EUR", {"GBP": 1.16, "JPY": 0.0062, "XXX": 0})
RAW = RawOffer(url="https://shop.example/1", title="Kettle", price="10.00", currency="EUR")


def usable(raw: RawOffer) -> Offer:
    offer = normalise(raw, "Shop", EXCHANGE, NOW)
    assert isinstance(offer, Offer)
    return offer


def test_foreign_currency_is_converted_and_the_listed_price_kept() -> None:
    offer = usable(replace(RAW, price="12.99 GBP", shipping="3.95"))
    assert (offer.price, offer.shipping, offer.total) == (1507, 458, 1965)
    assert (offer.listed_price, offer.listed_currency) == (1299, "GBP")


def test_conversion_regards_minor_units() -> None:
    assert EXCHANGE.convert(Money(1200, "JPY")) == 744
    assert EXCHANGE.convert(Money(500, "EUR")) == 500
    assert EXCHANGE.convert(Money(500, "SEK")) is None
    assert EXCHANGE.convert(Money(500, "XXX")) is None


@pytest.mark.parametrize(
    ("text", "in_stock"),
    [
        (None, True),
        ("in_stock", True),
        ("in stock", True),
        ("https://schema.org/InStock", True),
        ("LimitedAvailability", True),
        ("12", True),
        ("out_of_stock", False),
        ("OutOfStock", False),
        ("preorder", False),
        ("0", False),
        ("discontinued", False),
    ],
)
def test_availability(text: str | None, in_stock: bool) -> None:
    assert usable(replace(RAW, availability=text)).in_stock is in_stock


def test_texts_are_plain_and_bounded() -> None:
    offer = usable(
        replace(RAW, title="Kettle &amp; <b>Cup</b>\x00\n now" + "x" * 400, brand="  ", gtin="12")
    )
    assert offer.title.startswith("Kettle & Cup now")
    assert len(offer.title) <= 300
    assert offer.brand is None
    assert offer.gtin is None


def test_unknown_shipping_is_not_free_shipping() -> None:
    assert usable(RAW).shipping is None
    assert usable(replace(RAW, shipping="0.00 EUR")).shipping == 0
    assert usable(replace(RAW, shipping="on request")).shipping is None


def test_pack_size_comes_from_title_and_attributes() -> None:
    assert usable(replace(RAW, attributes={"multipack": "pack of 3"})).pack_size == 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"price": "free!"}, "unreadable price"),
        ({"price": "0.00"}, "unreadable price"),
        ({"price": "10 SEK"}, "no exchange rate for SEK"),
        ({"title": " <i></i> "}, "no usable title"),
        ({"url": "javascript:alert(1)"}, "no usable title or address"),
        ({"url": "https://shop.example/" + "x" * 1000}, "no usable title or address"),
    ],
)
def test_what_cannot_be_compared_is_rejected(change: dict[str, str], reason: str) -> None:
    rejected = normalise(replace(RAW, **change), "Shop", EXCHANGE, NOW)  # type: ignore[arg-type]
    assert isinstance(rejected, Rejected)
    assert reason in rejected.reason


def test_joined_parts_hold_each_address_once() -> None:
    one, two = usable(RAW), usable(replace(RAW, price="12"))
    other = usable(replace(RAW, url="https://shop.example/2"))
    whole = joined([SourcePart([one]), SourcePart([two, other], unread=["https://shop.example/3"])])
    assert whole.offers == [one, other]
    assert whole.unread == ["https://shop.example/3"]
    assert whole.error is None


def test_a_source_without_a_usable_offer_failed() -> None:
    assert joined([SourcePart()]).error == "no usable offer"
    unread = joined([SourcePart(unread=["https://shop.example/3"])])
    assert unread.error == "1 pages did not answer: https://shop.example/3"
