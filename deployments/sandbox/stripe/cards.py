"""Test cards, as Stripe documents them: the number decides what happens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from deployments.sandbox.stripe.errors import StripeFailure, card_error, invalid
from deployments.sandbox.stripe.parameters import Parameters, integer, required, text

Behaviour = Literal[
    "succeeds",
    "declined",
    "insufficient_funds",
    "lost_card",
    "expired_card",
    "incorrect_cvc",
    "processing_error",
    "live_card",
    "authentication_required",
    "authentication_then_insufficient_funds",
    "pending_refund",
    "refund_fails",
    "disputed",
    "fraud_warning",
]


@dataclass(frozen=True)
class TestCard:
    number: str
    behaviour: Behaviour
    meaning: str
    magic_id: str | None = None


CARDS = (
    TestCard("4242424242424242", "succeeds", "payment succeeds", "pm_card_visa"),
    TestCard("5555555555554444", "succeeds", "payment succeeds", "pm_card_mastercard"),
    TestCard("378282246310005", "succeeds", "payment succeeds", "pm_card_amex"),
    TestCard("4000000000000002", "declined", "declined by the bank", "pm_card_chargeDeclined"),
    TestCard(
        "4000000000009995",
        "insufficient_funds",
        "declined: not enough money on it",
        "pm_card_chargeDeclinedInsufficientFunds",
    ),
    TestCard(
        "4000000000009987", "lost_card", "declined: lost card", "pm_card_chargeDeclinedLostCard"
    ),
    TestCard(
        "4000000000000069",
        "expired_card",
        "declined: expired",
        "pm_card_chargeDeclinedExpiredCard",
    ),
    TestCard(
        "4000000000000127",
        "incorrect_cvc",
        "declined: wrong security code",
        "pm_card_chargeDeclinedIncorrectCvc",
    ),
    TestCard(
        "4000000000000119",
        "processing_error",
        "declined: error at the processor",
        "pm_card_chargeDeclinedProcessingError",
    ),
    TestCard(
        "4000002500003155",
        "authentication_required",
        "asks for 3-D Secure",
        "pm_card_authenticationRequiredOnSetup",
    ),
    TestCard(
        "4000002760003184",
        "authentication_required",
        "always asks for 3-D Secure",
        "pm_card_authenticationRequired",
    ),
    TestCard(
        "4000008260003178",
        "authentication_then_insufficient_funds",
        "asks for 3-D Secure, then declines",
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
    ),
    TestCard(
        "4000000000007726",
        "pending_refund",
        "payment succeeds; a refund is pending for a while",
        "pm_card_pendingRefund",
    ),
    TestCard(
        "4000000000005126",
        "refund_fails",
        "payment succeeds; a refund succeeds, then fails",
        "pm_card_refundFail",
    ),
    TestCard(
        "4000000000000259",
        "disputed",
        "payment succeeds, then is disputed as fraudulent",
        "pm_card_createDispute",
    ),
    TestCard(
        "4000000000005423",
        "fraud_warning",
        "payment succeeds; the bank then warns of fraud",
        "pm_card_createIssuerFraudRecord",
    ),
)
_BY_NUMBER = {card.number: card for card in CARDS}
_BY_MAGIC_ID = {card.magic_id: card for card in CARDS if card.magic_id}

_DECLINES: dict[Behaviour, tuple[str, str | None, str]] = {
    "declined": ("card_declined", "generic_decline", "Your card was declined."),
    "insufficient_funds": (
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    "lost_card": ("card_declined", "lost_card", "Your card was declined."),
    "expired_card": ("expired_card", None, "Your card has expired."),
    "incorrect_cvc": ("incorrect_cvc", None, "Your card's security code is incorrect."),
    "processing_error": (
        "processing_error",
        None,
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "live_card": (
        "card_declined",
        "test_mode_live_card",
        "Your card was declined. Your request was in test mode, but used a non test card.",
    ),
}


@dataclass(frozen=True)
class CardDetails:
    """What is kept of a card: never its number or security code."""

    brand: str
    last4: str
    exp_month: int
    exp_year: int
    behaviour: Behaviour


def needs_authentication(behaviour: Behaviour) -> bool:
    return behaviour.startswith("authentication")


def decline_of(behaviour: Behaviour, *, authenticated: bool) -> StripeFailure | None:
    """Why the bank refuses, or None when it pays."""
    if authenticated and behaviour == "authentication_then_insufficient_funds":
        behaviour = "insufficient_funds"
    if behaviour not in _DECLINES:
        return None
    code, decline_code, message = _DECLINES[behaviour]
    return card_error(message, code=code, decline_code=decline_code)


def luhn_valid(number: str) -> bool:
    digits = [int(d) for d in reversed(number)]
    doubled = [d * 2 - 9 if d > 4 else d * 2 for d in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def brand_of(number: str) -> str:
    if number.startswith("4"):
        return "visa"
    if number[:2] in ("34", "37"):
        return "amex"
    if "51" <= number[:2] <= "55" or "2221" <= number[:4] <= "2720":
        return "mastercard"
    return "unknown"


def read_card(params: Parameters) -> CardDetails:
    """The card a browser typed in; a card error names the field that can't be right."""
    card: Any = params.get("card")
    if not isinstance(card, dict):
        raise invalid("Missing required param: card.", code="parameter_missing", param="card")
    number = re.sub(r"[ -]", "", required(card, "number"))
    if not re.fullmatch(r"\d{12,19}", number) or not luhn_valid(number):
        raise _refused("Your card number is incorrect.", "incorrect_number", "number")
    month, year = integer(card, "exp_month"), integer(card, "exp_year")
    if month is None or not 1 <= month <= 12:
        raise _refused(
            "Your card's expiration month is invalid.", "invalid_expiry_month", "exp_month"
        )
    now = datetime.now(UTC)
    year = year + 2000 if year is not None and 0 <= year < 100 else year
    if year is None or not 1970 <= year <= now.year + 50:
        raise _refused("Your card's expiration year is invalid.", "invalid_expiry_year", "exp_year")
    if (year, month) < (now.year, now.month):
        raise _refused("Your card has expired.", "expired_card", "exp_month")
    cvc = text(card, "cvc")
    if cvc is not None and not re.fullmatch(r"\d{3,4}", cvc):
        raise _refused("Your card's security code is invalid.", "invalid_cvc", "cvc")
    known = _BY_NUMBER.get(number)
    behaviour: Behaviour = known.behaviour if known else "live_card"
    return CardDetails(brand_of(number), number[-4:], month, year, behaviour)


def magic_card(identity: str) -> CardDetails | None:
    """The card behind one of Stripe's ``pm_card_…`` ids."""
    card = _BY_MAGIC_ID.get(identity)
    if card is None:
        return None
    year = datetime.now(UTC).year + 1
    return CardDetails(brand_of(card.number), card.number[-4:], 12, year, card.behaviour)


def _refused(message: str, code: str, param: str) -> StripeFailure:
    return card_error(message, code=code, param=param)
