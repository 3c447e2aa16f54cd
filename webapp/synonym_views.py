"""Synonyms, a tried search and the state of the index as merchants see them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from deployments.search.contract import (
    IndexStatus,
    IndexVersionInfo,
    SearchResponse,
    Synonym,
    SynonymInput,
)
from webapp.formats import count_of
from webapp.listing_url import Listing
from webapp.search_views import Answer, hit_cards
from webapp.views import Card

# In the order they are listed.
_STATES = {
    "active": ("Answers searches", "good"),
    "building": ("Being built", "wait"),
    "ready": ("Ready to take over", "wait"),
    "retired": ("Kept for return", "stop"),
}
_MOST_TERMS = 20
_LONGEST_TERM = 60


@dataclass
class SynonymRow:
    """``first`` finds the ``others``; ``text`` is as typed into the form."""

    id: str = ""
    first: str = ""
    others: list[str] = field(default_factory=list)
    one_way: bool = False
    text: str = ""

    @classmethod
    def of(cls, synonym: Synonym) -> SynonymRow:
        return cls(
            id=str(synonym.id),
            first=synonym.terms[0],
            others=synonym.terms[1:],
            one_way=synonym.one_way,
            text=", ".join(synonym.terms),
        )


def synonym_request(text: str, *, one_way: bool) -> tuple[SynonymInput | None, str]:
    """What the form asks for, or None and what is wrong with it."""
    terms: dict[str, str] = {}
    for part in re.split(r"[,;\n]", text):
        term = " ".join(part.split())
        if term:
            terms.setdefault(term.casefold(), term)
    if len(terms) < 2:
        return None, "Give at least two different words, with commas between them."
    if len(terms) > _MOST_TERMS:
        return None, f"At most {_MOST_TERMS} words belong together. Make two groups of them."
    if any(len(term) > _LONGEST_TERM for term in terms.values()):
        return None, f"A word is at most {_LONGEST_TERM} characters long. Shorten the longest."
    return SynonymInput(terms=list(terms.values()), one_way=one_way), ""


@dataclass
class Tried:
    """What a query finds: ``notes`` say how it was understood."""

    query: str = ""
    summary: str = ""
    notes: list[str] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    href: str = ""

    @classmethod
    def of(cls, query: str, response: SearchResponse) -> Tried:
        listing = Listing(query=query)
        answer = Answer.of(listing, response)
        notes = [
            f"Corrected to “{answer.searched}”" if answer.typed else "",
            f"Perhaps “{answer.meant}” was meant" if answer.meant else "",
            *(f"“{part.words}” understood as “{part.label}”" for part in answer.understood),
            "Found by words only" if answer.by_words else "",
            "" if response.items else answer.nearest.text,
        ]
        return cls(
            query=query,
            summary=count_of(response.total, "result") if response.total else "No good match",
            notes=[note for note in notes if note],
            cards=hit_cards(response.items) or answer.nearest.cards,
            href=listing.url(),
        )


@dataclass
class VersionRow:
    """``at``: since when it answers, in ISO 8601."""

    name: str
    model: str
    state: str
    tone: str
    coverage: str
    at: str

    @classmethod
    def of(cls, version: IndexVersionInfo) -> VersionRow:
        state, tone = _STATES[version.status]
        active = version.status == "active" and version.activated_at
        return cls(
            name=version.name,
            model=version.model.rsplit("/", 1)[-1],
            state=state,
            tone=tone,
            coverage=_percent(version.coverage),
            at=version.activated_at.isoformat() if active and version.activated_at else "",
        )


@dataclass
class IndexView:
    """``pending`` is empty when everything can be found by meaning."""

    products: str = ""
    pending: str = ""
    versions: list[VersionRow] = field(default_factory=list)

    @classmethod
    def of(cls, status: IndexStatus) -> IndexView:
        order = list(_STATES)
        ranked = sorted(status.versions, key=lambda version: order.index(version.status))
        return cls(
            products=count_of(status.documents, "product"),
            pending=count_of(status.pending, "product") if status.pending else "",
            versions=[VersionRow.of(version) for version in ranked],
        )


def _percent(share: float) -> str:
    """Rounded down, so that 100% is all."""
    return f"{int(share * 100 + 1e-9)}%"
