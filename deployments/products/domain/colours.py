"""Which pictures variants without one of their own are shown with."""

from __future__ import annotations

from collections.abc import Mapping

# How merchants call the option; compared in lower case.
COLOUR_OPTIONS = ("colour", "color", "farbe", "couleur", "colore", "kleur")


def colour_of(options: Mapping[str, str]) -> str | None:
    """The colour a variant has, in lower case; None when it is told apart by other options."""
    for name, value in options.items():
        if name.strip().lower() in COLOUR_OPTIONS:
            return value.strip().lower()
    return None
