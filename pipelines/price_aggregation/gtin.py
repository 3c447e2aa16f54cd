"""Global Trade Item Numbers: UPC-A, EAN-8, EAN-13 and GTIN-14 in one form."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s\-.]+")
_LENGTHS = (8, 12, 13, 14)


def _check_digit_holds(digits: str) -> bool:
    weighted = sum(
        int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))
    )
    return weighted % 10 == 0


def normalise_gtin(text: str | None) -> str | None:
    """``text`` as 14 digits, or None when it is no valid GTIN.

    A spreadsheet drops leading zeros and may append ``.0``; both are undone: the check digit is
    the same whatever the padding.
    """
    if text is None:
        return None
    digits = _SEPARATORS.sub("", text.strip().removesuffix(".0"))
    if not digits.isascii() or not digits.isdigit() or not 7 <= len(digits) <= max(_LENGTHS):
        return None
    if not digits.strip("0") or not _check_digit_holds(digits):
        return None
    return digits.zfill(14)
