"""Prices as merchants write them."""

from __future__ import annotations

import re

from deployments.shared.money import Money, exponent

_SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD", "US$": "USD"}
_AMOUNT = re.compile(r"\d[\d.,'’\s]*")
_CODE = re.compile(r"\b[A-Z]{3}\b")
# A minus before a digit: a negative amount or a range, neither of which is one price.
_NEGATIVE = re.compile(r"[-−–]\s*[€£$]?\s*\d")
_MAX_AMOUNT = 10**10


def _to_minor_units(text: str, currency: str) -> int | None:
    digits = re.sub(r"[\s'’]", "", text).rstrip(".,")
    last = max(digits.rfind("."), digits.rfind(","))
    whole, fraction = digits, ""
    if last >= 0:
        after = digits[last + 1 :]
        separators = {c for c in digits if c in ".,"}
        # "1.234" and "1,234,567" group thousands; "12,5" and "1.234,50" end in a fraction.
        groups_only = len(after) == 3 and len(separators) == 1 and digits[:last] != "0"
        if not groups_only:
            whole, fraction = digits[:last], after
    whole = re.sub(r"[.,]", "", whole)
    places = exponent(currency)
    if not whole.isdigit() or len(fraction) > places + 4:
        return None
    scaled = int(whole + fraction.ljust(places, "0")[:places] or "0")
    rounds_up = len(fraction) > places and fraction[places] >= "5"
    return scaled + rounds_up


def parse_money(text: str | None, currency: str | None = None) -> Money | None:
    """Money written as ``"1.234,50 €"``, ``"GBP 12.99"``, ``"12.9"`` …; None when unreadable.

    A currency inside ``text`` wins over ``currency``. Negative and absurd amounts are unreadable.
    """
    if not text or _NEGATIVE.search(text):
        return None
    found = _CODE.search(text.upper())
    symbol = next((s for s in _SYMBOLS if s in text), None)
    code = found[0] if found else _SYMBOLS[symbol] if symbol else currency
    amount = _AMOUNT.search(text)
    if code is None or amount is None:
        return None
    code = code.strip().upper()
    if not re.fullmatch("[A-Z]{3}", code):
        return None
    minor = _to_minor_units(amount[0], code)
    return Money(minor, code) if minor is not None and minor < _MAX_AMOUNT else None
