"""Offers to products: identifiers, titles, vetoes, doubts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from deployments.products.contract import ProductImport, VariantInput
from pipelines.price_aggregation.catalogue import Catalogue, build_catalogue
from pipelines.price_aggregation.decisions import apply_decisions, match_all
from pipelines.price_aggregation.match import match_offer
from pipelines.price_aggregation.offers import Match, Offer
from pipelines.price_aggregation.similarity import brand_key, model_codes, same_codes, words
from tests.exported_products import detail_of, product_id, variant_id

ACCEPT, REVIEW = 0.78, 0.58
NOW = datetime(2025, 3, 3, tzinfo=UTC)


def product(
    handle: str, title: str, brand: str, variants: list[VariantInput], **more: str
) -> ProductImport:
    return ProductImport(
        handle=handle, title=title, brand=brand, variants=variants, attributes=dict(more)
    )


def variant(sku: str, price: int, barcode: str | None = None, **options: str) -> VariantInput:
    return VariantInput(sku=sku, price=price, barcode=barcode, options=options)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return build_catalogue(
        map(
            detail_of,
            [
                product(
                    "flask",
                    "Glacier Insulated Bottle",
                    "Fjellmark",
                    [
                        variant("OUT-100-500", 2900, "036000291452", Capacity="500 ml"),
                        variant("OUT-100-1L", 3900, "4006381333931", Capacity="1 l"),
                    ],
                    Material="steel",
                ),
                product(
                    "shirt",
                    "Harbour Linen Shirt",
                    "Lumo & Söhne",
                    [
                        variant("FAS-7-NAVY-M", 5900, Colour="Navy", Size="M"),
                        variant("FAS-7-NAVY-L", 5900, Colour="Navy", Size="L"),
                        variant("FAS-7-RED-M", 5900, Colour="Red", Size="M"),
                    ],
                ),
                product(
                    "glasses",
                    "Rigoletto Wine Glasses, Set of 4",
                    "Brunosa",
                    [variant("KIT-55", 3600)],
                ),
                product(
                    "pan-24", "Iron Orchard Skillet 24 cm", "Brunosa", [variant("KIT-61", 4500)]
                ),
                product(
                    "pan-28", "Iron Orchard Skillet 28 cm", "Brunosa", [variant("KIT-62", 5500)]
                ),
                product("printer", "Laser Printer HL-L2350DW", "Brother", [variant("P-1", 15900)]),
                product(
                    "twin-a",
                    "Meadow Woven Picnic Blanket Wool",
                    "Feldweg",
                    [variant("HOM-1", 4900)],
                ),
                product(
                    "twin-b",
                    "Meadow Woven Picnic Blanket Cotton",
                    "Feldweg",
                    [variant("HOM-2", 5200)],
                ),
            ],
        ),
        "EUR",
    )


def offer(title: str, price: int = 3000, **changes: object) -> Offer:
    base = Offer(
        merchant="Shop",
        url="https://shop.example/1",
        title=title,
        brand=None,
        gtin=None,
        mpn=None,
        attributes={},
        pack_size=1,
        listed_price=price,
        listed_currency="EUR",
        price=price,
        shipping=0,
        in_stock=True,
        fetched_at=NOW,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def match(catalogue: Catalogue, given: Offer) -> Match | None:
    return match_offer(given, catalogue, accept_at=ACCEPT)


def test_gtin_names_the_variant_whatever_the_title(catalogue: Catalogue) -> None:
    found = match(catalogue, offer("Botella isotérmica steel", gtin="00036000291452"))
    assert found is not None
    assert (found.product_id, found.variant_id) == (product_id("flask"), variant_id("OUT-100-500"))
    assert (found.matched_by, found.confidence) == ("gtin", 0.99)


@pytest.mark.parametrize(
    ("title", "note"),
    [
        ("Glacier Insulated Bottle - Pack of 3", "other pack size"),
        ("Garden Gnome", "nothing else in common"),
    ],
)
def test_a_gtin_with_a_contradiction_is_for_a_person(
    catalogue: Catalogue, title: str, note: str
) -> None:
    found = match(catalogue, offer(title, gtin="00036000291452"))
    assert found is not None
    assert REVIEW <= found.confidence < ACCEPT
    assert note in found.note


def test_brand_and_part_number_in_any_spelling(catalogue: Catalogue) -> None:
    found = match(catalogue, offer("Bottle", brand="FJELLMARK AS", mpn="out 100/1l"))
    assert found is not None
    assert (found.variant_id, found.matched_by) == (variant_id("OUT-100-1L"), "brand_mpn")


def test_a_part_number_of_another_brand_is_nothing(catalogue: Catalogue) -> None:
    assert match(catalogue, offer("Thing", brand="Other", mpn="OUT-100-1L")) is None


def test_a_model_number_names_the_product_and_the_title_the_variant(catalogue: Catalogue) -> None:
    named = match(catalogue, offer("Bottle 0.5 l", brand="Fjellmark", mpn="OUT-100", gtin=None))
    assert named is not None
    assert (named.variant_id, named.matched_by) == (variant_id("OUT-100-500"), "brand_model")
    unnamed = match(catalogue, offer("Bottle", brand="Fjellmark", mpn="OUT-100"))
    assert unnamed is not None
    assert unnamed.variant_id is None
    assert unnamed.confidence < named.confidence


def test_a_part_number_against_the_size_is_for_a_person(catalogue: Catalogue) -> None:
    found = match(catalogue, offer("Bottle 2 l", brand="Fjellmark", mpn="OUT-100"))
    assert found is not None
    assert found.confidence < ACCEPT
    assert "volume" in found.note


@pytest.mark.parametrize(
    ("title", "sku"),
    [
        ("Fjellmark Glacier insulated bottle 500ml steel", "OUT-100-500"),
        ("GLACIER INSULATED BOTTLE (1 L) BY FJELLMARK - BEST PRICE!", "OUT-100-1L"),
        ("Harbour linen shirt, navy, L", "FAS-7-NAVY-L"),
        ("Shirt Harbour Linen (Red / M)", "FAS-7-RED-M"),
        ("Brunosa Rigoletto Wine Glass 4-Pack", "KIT-55"),
        ("Iron Orchard Skillet 28cm", "KIT-62"),
        ("Brother HLL2350DW mono laser printer", "P-1"),
    ],
)
def test_titles_written_differently_find_the_variant(
    catalogue: Catalogue, title: str, sku: str
) -> None:
    price = {"P-1": 14900}.get(sku, 4000)
    found = match(catalogue, offer(title, price))
    assert found is not None
    assert found.variant_id == variant_id(sku)
    assert found.confidence >= ACCEPT


@pytest.mark.parametrize(
    "title",
    [
        "Glacier Insulated Bottle 750 ml",
        "Harbour Linen Shirt Green M",
        "Harbour Linen Shirt Navy XXL",
        "Rigoletto Wine Glasses, Set of 6",
        "Rigoletto Wine Glass",
        "Iron Orchard Skillet 32 cm",
    ],
)
def test_another_size_colour_or_pack_is_another_article(catalogue: Catalogue, title: str) -> None:
    found = match(catalogue, offer(title, 4000))
    assert found is None or found.confidence < REVIEW


def test_a_colour_in_a_field_decides(catalogue: Catalogue) -> None:
    found = match(
        catalogue, offer("Harbour Linen Shirt", 5900, attributes={"color": "Red", "size": "M"})
    )
    assert found is not None
    assert found.variant_id == variant_id("FAS-7-RED-M")
    other = offer("Harbour Linen Shirt", 5900, attributes={"color": "Green"})
    assert match(catalogue, other) is None


def test_two_products_about_as_alike_are_for_a_person(catalogue: Catalogue) -> None:
    found = match(catalogue, offer("Feldweg Meadow Woven Picnic Blanket", 5000))
    assert found is not None
    assert found.confidence < ACCEPT
    assert "two products" in found.note


def test_another_brand_or_model_or_price_lowers_the_confidence(catalogue: Catalogue) -> None:
    title = "Meadow Woven Picnic Blanket Cotton"
    plain = match(catalogue, offer(title, 5000))
    branded = match(catalogue, offer(title, 5000, brand="Nemo"))
    dear = match(catalogue, offer(title, 50_000))
    assert plain is not None
    assert branded is not None
    assert dear is not None
    assert plain.confidence >= ACCEPT
    assert branded.confidence < ACCEPT
    assert dear.confidence < ACCEPT
    model = match(catalogue, offer("Brother Laser Printer MFC-J4540DW", 15900))
    assert model is None or model.confidence < ACCEPT


def test_what_we_do_not_have_matches_nothing(catalogue: Catalogue) -> None:
    for title in ("Solstice Folding Kayak 320", "", "!!!", "Free shipping"):
        found = match(catalogue, offer(title))
        assert found is None or found.confidence < REVIEW


def test_matches_are_used_reviewed_or_dropped(catalogue: Catalogue) -> None:
    offers = [
        offer("Meadow Woven Picnic Blanket Cotton", 5000, url="https://shop.example/used"),
        offer("Feldweg Meadow Woven Picnic Blanket", 5000, url="https://shop.example/review"),
        offer("Solstice Folding Kayak", url="https://shop.example/dropped"),
    ]
    found = match_all(offers, catalogue, accept_at=ACCEPT, review_at=REVIEW)
    assert {item.offer.url.rsplit("/")[-1]: item.needs_review for item in found} == {
        "used": False,
        "review": True,
    }


def test_a_persons_decision_wins(catalogue: Catalogue) -> None:
    offers = [
        offer("Meadow Woven Picnic Blanket Cotton", 5000, url="https://shop.example/refused"),
        offer("Solstice Folding Kayak", url="https://shop.example/accepted"),
        offer("Feldweg Meadow Woven Picnic Blanket", 5000, url="https://shop.example/confirmed"),
    ]
    found = match_all(offers, catalogue, accept_at=ACCEPT, review_at=REVIEW)
    confirmed: UUID = found[1].match.product_id
    decided = apply_decisions(
        found,
        offers,
        {
            ("Shop", "https://shop.example/refused"): {product_id("twin-b"): "refused"},
            ("Shop", "https://shop.example/accepted"): {product_id("flask"): "accepted"},
            ("Shop", "https://shop.example/confirmed"): {confirmed: "accepted"},
        },
    )
    by_url = {item.offer.url.rsplit("/")[-1]: item for item in decided}
    assert set(by_url) == {"accepted", "confirmed"}
    assert by_url["accepted"].match == Match(product_id("flask"), None, "review", 1.0)
    assert not by_url["confirmed"].needs_review
    assert by_url["confirmed"].match.matched_by == "review"


def test_products_in_another_currency_are_not_compared() -> None:
    detail = detail_of(product("a", "Kettle", "B", [variant("A-1", 100)]))
    assert build_catalogue([detail], "GBP").products == ()


def test_words_codes_and_brands() -> None:
    assert words("The Chef's Knives — 350 ml, NEW!") == {"chef", "knive", "350ml"}
    assert brand_key("Lumo & Söhne GmbH") == "lumosohne"
    assert model_codes("Brother HL-L2350DW 500ml 2x500ml usb3") == {"hll2350dw"}
    assert same_codes(frozenset({"f8n044slv"}), frozenset({"f8n044"})) == 0.5
    assert same_codes(frozenset({"abc12"}), frozenset()) is None
