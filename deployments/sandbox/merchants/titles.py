"""The same article as different merchants write it."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from deployments.sandbox.merchants.shops import Shop

_OTHER_WORDS = {
    "Mug": "Cup", "Torch": "Flashlight", "Daypack": "Backpack", "Trainers": "Sneakers",
    "Jumper": "Sweater", "Sofa": "Couch", "Trousers": "Pants", "Waterproof": "Water-Resistant",
    "Headphones": "Headset", "Lamp": "Light", "Rug": "Carpet", "Hoodie": "Hooded Sweatshirt",
}  # fmt: skip
_PUFFERY = ("NEW", "Best Price!", "Top Quality", "2-Year Warranty", "Free Returns")


def _options(options: Mapping[str, str]) -> list[str]:
    return [value for value in options.values() if value]


def _catalogue(title: str, brand: str, options: Mapping[str, str], random: Random) -> str:
    words = [f"{brand} {title}" if brand and not title.startswith(brand) else title]
    return ", ".join([*words, *_options(options)])


def _marketplace(title: str, brand: str, options: Mapping[str, str], random: Random) -> str:
    parts = [title]
    if options:
        parts.append(f"({' / '.join(_options(options))})")
    if brand and brand.lower() not in title.lower():
        parts.append(f"by {brand}")
    if random.random() < 0.3:
        parts.append(f"- {random.choice(_PUFFERY)}")
    text = " ".join(parts)
    return text.upper() if random.random() < 0.08 else text


def _casual(title: str, brand: str, options: Mapping[str, str], random: Random) -> str:
    words = [_OTHER_WORDS.get(w, w) if random.random() < 0.5 else w for w in title.split()]
    if len(words) > 3 and random.random() < 0.35:
        # A word lost, never the last, which says what the thing is.
        words.pop(random.randrange(len(words) - 1))
    text = " ".join(words)
    text = text[:1] + text[1:].lower() if random.random() < 0.5 else text
    return f"{brand} {text}" if brand and random.random() < 0.4 else text


def write_title(
    shop: Shop, title: str, brand: str, options: Mapping[str, str], random: Random
) -> str:
    """``title`` in the manner of ``shop``."""
    styles = {"catalogue": _catalogue, "marketplace": _marketplace, "casual": _casual}
    return styles[shop.style](title, brand, options, random)
