from __future__ import annotations

from deployments.products.contract import Variant
from deployments.shared.ids import new_id
from webapp.variants import choose, first_choice, options

from .fake_world import euro


def _variant(position: int, available: int, **chosen: str) -> Variant:
    return Variant(
        id=new_id(),
        sku=f"S{position}",
        options=chosen,
        price=euro(1000),
        available=available,
        position=position,
    )


NAVY_S, NAVY_M, RED_S, RED_L = _SHIRTS = [
    _variant(0, 0, Colour="Navy", Size="S"),
    _variant(1, 4, Colour="Navy", Size="M"),
    _variant(2, 2, Colour="Red", Size="S"),
    _variant(3, 1, Colour="Red", Size="L"),
]


def test_a_page_opens_with_the_first_variant_that_can_be_bought() -> None:
    assert first_choice(_SHIRTS) is NAVY_M


def test_a_page_opens_with_the_first_variant_when_all_are_sold_out() -> None:
    assert first_choice([NAVY_S]) is NAVY_S


def test_choosing_an_option_keeps_the_others() -> None:
    assert choose(_SHIRTS, RED_S, "Size", "L") is RED_L
    assert choose(_SHIRTS, NAVY_M, "Size", "S") is NAVY_S


def test_choosing_what_does_not_exist_together_takes_the_nearest_in_stock() -> None:
    assert choose(_SHIRTS, NAVY_M, "Colour", "Red") in (RED_S, RED_L)
    assert choose(_SHIRTS, NAVY_M, "Colour", "Green") is NAVY_M


def test_options_show_what_is_chosen_and_sold_out() -> None:
    colour, size = options(_SHIRTS, NAVY_M)
    assert (colour.name, colour.value) == ("Colour", "Navy")
    assert [(c.value, c.selected, c.sold_out) for c in size.choices] == [
        ("S", False, True),
        ("M", True, False),
        ("L", False, True),
    ]


def test_colours_have_a_swatch_and_sizes_have_none() -> None:
    colour, size = options(_SHIRTS, NAVY_M)
    assert all(choice.swatch.startswith("#") for choice in colour.choices)
    assert not any(choice.swatch for choice in size.choices)


def test_a_product_with_one_variant_has_nothing_to_choose() -> None:
    assert options([NAVY_M], NAVY_M) == []
