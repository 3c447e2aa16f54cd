"""What a shopper may be about to type, as the search box lists it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from deployments.search.contract import Suggestion
from webapp.formats import money
from webapp.listing_url import Listing
from webapp.views import picture

# Title and most rows of each kind, so that the list fits below the box.
_KINDS = {"query": ("Searches", 4), "category": ("Departments", 3), "product": ("Products", 5)}


@dataclass
class Piece:
    """A stretch of a suggestion; ``typed`` is in what was typed."""

    text: str
    typed: bool = False


@dataclass
class Hint:
    """``text`` is read out; ``pieces`` are shown."""

    kind: str
    href: str
    text: str
    pieces: list[Piece] = field(default_factory=list)
    price: str = ""
    image: str = ""


@dataclass
class HintGroup:
    kind: str
    title: str
    hints: list[Hint] = field(default_factory=list)


def hint_groups(typed: str, found: Sequence[Suggestion]) -> list[HintGroup]:
    """Past queries first, then departments and products; each kind in the order it came."""
    groups = [
        HintGroup(kind, title, [_hint(typed, row) for row in found if row.kind == kind][:most])
        for kind, (title, most) in _KINDS.items()
    ]
    return [group for group in groups if group.hints]


def _hint(typed: str, row: Suggestion) -> Hint:
    hint = Hint(row.kind, _href(row), row.text, pieces(row.text, typed))
    if row.product is not None:
        ranged = row.product.price_from.amount != row.product.price_to.amount
        hint.price = ("from " if ranged else "") + money(row.product.price_from)
        hint.image = picture(row.product.image_url)
    return hint


def _href(row: Suggestion) -> str:
    if row.kind == "query":
        return Listing(query=row.target).url()
    if row.kind == "category":
        return Listing(category=row.target).url()
    return f"/p/{row.product.slug if row.product else row.target}"


def pieces(text: str, typed: str) -> list[Piece]:
    """``text`` cut where its words begin with, or are, what was typed."""
    words = sorted(set(typed.split()), key=len, reverse=True)
    if not words:
        return [Piece(text)]
    pattern = r"(?<!\w)(" + "|".join(map(re.escape, words)) + ")"
    parts = re.split(pattern, text, flags=re.IGNORECASE)
    return [Piece(part, index % 2 == 1) for index, part in enumerate(parts) if part]
