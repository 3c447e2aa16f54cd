"""What a search says beside its hits, as the page shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from deployments.search.contract import (
    Alternatives,
    FilterValue,
    Reason,
    SearchHit,
    SearchResponse,
)
from deployments.search.contract import Chip as QueryPart
from webapp.formats import count_of
from webapp.listing_url import Listing
from webapp.views import Card

_MOST_REASONS = 2
_FOUND_IN = {
    "title": "in the name",
    "brand": "as the brand",
    "category": "in the department",
    "attribute": "in the details",
    "description": "in the description",
}


@dataclass
class Understood:
    """A part of the query that was taken as a filter; ``href`` searches its words as they are."""

    kind: str
    label: str
    words: str
    href: str


@dataclass
class Nearest:
    """What comes nearest when nothing fits; ``href`` leads to all of it, where there is more."""

    title: str = ""
    text: str = ""
    cards: list[Card] = field(default_factory=list)
    more: str = ""
    href: str = ""


@dataclass
class Answer:
    """``searched`` is what the hits are for; ``typed`` the query it was corrected from;
    ``meant`` another likely spelling; ``by_words``: the meaning was not searched."""

    searched: str = ""
    typed: str = ""
    typed_href: str = ""
    meant: str = ""
    meant_href: str = ""
    understood: list[Understood] = field(default_factory=list)
    by_words: bool = False
    nearest: Nearest = field(default_factory=Nearest)

    @classmethod
    def of(cls, listing: Listing, response: SearchResponse) -> Answer:
        query = listing.query or ""
        corrected = response.corrected_query or ""
        meant = response.did_you_mean or ""
        return cls(
            searched=corrected or query,
            typed=query if corrected else "",
            typed_href=listing.taken_literally(query).url() if corrected else "",
            meant=meant,
            meant_href=replace(listing, query=meant, literal=()).url() if meant else "",
            understood=[_understood(listing, part) for part in response.chips],
            by_words=response.mode == "lexical",
            nearest=_nearest(listing, response.chips, response.alternatives),
        )


def _understood(listing: Listing, part: QueryPart) -> Understood:
    return Understood(
        kind=part.kind,
        label=part_label(part),
        words=part.words,
        href=listing.taken_literally(part.words).url(),
    )


def part_label(part: QueryPart) -> str:
    """Prices as the rest of the store writes them; else the service's label."""
    if part.kind == "price":
        bounds = {row.name: int(row.value) for row in part.filters if row.value.isdecimal()}
        label = _price_label(bounds.get("price_min"), bounds.get("price_max"))
        if label:
            return label
    return part.label[:1].upper() + part.label[1:]


def _price_label(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return f"{_euros(low)} – {_euros(high)}"
    if high is not None:
        return f"Up to {_euros(high)}"
    return "" if low is None else f"{_euros(low)} and more"


def _euros(minor: int) -> str:
    return f"€{minor / 100:,.2f}".removesuffix(".00")


def _nearest(
    listing: Listing, parts: Sequence[QueryPart], alternatives: Alternatives | None
) -> Nearest:
    if alternatives is None or not alternatives.items:
        return Nearest()
    cards = hit_cards(alternatives.items)
    if not alternatives.relaxed:
        return Nearest(
            "What comes nearest",
            "Nothing in the shop is quite like it. These are the closest to your words.",
            cards,
        )
    given_up = _and([f"“{name}”" for name in _names(parts, alternatives.relaxed)])
    there_is_more = alternatives.total > len(cards)
    return Nearest(
        f"Without {given_up}",
        f"Nothing fits everything you asked for. Without {given_up} there "
        + ("is " if alternatives.total == 1 else "are ")
        + count_of(alternatives.total, "product")
        + ".",
        cards,
        more=f"Show all {alternatives.total:,}" if there_is_more else "",
        href=without(listing, parts, alternatives.relaxed).url() if there_is_more else "",
    )


def _names(parts: Sequence[QueryPart], relaxed: Sequence[FilterValue]) -> list[str]:
    """How a shopper knows each constraint: by its chip, or by what was chosen in a filter."""
    names = []
    for row in relaxed:
        part = next((part for part in parts if row in part.filters), None)
        names.append(part_label(part) if part else filter_label(row))
    return list(dict.fromkeys(names))


def filter_label(row: FilterValue) -> str:
    if row.name in ("price_min", "price_max") and row.value.isdecimal():
        amount = int(row.value)
        return _price_label(*((amount, None) if row.name == "price_min" else (None, amount)))
    if row.name == "in_stock":
        return "In stock"
    if row.name == "rating_min":
        return f"{row.value} stars and more"
    if row.name == "attr":
        return row.value.replace(":", ": ", 1)
    if row.name == "category":
        return row.value.rsplit("/", 1)[-1].replace("-", " ").capitalize()
    return row.value


def without(
    listing: Listing, parts: Sequence[QueryPart], given_up: Sequence[FilterValue]
) -> Listing:
    """The search that does not ask for these, neither in its words nor by its filters."""
    gone = {(row.name, row.value) for row in given_up}
    names = {name for name, _ in gone}
    query = listing.query or ""
    for part in parts:
        if any((row.name, row.value) in gone for row in part.filters):
            query = _without_words(query, part.words)
    return replace(
        listing,
        query=query or listing.query,
        category="" if "category" in names else listing.category,
        brands=tuple(brand for brand in listing.brands if ("brand", brand) not in gone),
        min_price=None if "price_min" in names else listing.min_price,
        max_price=None if "price_max" in names else listing.max_price,
        in_stock=listing.in_stock and "in_stock" not in names,
        attributes=tuple(pair for pair in listing.attributes if ("attr", pair) not in gone),
        rating=None if "rating_min" in names else listing.rating,
    )


def _without_words(query: str, words: str) -> str:
    pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words.split())) + r"(?!\w)"
    return " ".join(re.sub(pattern, " ", query, count=1, flags=re.IGNORECASE).split())


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def hit_cards(hits: Sequence[SearchHit], start: int = 1) -> list[Card]:
    return [
        Card.of(hit.product, position, why_text(hit.why))
        for position, hit in enumerate(hits, start)
    ]


def why_text(reasons: Sequence[Reason]) -> str:
    """At most two reasons in a few words: ``“boots” in the name · close in meaning``."""
    texts = list(dict.fromkeys(filter(None, map(_reason, reasons))))[:_MOST_REASONS]
    line = " · ".join(texts)
    return line[:1].upper() + line[1:]


def _reason(reason: Reason) -> str:
    if reason.kind == "exact":
        return f"exactly “{reason.text}”" if reason.text else "exactly what you typed"
    if reason.kind == "meaning":
        return "close in meaning"
    if not reason.text:
        return ""
    if reason.kind == "synonym":
        return f"also called “{reason.text}”"
    return f"“{reason.text}” {_FOUND_IN[reason.kind]}"
