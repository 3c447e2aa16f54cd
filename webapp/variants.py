"""Choosing a variant of a product by its options."""

from __future__ import annotations

from dataclasses import dataclass, field

from deployments.products.contract import Variant

_SWATCHES = {
    "black": "#22201d",
    "white": "#ffffff",
    "grey": "#9a9a98",
    "gray": "#9a9a98",
    "silver": "#c7c9cc",
    "navy": "#22365c",
    "blue": "#3a6fd0",
    "sky": "#8fc3ee",
    "teal": "#1f8a8a",
    "green": "#3f8f57",
    "forest": "#22563d",
    "olive": "#7a7b3c",
    "sage": "#a8b89a",
    "mint": "#a9dcc3",
    "yellow": "#f2c530",
    "mustard": "#d19a1d",
    "gold": "#d4af55",
    "orange": "#ec8436",
    "coral": "#f0806a",
    "red": "#cc3a34",
    "burgundy": "#75222f",
    "pink": "#ee93b4",
    "rose": "#e7a5ad",
    "purple": "#7b55b0",
    "violet": "#7b55b0",
    "lilac": "#c3aee0",
    "brown": "#7d5537",
    "tan": "#c69f73",
    "beige": "#dfcfb4",
    "cream": "#f5ecd7",
    "sand": "#dccbab",
    "natural": "#dfcfb4",
}


@dataclass
class Choice:
    """A value of an option; ``sold_out``: no such variant in stock with the other options kept."""

    option: str
    value: str
    selected: bool
    sold_out: bool
    swatch: str


@dataclass
class Option:
    name: str
    value: str
    choices: list[Choice] = field(default_factory=list)


def first_choice(variants: list[Variant]) -> Variant:
    """The variant a page opens with: the first that can be bought."""
    ordered = sorted(variants, key=lambda variant: variant.position)
    return next((variant for variant in ordered if variant.available > 0), ordered[0])


def choose(variants: list[Variant], current: Variant, option: str, value: str) -> Variant:
    """The variant with ``option`` set to ``value`` that keeps most of ``current``'s options."""
    matching = [variant for variant in variants if variant.options.get(option) == value]
    if not matching:
        return current

    def closeness(variant: Variant) -> tuple[int, bool, int]:
        kept = sum(
            variant.options.get(name) == chosen
            for name, chosen in current.options.items()
            if name != option
        )
        return kept, variant.available > 0, -variant.position

    return max(matching, key=closeness)


def options(variants: list[Variant], current: Variant) -> list[Option]:
    """The options to choose from, in the order the variants name them; none for one variant."""
    if len(variants) < 2:
        return []
    ordered = sorted(variants, key=lambda variant: variant.position)
    names = list(dict.fromkeys(name for variant in ordered for name in variant.options))
    result = []
    for name in names:
        values = list(
            dict.fromkeys(variant.options[name] for variant in ordered if name in variant.options)
        )
        chosen = current.options.get(name, "")
        choices = [
            Choice(
                name,
                value,
                value == chosen,
                not _in_stock(ordered, current, name, value),
                _swatch(name, value),
            )
            for value in values
        ]
        result.append(Option(name, chosen, choices))
    return result


def _in_stock(variants: list[Variant], current: Variant, option: str, value: str) -> bool:
    wanted = {**current.options, option: value}
    return any(variant.options == wanted and variant.available > 0 for variant in variants)


def _swatch(option: str, value: str) -> str:
    if option.lower() not in ("colour", "color"):
        return ""
    words = value.lower().replace("-", " ").split()
    return next((_SWATCHES[word] for word in reversed(words) if word in _SWATCHES), "")
