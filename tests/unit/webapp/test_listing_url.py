from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.listing_url import Listing, parse

_TEXT = st.characters(codec="utf-8").filter(str.isprintable)


def _has_single_spaces(text: str) -> bool:
    return bool(text) and text == " ".join(text.split())


def _read(url: str) -> Listing:
    path, _, query = url.partition("?")
    return parse(path, query)


def test_a_search_with_filters_survives_its_address() -> None:
    listing = Listing(
        query="keep coffee hot & dry",
        category="outdoor/camping",
        brands=("Hygge & Sons", "Nordwind"),
        min_price=5,
        max_price=100,
        in_stock=True,
        attributes=("Material:Steel",),
        rating=3,
        literal=("hot & dry",),
        sort="price_asc",
    )
    assert _read(listing.url()) == listing


@given(
    st.builds(
        Listing,
        query=st.text(_TEXT, max_size=60).map(lambda text: " ".join(text.split())),
        brands=st.lists(
            st.text(_TEXT, min_size=1, max_size=20).map(str.strip).filter(_has_single_spaces),
            max_size=3,
            unique=True,
        ).map(tuple),
        min_price=st.none() | st.integers(0, 500),
        max_price=st.none() | st.integers(500, 9999),
        in_stock=st.booleans(),
        sort=st.sampled_from(["", "price_asc", "price_desc", "newest"]),
    )
)  # fmt: skip
def test_any_listing_survives_its_address(listing: Listing) -> None:
    assert _read(listing.url()) == listing


def test_a_category_is_part_of_the_path_in_a_list_and_a_filter_in_a_search() -> None:
    assert Listing(category="outdoor/camping").url() == "/category/outdoor/camping"
    assert Listing(query="tent", category="outdoor").url() == "/search?q=tent&category=outdoor"
    assert _read("/category/outdoor/camping/").category == "outdoor/camping"


def test_the_first_sort_order_is_left_out_of_the_address() -> None:
    assert Listing(sort="newest").url() == "/products"
    assert Listing(query="x", sort="newest").url() == "/search?q=x&sort=newest"


@pytest.mark.parametrize(
    "query",
    ["min=abc", "min=-5", "min=1e9999", "min=99999999999", "max=²", "sort=drop+table", "stock=yes"],
)
def test_what_cannot_be_understood_is_as_if_absent(query: str) -> None:
    assert _read(f"/products?{query}") == Listing()


def test_prices_the_wrong_way_round_are_turned() -> None:
    listing = _read("/products?min=90&max=10")
    assert (listing.min_price, listing.max_price) == (10, 90)


def test_services_are_asked_in_minor_units() -> None:
    asked = Listing(min_price=5, max_price=10, brands=("A", "B"), in_stock=True).parameters()
    assert asked["price_min"] == 500
    assert asked["price_max"] == 1000
    assert asked["brand"] == ["A", "B"]
    assert asked["in_stock"] == "true"
    assert asked["category"] is None


def test_control_characters_are_dropped_from_what_is_searched() -> None:
    assert _read("/search?q=a%00b%0A%1Bc").query == "a b c"


def test_toggling_a_brand_adds_and_removes_it() -> None:
    listing = Listing(brands=("A",)).toggle_brand("B")
    assert listing.brands == ("A", "B")
    assert listing.toggle_brand("A").brands == ("B",)


def test_clearing_filters_keeps_what_the_list_is_about() -> None:
    search = Listing(query="tent", category="outdoor", brands=("A",), in_stock=True)
    assert search.without_filters() == Listing(query="tent")
    assert Listing(category="outdoor", min_price=5).without_filters() == Listing(category="outdoor")


def test_filters_in_force_are_counted() -> None:
    assert Listing(category="a").filter_count == 0
    assert Listing(query="x", category="a", brands=("b", "c"), min_price=1).filter_count == 4


def test_attributes_and_rating_are_read_from_any_list() -> None:
    listing = parse("/products", "attr=Material:Steel&attr=nonsense&attr=:&rating=4")
    assert (listing.attributes, listing.rating) == (("Material:Steel",), 4)
    assert listing.filter_count == 2
    assert listing.url() == "/products?attr=Material%3ASteel&rating=4"
    assert listing.parameters()["attr"] == ["Material:Steel"]
    assert listing.without_filters() == Listing()
    assert parse("/products", "rating=9&rating=4").rating is None
    search = parse("/search", "q=a&attr=Material:Steel&rating=4")
    assert (search.attributes, search.rating) == (("Material:Steel",), 4)
    assert search.parameters()["rating_min"] == 4


def test_words_taken_literally_are_of_the_query_and_outlive_the_filters() -> None:
    search = Listing(query="boots under 80", brands=("A",)).taken_literally("under 80")
    assert search.url() == "/search?q=boots+under+80&brand=A&literal=under+80"
    assert _read(search.url()) == search
    assert search.parameters()["literal"] == ["under 80"]
    assert search.taken_literally("under 80") == search
    assert search.without_filters().literal == ("under 80",)
    assert _read("/products?literal=a").literal == ()


def test_an_address_with_too_many_parts_is_a_list_without_filters() -> None:
    assert _read("/products?" + "&".join(f"brand={n}" for n in range(200))) == Listing()


def test_only_another_query_or_place_is_another_subject() -> None:
    search = Listing(query="tent")
    assert search.has_subject_of(Listing(query="tent", category="outdoor", sort="newest"))
    assert not search.has_subject_of(Listing(query="tents"))
    assert not Listing(category="a").has_subject_of(Listing(category="b"))
