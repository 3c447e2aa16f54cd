"""Which of our products an offer is for, and how sure that is.

GTIN, then brand and part number, then the title; attributes that contradict are a veto.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from pipelines.price_aggregation.attributes import Attributes, read_attributes, veto
from pipelines.price_aggregation.catalogue import Catalogue, CatalogueProduct, CatalogueVariant
from pipelines.price_aggregation.offers import Match, Offer
from pipelines.price_aggregation.similarity import (
    brand_key,
    model_codes,
    part_key,
    same_codes,
    title_similarity,
    words,
)

GTIN_CONFIDENCE = 0.99
PART_CONFIDENCE = 0.95
MODEL_CONFIDENCE = 0.9
# A sure identifier with a contradiction beside it: for a person to decide.
DOUBTFUL_CONFIDENCE = 0.7
_MIN_PART_LENGTH = 5
_CANDIDATES = 30
_MARGIN = 0.06
_OTHER_BRAND_FACTOR = 0.6
# Measured on three public sets of labelled offer pairs.
_SAME_CODE_SCORE, _LIKE_CODE_SCORE, _OTHER_CODE_FACTOR = 0.9, 0.8, 0.7
_UNNAMED_VARIANT_FACTOR = 0.95


@dataclass(frozen=True, slots=True)
class _Offered:
    """An offer, prepared for comparison with many products."""

    offer: Offer
    brand: str
    words: frozenset[str]
    named: frozenset[str]
    codes: frozenset[str]
    attributes: Attributes


def _prepare(offer: Offer, catalogue: Catalogue) -> _Offered:
    brand = brand_key(offer.brand)
    if not brand:
        run_together = brand_key(offer.title)
        brand = next((b for b in catalogue.brands if len(b) > 3 and b in run_together), "")
    return _Offered(
        offer=offer,
        brand=brand,
        words=words(offer.title),
        named=words(" ".join([offer.title, *offer.attributes.values()])),
        codes=model_codes(offer.title),
        attributes=read_attributes(offer.title, offer.attributes),
    )


def _names_a_sibling(
    variant: CatalogueVariant, product: CatalogueProduct, named: frozenset[str]
) -> bool:
    """The offer names another variant's value of an option and not this one's."""
    for option, own in variant.values.items():
        if own <= named:
            continue
        others = (v.values.get(option, frozenset()) for v in product.variants)
        if any(other and other != own and other <= named for other in others):
            return True
    return False


def _possible_variants(offered: _Offered, product: CatalogueProduct) -> list[CatalogueVariant]:
    return [
        variant
        for variant in product.variants
        if veto(offered.attributes, variant.attributes) is None
        and not _names_a_sibling(variant, product, offered.named)
    ]


def _one_of(
    offered: _Offered, possible: list[CatalogueVariant]
) -> tuple[CatalogueVariant | None, bool]:
    """(the variant meant, or None; whether it matters which)."""
    if len(possible) == 1:
        return possible[0], False
    fits = [v for v in possible if v.values and all(w <= offered.named for w in v.values.values())]
    if len(fits) == 1:
        return fits[0], False
    return None, len({variant.price for variant in possible}) > 1


def _by_gtin(offered: _Offered, catalogue: Catalogue) -> Match | None:
    found = catalogue.by_gtin.get(offered.offer.gtin or "")
    if found is None:
        return None
    place, variant_id = found
    product = catalogue.products[place]
    variant = next(v for v in product.variants if v.variant_id == variant_id)
    confidence, note = GTIN_CONFIDENCE, ""
    # Merchants put a single piece's number on a multipack; a colour written otherwise is harmless.
    if offered.attributes.pack != variant.attributes.pack:
        confidence, note = DOUBTFUL_CONFIDENCE, "same GTIN, other pack size"
    elif not offered.words & (product.title_words | product.known_words):
        confidence, note = DOUBTFUL_CONFIDENCE, "same GTIN, nothing else in common"
    return Match(product.product_id, variant_id, "gtin", confidence, note)


def _by_part(offered: _Offered, catalogue: Catalogue) -> Match | None:
    part = part_key(offered.offer.mpn)
    if len(part) < _MIN_PART_LENGTH or not offered.brand:
        return None
    found = catalogue.by_part.get((offered.brand, part))
    if found is None:
        return None
    place, variant_id = found
    product = catalogue.products[place]
    possible = _possible_variants(offered, product)
    if not possible:
        reason = veto(offered.attributes, product.variants[0].attributes) or "option"
        return Match(
            product.product_id,
            variant_id,
            "brand_mpn",
            DOUBTFUL_CONFIDENCE,
            f"same part number, other {reason}",
        )
    if variant_id is not None:
        return Match(product.product_id, variant_id, "brand_mpn", PART_CONFIDENCE)
    variant, matters = _one_of(offered, possible)
    return Match(
        product.product_id,
        variant.variant_id if variant else None,
        "brand_model",
        MODEL_CONFIDENCE * (_UNNAMED_VARIANT_FACTOR if matters else 1),
    )


def _candidates(offered: _Offered, catalogue: Catalogue) -> list[int]:
    """Places of the products that share the most telling words with the title."""
    weights: dict[int, float] = defaultdict(float)
    for word in offered.words | offered.codes:
        for place in catalogue.by_word.get(word, ()):
            weights[place] += catalogue.weights.of_word(word)
    return sorted(weights, key=lambda place: (-weights[place], place))[:_CANDIDATES]


def _price_factor(offered: int, ours: int) -> float:
    """Doubt about an offer at a price far from ours."""
    ratio = offered / ours if ours else 1.0
    if 0.5 <= ratio <= 2:
        return 1.0
    return 0.9 if 0.25 <= ratio <= 4 else 0.6


def _score(
    offered: _Offered, product: CatalogueProduct, catalogue: Catalogue
) -> tuple[float, Match] | None:
    possible = _possible_variants(offered, product)
    if not possible:
        return None
    score = title_similarity(
        offered.words, product.title_words, product.known_words, catalogue.weights
    )
    note = ""
    codes = same_codes(offered.codes, product.codes)
    if codes == 0:
        score, note = score * _OTHER_CODE_FACTOR, "other model code"
    elif codes is not None:
        score = max(score, _SAME_CODE_SCORE if codes == 1 else _LIKE_CODE_SCORE)
    if offered.brand and product.brand and offered.brand != product.brand:
        score, note = score * _OTHER_BRAND_FACTOR, "other brand"
    variant, matters = _one_of(offered, possible)
    ours = variant.price if variant else min(v.price for v in possible)
    factor = _price_factor(offered.offer.price, ours)
    if factor < 1:
        note = "price far from ours"
    if matters:
        factor, note = factor * _UNNAMED_VARIANT_FACTOR, note or "variant not named"
    score *= factor
    identity = variant.variant_id if variant else None
    return score, Match(product.product_id, identity, "title", round(score, 3), note)


def _by_title(offered: _Offered, catalogue: Catalogue, accept_at: float) -> Match | None:
    scored = [
        found
        for place in _candidates(offered, catalogue)
        if (found := _score(offered, catalogue.products[place], catalogue)) is not None
    ]
    if not scored:
        return None
    scored.sort(key=lambda pair: -pair[0])
    best_score, best = scored[0]
    runner_up = scored[1][0] if len(scored) > 1 else 0.0
    if best_score >= accept_at and best_score - runner_up < _MARGIN:
        return Match(
            best.product_id,
            best.variant_id,
            "title",
            round(accept_at - 0.01, 3),
            "two products are about as alike",
        )
    return best


def match_offer(offer: Offer, catalogue: Catalogue, *, accept_at: float) -> Match | None:
    """The best match with its confidence, or None when nothing is alike.

    ``accept_at`` is where matches count without a person's look; a title that fits two products
    about equally stays below it.
    """
    offered = _prepare(offer, catalogue)
    return (
        _by_gtin(offered, catalogue)
        or _by_part(offered, catalogue)
        or _by_title(offered, catalogue, accept_at)
    )
