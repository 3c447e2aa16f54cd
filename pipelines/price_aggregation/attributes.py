"""What a title or field says about colour, size, measure and pack: the grounds for a veto."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

_COLOUR_FAMILIES = {
    "black": "black jet onyx anthracite charcoal graphite",
    "grey": "grey gray slate silver ash stone",
    "white": "white ivory cream off-white pearl chalk",
    "blue": "blue navy cobalt azure denim indigo sky teal petrol",
    "green": "green olive sage forest mint moss emerald khaki",
    "red": "red burgundy crimson scarlet wine cherry",
    "pink": "pink rose blush coral fuchsia magenta",
    "purple": "purple violet lilac lavender plum aubergine",
    "yellow": "yellow mustard lemon honey",
    "orange": "orange rust terracotta apricot amber",
    "brown": "brown tan camel chestnut chocolate cognac walnut",
    "beige": "beige sand natural oat taupe ecru",
    "gold": "gold golden brass",
}
_FAMILY = {word: name for name, words in _COLOUR_FAMILIES.items() for word in words.split()}

_LETTER_SIZE = re.compile(r"(?<![\w.&'’-])(XXS|XS|S|M|L|XL|XXL|XXXL|[2-5]XL)(?![\w&'’-])")
_SIZE_WORDS = {
    "extra small": "XS", "small": "S", "medium": "M", "large": "L", "extra large": "XL",
    "2XL": "XXL", "3XL": "XXXL",
}  # fmt: skip
_NUMBERED_SIZE = re.compile(r"\b(?:EU|size|sz|UK|US)\.?\s*(\d{1,3}(?:[.,]5)?)\b", re.IGNORECASE)

_UNITS = {
    "ml": ("volume", 1.0), "cl": ("volume", 10.0), "l": ("volume", 1000.0),
    "litre": ("volume", 1000.0), "liter": ("volume", 1000.0), "litres": ("volume", 1000.0),
    "g": ("mass", 1.0), "kg": ("mass", 1000.0),
    "mm": ("length", 1.0), "cm": ("length", 10.0), "m": ("length", 1000.0),
    "gb": ("storage", 1.0), "tb": ("storage", 1024.0),
    "w": ("power", 1.0), "mah": ("charge", 1.0), "v": ("voltage", 1.0),
    "inch": ("diagonal", 1.0), '"': ("diagonal", 1.0), "mp": ("pixels", 1.0),
}  # fmt: skip
_MEASURE = re.compile(
    r"(?<![\w.,])(\d+(?:[.,]\d+)?)\s?(" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r")"
    r"(?!\w)",
    re.IGNORECASE,
)
_PACK = re.compile(
    r"\b(?:pack|set|box|case|bundle|lot)\s+of\s+(\d{1,3})\b"
    r"|\b(\d{1,3})[\s-]?(?:pack|pk|pcs|pieces|piece|count|ct|er[\s-]pack|er[\s-]set)\b"
    r"|(?:^|[,;:(]\s?)(\d{1,2})\s?[x×]\s(?=\D)"
    r"|(?<=\s)[x×]\s?(\d{1,2})(?=\s*(?:$|[,;)(-]))",
    re.IGNORECASE,
)
_NAMED_PACKS = {"twin pack": 2, "double pack": 2, "triple pack": 3}
_MAX_PACK = 200


def fold(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@dataclass(frozen=True, slots=True)
class Attributes:
    """Colours as written and their families; ``measures`` maps a dimension to its values in the
    dimension's base unit (ml, g, mm …); ``also`` holds values that would be no contradiction."""

    colours: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    measures: dict[str, frozenset[float]] = field(default_factory=dict)
    also: dict[str, frozenset[float]] = field(default_factory=dict)
    pack: int = 1


def pack_size(text: str) -> int:
    """How many pieces one purchase holds; 1 unless the text says otherwise."""
    folded = fold(text)
    for name, pieces in _NAMED_PACKS.items():
        if name in folded:
            return pieces
    for found in _PACK.finditer(text):
        pieces = int(next(group for group in found.groups() if group))
        if 1 < pieces <= _MAX_PACK:
            return pieces
    return 1


def _measures(text: str) -> dict[str, frozenset[float]]:
    found: dict[str, set[float]] = {}
    for number, unit in _MEASURE.findall(text):
        dimension, factor = _UNITS[unit.lower()]
        found.setdefault(dimension, set()).add(round(float(number.replace(",", ".")) * factor, 3))
    return {dimension: frozenset(values) for dimension, values in found.items()}


def _canonical_size(text: str) -> str:
    stripped = text.strip()
    named = _SIZE_WORDS.get(fold(stripped)) or _SIZE_WORDS.get(stripped.upper())
    if named:
        return named
    numbered = _NUMBERED_SIZE.fullmatch(stripped)
    return (numbered[1] if numbered else stripped).upper().replace(",", ".")


def _sizes_in_title(text: str) -> set[str]:
    letters = {_canonical_size(size) for size in _LETTER_SIZE.findall(text)}
    return letters | {size.replace(",", ".") for size in _NUMBERED_SIZE.findall(text)}


def read_attributes(title: str, fields: dict[str, str], details: str = "") -> Attributes:
    """Attributes of ``title`` and of named ``fields`` (colour, size …); a field wins over the
    title, where "Stone" may be a word of the name. A measure in ``details`` (a blade's length, a
    weight) supports, but its absence from the other side means nothing."""
    named = {fold(key): value for key, value in fields.items()}
    colour_text = next((named[k] for k in ("colour", "color", "farbe") if named.get(k)), None)
    words = re.findall(r"[a-z-]+", fold(colour_text if colour_text is not None else title))
    colours = frozenset(word for word in words if word in _FAMILY)
    if colour_text is not None and not colours:
        colours = frozenset({fold(colour_text).strip()})
    size_text = next((named[k] for k in ("size", "grosse", "format") if named.get(k)), None)
    sizes = _sizes_in_title(title) if size_text is None else {_canonical_size(size_text)}
    every = " ".join([title, *fields.values()])
    return Attributes(
        colours=colours,
        families=frozenset(_FAMILY[c] for c in colours if c in _FAMILY),
        sizes=frozenset(sizes),
        measures=_measures(every),
        also=_measures(details),
        pack=pack_size(every),
    )


def veto(left: Attributes, right: Attributes) -> str | None:
    """Why the two cannot be the same article, or None.

    Only what both sides state can contradict: a title that names no size contradicts none.
    """
    if left.pack != right.pack:
        return f"pack of {left.pack} against {right.pack}"
    if left.sizes and right.sizes and left.sizes.isdisjoint(right.sizes):
        return "size"
    if left.families and right.families and left.families.isdisjoint(right.families):
        return "colour"
    if left.colours and right.colours and not (left.families and right.families):
        unnamed = left.colours.isdisjoint(right.colours)
        if unnamed and not left.families and not right.families:
            return "colour"
    for dimension, values in left.measures.items():
        others = right.measures.get(dimension)
        known = left.also.get(dimension, frozenset()) | right.also.get(dimension, frozenset())
        if others and values.isdisjoint(others) and known.isdisjoint(values | others):
            return dimension
    return None
