from __future__ import annotations

from typing import Any

import pytest

from deployments.sandbox.stripe.cards import (
    CARDS,
    decline_of,
    luhn_valid,
    magic_card,
    needs_authentication,
    read_card,
)
from deployments.sandbox.stripe.errors import StripeFailure


def form(**changes: str) -> dict[str, Any]:
    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2040", "cvc": "123"}
    return {"card": card | changes}


def test_every_listed_card_can_be_typed_in() -> None:
    for card in CARDS:
        assert luhn_valid(card.number)
        assert read_card(form(number=card.number)).behaviour == card.behaviour


def test_spaces_and_short_years_are_understood() -> None:
    card = read_card(form(number="4242 4242 4242 4242", exp_year="40"))
    assert (card.brand, card.last4, card.exp_year) == ("visa", "4242", 2040)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "4242424242424241"}, "incorrect_number"),
        ({"number": "4242"}, "incorrect_number"),
        ({"number": "4242abcd42424242"}, "incorrect_number"),
        ({"exp_year": "2020"}, "expired_card"),
        ({"exp_month": "13"}, "invalid_expiry_month"),
        ({"exp_month": "0"}, "invalid_expiry_month"),
        ({"exp_year": "9999"}, "invalid_expiry_year"),
        ({"cvc": "12"}, "invalid_cvc"),
    ],
)
def test_a_card_that_cant_be_right_is_refused(changes: dict[str, str], code: str) -> None:
    with pytest.raises(StripeFailure) as failure:
        read_card(form(**changes))
    assert failure.value.status == 402
    assert failure.value.error["code"] == code


def test_a_real_looking_number_is_declined_in_test_mode() -> None:
    card = read_card(form(number="4111111111111111"))
    decline = decline_of(card.behaviour, authenticated=False)
    assert decline is not None
    assert decline.error["decline_code"] == "test_mode_live_card"


@pytest.mark.parametrize(
    ("identity", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ],
)
def test_magic_ids_decline_as_documented(
    identity: str, code: str, decline_code: str | None
) -> None:
    card = magic_card(identity)
    assert card is not None
    decline = decline_of(card.behaviour, authenticated=False)
    assert decline is not None
    assert decline.error["code"] == code
    assert decline.error.get("decline_code") == decline_code


def test_authentication_comes_before_the_decline() -> None:
    card = magic_card("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")
    assert card is not None
    assert needs_authentication(card.behaviour)
    assert decline_of(card.behaviour, authenticated=True) is not None


def test_an_unknown_magic_id_is_no_card() -> None:
    assert magic_card("pm_card_unheardOf") is None
