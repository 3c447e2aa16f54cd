"""A product as search knows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from deployments.products.contract import CategoryReference, ProductDetail, Rating, Variant
from deployments.search.application.make_document import is_sold, make_document
from deployments.search.domain.filter_keys import filter_key
from deployments.shared.ids import new_id
from deployments.shared.schemas import MoneySchema


def variant(sku: str, price: int, available: int, **options: str) -> Variant:
    return Variant(
        id=new_id(),
        sku=sku,
        barcode="4006381333931" if sku == "FL-1" else None,
        options=options,
        price=MoneySchema(amount=price, currency="EUR"),
        available=available,
    )


def product(**values: Any) -> ProductDetail:
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    fields: dict[str, Any] = {
        "id": new_id(),
        "slug": "flask",
        "title": "Summit  Flask",
        "description": "Keeps drinks warm. " * 30,
        "brand": "Northpeak",
        "category": CategoryReference(slug="hiking", name="Hiking", path="outdoor/hiking"),
        "attributes": {f"name {n}": f"value {n}" for n in range(9)},
        "tags": ["gift"],
        "status": "published",
        "images": [],
        "variants": [
            variant("FL-2", 2990, 0, Colour="Red"),
            variant("FL-1", 1990, 3, Colour="Blue"),
        ],
        "created_at": moment,
        "updated_at": moment,
        "version": 7,
    }
    return ProductDetail(**fields | values)


def test_the_card_shows_the_range_of_prices_and_stock() -> None:
    document = make_document(product())
    assert document.card["price_from"]["amount"] == document.price_from == 1990
    assert document.card["price_to"]["amount"] == 2990
    assert document.card["variant_count"] == 2
    assert document.in_stock is True
    sold_out = product(variants=[variant("FL-2", 2990, 0)])
    assert make_document(sold_out).in_stock is False


def test_codes_are_found_whatever_their_case() -> None:
    assert make_document(product()).identifiers == ("fl-2", "fl-1", "4006381333931")
    assert make_document(product()).exact_title == "summit flask"


def test_options_are_searched_like_attributes() -> None:
    assert make_document(product()).attribute_text.endswith("value 8 Red, Blue gift")


def test_a_filter_finds_each_option_value_but_an_attribute_as_a_whole() -> None:
    document = make_document(product(attributes={"Fits": "Men, Women", "A:B": "no name"}))
    assert document.filter_keys == ["colour:blue", "colour:red", "fits:men, women"]


def test_a_text_is_no_filter() -> None:
    assert (
        filter_key("Story", "x" * 5000)
        not in make_document(product(attributes={"Story": "x" * 5000})).filter_keys
    )


def test_the_rating_of_published_reviews_is_known() -> None:
    document = make_document(product(rating=Rating(average=4.35, count=17)))
    assert document.rating == 4.35
    assert document.card["rating"] == {"average": 4.35, "count": 17}
    assert make_document(product()).rating is None


def test_the_model_reads_title_category_and_the_start_of_the_description() -> None:
    text = make_document(product(attributes={"Material": "Steel"})).embedding_text
    assert text.startswith("Summit  Flask. Hiking. Keeps drinks warm.")
    assert "Steel" not in text
    long = make_document(product(description="word " * 400)).embedding_text
    assert len(long) < 250
    bare = product(description="", category=None, attributes={}, variants=[variant("A", 1, 1)])
    assert make_document(bare).embedding_text == "Summit  Flask"


def test_what_a_product_just_has_is_found_by_name() -> None:
    document = make_document(
        product(attributes={"Bluetooth": "yes", "Backlight": "No", "Material": "Steel"})
    )
    assert document.attribute_text.startswith("Bluetooth Steel")
    assert "yes" not in document.attribute_text.split()


def test_only_published_products_are_sold() -> None:
    assert is_sold(product())
    assert not is_sold(product(status="draft"))
    assert not is_sold(product(variants=[]))


def test_the_vocabulary_holds_words_not_numbers() -> None:
    found = set(make_document(product()).vocabulary())
    assert {"summit", "flask", "northpeak", "hiking", "outdoor", "drinks", "gift"} <= found
    assert not any(any(c.isdigit() for c in word) for word in found)
