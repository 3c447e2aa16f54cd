"""Prices, stars and stock as shoppers write them in a query: "under 80", "4 stars", "in stock".

Conservative: a size ("under 15 inch"), a model ("usb 3") or another currency is no price, as a
filter that is wrong hides what was wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from deployments.shared.money import exponent

_CURRENCIES: Final = {
    "EUR": ("€", "eur", "euro", "euros"),
    "USD": ("$", "usd", "dollar", "dollars", "bucks"),
    "GBP": ("£", "gbp", "pound", "pounds", "quid"),
    "JPY": ("¥", "jpy", "yen"),
    "CHF": ("chf", "francs"),
    "PLN": ("zł", "pln"),
    "SEK": ("sek",),
    "NOK": ("nok",),
    "DKK": ("dkk",),
}
_CODE_OF: Final = {word: code for code, words in _CURRENCIES.items() for word in words}
_CURRENCY: Final = "|".join(sorted(map(re.escape, _CODE_OF), key=lambda word: (-len(word), word)))
_UNIT: Final = (
    r"(?:inch(?:es)?|in(?!\s+[^\W\d]|\w)|feet|foot|ft|mm|cm|m|km|meters?|metres?|miles?|ml|cl|l|liters?|litres?"
    r"|[kmgt]i?b(?:ps|it)?|[kmg]?hz|k?w|watts?|k?v|volts?|m?a|amps?|m?ah|m?wh|g|kg|mg|gsm|grams?"
    r"|kilos?|lbs?|oz|ounces?|gallons?|degrees?|years?|yrs?|months?|weeks?|days?|hours?|hrs?|minutes?"
    r"|mins?|seconds?|secs?|pieces?|pcs?|packs?|pairs?|persons?|people|players?|users?|seats?|seater"
    r"|kids?|children|ports?|cores?|buttons?|speeds?|gears?|channels?|pages?|sheets?|mp|fps|rpm|dpi"
    r"|db|lumens?|lm|k|p|x|ply|stars?|stairs|colou?rs?|litre|cups?|tog|denier|volts?|devices?|cells?"
    r"|layers?|shelves|drawers?|doors?|tiers?|wheels?|th|st|nd|rd|percent|series|gen(?:eration)?)"
)
_NUMBER: Final = r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)"
# Followed by a letter, a quote or a dash it is part of a size or a name.
_END: Final = rf"(?![\w%°\"'″’”×/+–-])(?![.,]\d)(?!\s*{_UNIT}\b)(?!\s*[%°\"″])"


def _amount(name: str) -> str:
    money_first = rf"(?P<{name}before>{_CURRENCY})\s?(?P<{name}first>{_NUMBER})(?![\w%°\"″×/])"
    money_last = rf"(?P<{name}last>{_NUMBER})\s?(?P<{name}after>{_CURRENCY})(?!\w)"
    bare = rf"(?P<{name}bare>{_NUMBER})"
    return rf"(?:{money_first}|{money_last}|{bare})"


# What may come before a number that is no price.
_NAMING: Final = re.compile(
    r"\b(?:sizes?|ages?|aged|versions?|usb|hdmi|windows|android|ios|model|type|series|level|class"
    r"|gen|generation|volume|number|no|part|chapter|grade|iso|f|pro|plus)\s*$",
    re.IGNORECASE,
)
_PRICED: Final = r"(?:\b(?:(?:that\s+)?costs?|costing|priced?(?:\s+at)?|for|budget)\s+)?(?<![\w.-])"
_RANGE: Final = re.compile(
    rf"{_PRICED}(?:(?P<word>between|from)\s+)?{_amount('low')}\s*(?:-|–|\bto\b|\band\b)\s*"
    rf"{_amount('high')}{_END}",
    re.IGNORECASE,
)
_AT_MOST: Final = re.compile(
    rf"{_PRICED}(?P<word>under|below|less\s+than|cheaper\s+than|lower\s+than|(?:not|no)\s+more\s+than"
    rf"|up\s*to|at\s+most|max(?:imum|\.)?|within|<=?)\s*{_amount('')}{_END}",
    re.IGNORECASE,
)
_AT_LEAST: Final = re.compile(
    rf"{_PRICED}(?P<word>over|above|more\s+than|at\s+least|min(?:imum|\.)?|(?:starting\s+)?from"
    rf"|starting\s+at|>=?)\s*{_amount('')}{_END}",
    re.IGNORECASE,
)
# After these words a number is a price even in the middle of a query.
_CLEAR: Final = re.compile(r"under|below|less\s+than|cheaper\s+than|lower\s+than", re.IGNORECASE)
_PHRASE_ENDS: Final = re.compile(
    r"\s*(?:$|[,;.!?)]|(?:with|for|and|but|in|on|that|which|by|made|please|over|above|under|below"
    r"|less|more|at|from|up|max|min|rated|top|best)\b)",
    re.IGNORECASE,
)
_STARS: Final = re.compile(
    r"(?:\b(?:at\s+least|over|above|from|min(?:imum)?|rat(?:ed|ings?)(?:\s+(?:of|at\s+least|over"
    r"|above))?)\s+(?P<low>[1-5])(?![.,]?\d)(?:\s*\+)?(?:\s*-?\s*stars?\b)"
    r"|\brat(?:ed|ings?)\s+(?:(?:of|at\s+least|over|above)\s+)?(?P<rated>[1-5])(?![.,]?\d)"
    r"(?:\s*\+)?(?:\s+(?:and|or)\s+(?:up|more|better|above|higher)\b)?"
    r"|(?<![\w.,])(?P<plus>[1-5])\s*\+\s*-?stars?\b"
    r"|(?<![\w.,])(?P<up>[1-5])\s*-?stars?\s+(?:and|or)\s+(?:up|more|better|above|higher)\b"
    r"|(?<![\w.,])(?P<stars>[1-5])[\s-]stars\b)",
    re.IGNORECASE,
)
_WELL_RATED: Final = re.compile(r"\b(?:top|best|highly|well)[\s-]+rated\b", re.IGNORECASE)
_WELL: Final = 4
_IN_STOCK: Final = re.compile(
    r"\b(?:(?:currently\s+)?in\s+stock|available\s+(?:now|immediately)|ready\s+to\s+ship)\b",
    re.IGNORECASE,
)
_HIGHEST: Final = 10**12

Kind = Literal["price", "rating", "stock"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """What stands at ``start`` to ``end`` of the query; ``low`` and ``high`` are minor units of a
    price or stars."""

    kind: Kind
    start: int
    end: int
    label: str
    low: int | None = None
    high: int | None = None


def find_phrases(text: str, currency: str | None) -> list[Phrase]:
    """In order; each kind of bound at most once. Without a ``currency`` no prices."""
    found: list[Phrase] = []
    taken: set[str] = set()
    phrases = [*_stars(text), *_stock(text), *(_prices(text, currency) if currency else ())]
    for phrase in phrases:
        bounds = {
            name
            for name, bound in ((f"{phrase.kind}_low", phrase.low), ("price_high", phrase.high))
            if bound is not None
        } or {phrase.kind}
        apart = all(phrase.end <= other.start or other.end <= phrase.start for other in found)
        if apart and not bounds & taken:
            found.append(phrase)
            taken |= bounds
    return sorted(found, key=lambda phrase: phrase.start)


def _stars(text: str) -> Iterator[Phrase]:
    for match in _STARS.finditer(text):
        stars = int(next(digit for digit in match.groups() if digit))
        yield Phrase("rating", *match.span(), f"{stars} stars and up", low=stars)
    for match in _WELL_RATED.finditer(text):
        yield Phrase("rating", *match.span(), f"{_WELL} stars and up", low=_WELL)


def _stock(text: str) -> Iterator[Phrase]:
    for match in _IN_STOCK.finditer(text):
        yield Phrase("stock", *match.span(), "in stock")


def _prices(text: str, currency: str) -> Iterator[Phrase]:
    for match in _RANGE.finditer(text):
        low, high = _read(match, "low", currency), _read(match, "high", currency)
        named = _has_currency(match, "low") or _has_currency(match, "high")
        # "10-20" may be anything; "between 10 and 20" at the end is a price.
        worded = match["word"] is not None and _stands_alone(text, match)
        if low is not None and high is not None and (named or worded):
            low, high = sorted((low, high))
            label = f"{_decimal(low, currency)}–{_decimal(high, currency)} {currency}"
            yield Phrase("price", *match.span(), label, low, high)
    for match in _AT_MOST.finditer(text):
        if (high := _bound(text, match, currency)) is not None:
            word = "under" if _CLEAR.fullmatch(match["word"]) else "up to"
            label = f"{word} {_decimal(high, currency)} {currency}"
            yield Phrase("price", *match.span(), label, high=high)
    for match in _AT_LEAST.finditer(text):
        if (low := _bound(text, match, currency)) is not None:
            label = f"from {_decimal(low, currency)} {currency}"
            yield Phrase("price", *match.span(), label, low=low)


def _bound(text: str, match: re.Match[str], currency: str) -> int | None:
    amount = _read(match, "", currency)
    clear = _has_currency(match, "") or (
        not _NAMING.search(text[: match.start()])
        and (_CLEAR.fullmatch(match["word"]) or _stands_alone(text, match))
    )
    return amount if clear else None


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    after = _PHRASE_ENDS.match(text, match.end())
    return after is not None and not _NAMING.search(text[: match.start()])


def _has_currency(match: re.Match[str], name: str) -> bool:
    return (match[f"{name}before"] or match[f"{name}after"]) is not None


def _read(match: re.Match[str], name: str, currency: str) -> int | None:
    """Minor units; None for another currency."""
    word = match[f"{name}before"] or match[f"{name}after"]
    if word is not None and _CODE_OF[word.casefold()] != currency:
        return None
    digits = match[f"{name}first"] or match[f"{name}last"] or match[f"{name}bare"]
    amount = int(_number(digits).scaleb(exponent(currency)))
    return amount if amount <= _HIGHEST else None


def _number(digits: str) -> Decimal:
    """A point or comma before one or two last digits is the decimal one, others group."""
    whole, point, rest = digits, "", ""
    if (at := max(digits.rfind("."), digits.rfind(","))) >= 0 and len(digits) - at - 1 < 3:
        whole, point, rest = digits[:at], ".", digits[at + 1 :]
    return Decimal(re.sub(r"\D", "", whole) + point + rest)


def _decimal(amount: int, currency: str) -> str:
    digits = exponent(currency)
    return f"{Decimal(amount).scaleb(-digits):.{digits}f}"
