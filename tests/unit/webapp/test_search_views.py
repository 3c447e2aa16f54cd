"""What a search says beside its hits."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.products.contract import ProductCard
from deployments.search.contract import (
    Alternatives,
    Chip,
    Facet,
    FacetValue,
    FilterValue,
    PriceSpan,
    Reason,
    SearchHit,
    SearchResponse,
    Suggestion,
)
from webapp.listing_url import Listing
from webapp.search_views import Answer, hit_cards, part_label, why_text, without
from webapp.state.facets import chips, of_search
from webapp.suggestion_views import Piece, hint_groups, pieces
from webapp.views import card_of_detail, departments

from .fake_world import World

UNDER_80 = Chip(
    kind="price",
    label="under 80.00 EUR",
    words="under 80",
    filters=[FilterValue(name="price_max", value="8000")],
)
BOOTS = Listing(query="waterproof boots under 80", brands=("Kite",))


def _card() -> ProductCard:
    return card_of_detail(next(iter(World().products.values())))


def _hit(**fields: Any) -> SearchHit:
    return SearchHit(product=_card(), score=1.0, matched_by=["text"], **fields)


def _response(**fields: Any) -> SearchResponse:
    values: dict[str, Any] = {
        "query": BOOTS.query,
        "items": [],
        "total": 0,
        "mode": "hybrid",
        "index_version": "v1",
        "took_ms": 1.0,
    }
    return SearchResponse(**(values | fields))


def test_a_chip_leads_to_the_same_search_with_its_words_as_words() -> None:
    (chip,) = Answer.of(BOOTS, _response(chips=[UNDER_80])).understood
    assert (chip.label, chip.words) == ("Up to €80", "under 80")
    assert chip.href.endswith("&brand=Kite&literal=under+80")


@pytest.mark.parametrize(
    ("filters", "label"),
    [
        ({"price_min": "1999"}, "€19.99 and more"),
        ({"price_min": "1000", "price_max": "120000"}, "€10 – €1,200"),
        ({"price_max": "cheap"}, "Under 80.00 EUR"),
    ],
)
def test_prices_read_as_in_the_rest_of_the_store(filters: dict[str, str], label: str) -> None:
    rows = [FilterValue(name=name, value=value) for name, value in filters.items()]
    assert part_label(UNDER_80.model_copy(update={"filters": rows})) == label


def test_a_corrected_query_can_be_searched_as_it_was_typed() -> None:
    answer = Answer.of(Listing(query="botts"), _response(corrected_query="boots"))
    assert (answer.searched, answer.typed) == ("boots", "botts")
    assert answer.typed_href == "/search?q=botts&literal=botts"
    assert Answer.of(Listing(query="boots"), _response()).typed == ""


def test_another_spelling_keeps_the_filters_but_not_what_was_literal() -> None:
    listing = Listing(query="lamb", brands=("A",), literal=("lamb",))
    answer = Answer.of(listing, _response(did_you_mean="lamp"))
    assert (answer.meant, answer.meant_href) == ("lamp", "/search?q=lamp&brand=A")


def test_only_words_were_searched_where_meaning_did_not_answer() -> None:
    assert Answer.of(BOOTS, _response(mode="lexical")).by_words
    assert not Answer.of(BOOTS, _response()).by_words


def test_alternatives_name_what_was_given_up_and_lead_to_all_of_them() -> None:
    alternatives = Alternatives(
        relaxed=UNDER_80.filters, label="without “under 80.00 EUR”", items=[_hit()], total=12
    )
    near = Answer.of(BOOTS, _response(chips=[UNDER_80], alternatives=alternatives)).nearest
    assert near.title == "Without “Up to €80”"
    assert near.text.endswith("Without “Up to €80” there are 12 products.")
    assert (near.more, near.href) == ("Show all 12", "/search?q=waterproof+boots&brand=Kite")


def test_chosen_filters_that_were_given_up_are_named_too() -> None:
    relaxed = [
        FilterValue(name="brand", value="Kite"),
        FilterValue(name="attr", value="Colour:Red"),
        FilterValue(name="in_stock", value="true"),
    ]
    alternatives = Alternatives(relaxed=relaxed, label="", items=[_hit()], total=1)
    near = Answer.of(BOOTS, _response(alternatives=alternatives)).nearest
    assert near.title == "Without “Kite”, “Colour: Red” and “In stock”"
    assert (near.more, near.href) == ("", "")


def test_where_nothing_is_like_the_query_that_is_said() -> None:
    alternatives = Alternatives(relaxed=[], label="", items=[_hit()], total=1)
    near = Answer.of(BOOTS, _response(alternatives=alternatives)).nearest
    assert near.title == "What comes nearest"
    assert "Nothing in the shop" in near.text
    assert Answer.of(BOOTS, _response()).nearest.cards == []


def test_what_is_given_up_goes_from_words_and_filters() -> None:
    listing = Listing(
        query="Boots UNDER  80 under 800",
        category="shoes",
        brands=("Kite", "Plain"),
        min_price=5,
        max_price=80,
        in_stock=True,
        attributes=("Colour:Red", "Size:41"),
        rating=4,
    )
    given_up = [
        *UNDER_80.filters,
        *(
            FilterValue(name=name, value=value)
            for name, value in (
                ("brand", "Kite"),
                ("attr", "Size:41"),
                ("rating_min", "4"),
                ("in_stock", "true"),
                ("category", "shoes"),
            )
        ),
    ]
    assert without(listing, [UNDER_80], given_up) == Listing(
        query="Boots under 800", brands=("Plain",), min_price=5, attributes=("Colour:Red",)
    )


def test_a_query_that_is_nothing_but_what_is_given_up_stays() -> None:
    listing = Listing(query="under 80")
    assert without(listing, [UNDER_80], UNDER_80.filters) == listing


def test_a_hit_says_in_a_few_words_why_it_is_there() -> None:
    reasons = [
        Reason(kind="title", text="boots"),
        Reason(kind="meaning"),
        Reason(kind="brand", text="x"),
    ]
    assert why_text(reasons) == "“boots” in the name · close in meaning"
    assert why_text([Reason(kind="synonym", text="settee")]) == "Also called “settee”"
    assert why_text([Reason(kind="title"), Reason(kind="exact")]) == "Exactly what you typed"
    assert why_text([]) == ""
    (card,) = hit_cards([_hit(why=[Reason(kind="exact", text="TRAIL-01")])], 25)
    assert (card.why, card.position) == ("Exactly “TRAIL-01”", 25)


def test_facets_of_a_search_become_choices() -> None:
    facets = [
        Facet(field="category", values=[FacetValue(value="shoes/hiking", label="Hiking", count=9)]),
        Facet(field="brand", values=[FacetValue(value="Kite", label="Kite", count=1200)]),
        Facet(
            field="attr",
            name="Colour",
            values=[FacetValue(value="Colour:Red", label="Red", count=3)],
        ),
        Facet(
            field="attr",
            name="Size",
            values=[FacetValue(value=f"Size:{n}", label=str(n), count=1) for n in range(20)],
        ),
        Facet(field="rating_min", values=[FacetValue(value="4", label="4 and up", count=2)]),
        Facet(field="of_tomorrow", values=[]),
    ]
    listing = Listing(query="x", brands=("Gone",), attributes=("Colour:Blue",), rating=4)
    found = of_search(facets, PriceSpan(min=1999, max=34900, currency="EUR"), listing)
    assert [(c.value, c.label) for c in found.categories] == [("shoes/hiking", "Hiking")]
    assert [(c.label, c.count, c.selected) for c in found.brands] == [
        ("Gone", "", True),
        ("Kite", "1,200", False),
    ]
    colour, size = found.attributes
    assert [(c.value, c.label) for c in colour.choices] == [
        ("Colour:Blue", "Blue"),
        ("Colour:Red", "Red"),
    ]
    assert (colour.is_open, size.is_open, len(size.choices)) == (True, False, 12)
    assert [(c.value, c.label, c.selected) for c in found.ratings] == [
        ("4", "4 stars and more", True)
    ]
    assert found.price_hint == "€19 – €349"
    assert of_search([], None, Listing(query="x")).price_hint == ""


def test_what_is_chosen_is_never_folded_away() -> None:
    values = [FacetValue(value=f"B{n}", label=f"B{n}", count=90 - n) for n in range(40)]
    brands = of_search([Facet(field="brand", values=values)], None, Listing(brands=("B20", "B1")))
    assert [choice.label for choice in brands.brands[:4]] == ["B20", "B0", "B1", "B2"]
    assert len(brands.brands) == 30


def test_a_department_that_was_chosen_goes_by_its_name() -> None:
    (chip,) = chips(Listing(query="x", category="outdoor/hiking-boots"), departments([]))
    assert chip.label == "Hiking boots"


def test_suggestions_come_in_groups_and_lead_somewhere() -> None:
    card = _card()
    rows = [
        Suggestion(kind="product", text=card.title, target=str(card.id), product=card),
        Suggestion(kind="category", text="Trails", target="outdoor/trails"),
        Suggestion(kind="query", text="trail shoes", target="trail shoes"),
    ]
    groups = hint_groups("trail", rows)
    assert [group.title for group in groups] == ["Searches", "Departments", "Products"]
    assert [group.hints[0].href for group in groups] == [
        "/search?q=trail+shoes",
        "/category/outdoor/trails",
        "/p/trail-bottle-750-ml",
    ]
    assert (groups[2].hints[0].price, bool(groups[2].hints[0].image)) == ("from €24.90", True)
    assert hint_groups("trail", []) == []
    assert len(hint_groups("trail", rows[:1] * 9)[0].hints) == 5


def test_what_was_typed_is_marked_at_the_beginning_of_words() -> None:
    assert pieces("Wool Scarf", "sc wo") == [
        Piece("Wo", typed=True),
        Piece("ol "),
        Piece("Sc", typed=True),
        Piece("arf"),
    ]
    assert pieces("Mascara", "sca") == [Piece("Mascara")]
    assert pieces("C++ (draft)", "c++ (") == [
        Piece("C++", typed=True),
        Piece(" "),
        Piece("(", typed=True),
        Piece("draft)"),
    ]
    assert pieces("x", " ") == [Piece("x")]
