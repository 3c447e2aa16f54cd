"""Names in addresses, and the form of a title by which lists are sorted."""

from __future__ import annotations

import re
import unicodedata

MAX_SLUG = 160
# Letters that have no decomposition into an ASCII letter and a mark.
_FOLDED = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "þ": "th"})
_OTHER = re.compile(r"[^a-z0-9]+")


def _ascii(text: str) -> str:
    folded = text.casefold().translate(_FOLDED)
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def slugify(text: str, *, fallback: str) -> str:
    """``text`` in lower-case ASCII words joined by '-'; ``fallback`` when no such word is left.

    At most 150 characters, so that a suffix fits in below ``MAX_SLUG``.
    """
    slug = _OTHER.sub("-", _ascii(text)).strip("-")[:150].strip("-")
    return slug or fallback


def sort_key(title: str) -> str:
    """Sorts without regard to case and accents."""
    return _ascii(title).strip()
