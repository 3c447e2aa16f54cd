"""Common words of the language, as the model's own vocabulary lists them."""

from __future__ import annotations

from pathlib import Path


def read_language_words(model_folder: Path) -> frozenset[str]:
    """Whole words the model knows; empty for a model without a word list."""
    path = model_folder / "vocab.txt"
    if not path.exists():
        return frozenset()
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(word for word in lines if word.isalpha())
