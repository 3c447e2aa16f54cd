"""What becomes of a match: used, put before a person, or dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from pipelines.price_aggregation.catalogue import Catalogue
from pipelines.price_aggregation.match import match_offer
from pipelines.price_aggregation.offers import Match, MatchedOffer, Offer

REVIEWED = "review"

# (merchant, url) -> product -> "accepted" or "refused".
Decisions = Mapping[tuple[str, str], Mapping[UUID, str]]


def match_all(
    offers: Iterable[Offer], catalogue: Catalogue, *, accept_at: float, review_at: float
) -> list[MatchedOffer]:
    """The offers that are alike enough to one of our products."""
    matched = []
    for offer in offers:
        match = match_offer(offer, catalogue, accept_at=accept_at)
        if match is not None and match.confidence >= review_at:
            needs_review = match.confidence < accept_at
            matched.append(MatchedOffer(offer, match, needs_review))
    return matched


def apply_decisions(
    matched: Iterable[MatchedOffer], offers: Iterable[Offer], decisions: Decisions
) -> list[MatchedOffer]:
    """``matched`` as people decided: an accepted product wins over any other, a refused one is
    never proposed again."""
    result = {item.offer.url: item for item in matched}
    for offer in offers:
        decided = decisions.get((offer.merchant, offer.url), {})
        accepted = next((p for p, decision in decided.items() if decision == "accepted"), None)
        found = result.get(offer.url)
        if accepted is not None:
            same = found is not None and found.match.product_id == accepted
            match = (
                replace(found.match, matched_by=REVIEWED, confidence=1.0, note="")
                if found is not None and same
                else Match(accepted, None, REVIEWED, 1.0)
            )
            result[offer.url] = MatchedOffer(offer, match, needs_review=False)
        elif found is not None and decided.get(found.match.product_id) == "refused":
            del result[offer.url]
    return list(result.values())
