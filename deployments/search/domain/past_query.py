"""Which queries of shoppers may be suggested to others."""

from __future__ import annotations

import re
from typing import Final

# Fewer askers may be one, who would not want it shown.
OFTEN_ENOUGH: Final = 3
_LONGEST: Final = 60
# A telephone, order or card number is longer than a size or a model.
_LONG_NUMBER: Final = re.compile(r"\d(?:[\s./-]?\d){5,}")
_ADDRESS: Final = re.compile(r"@|\bhttps?:|\bwww\.", re.IGNORECASE)


def may_be_suggested(folded: str) -> bool:
    """False for what could tell who asked, and for what no one would type."""
    return (
        1 < len(folded) <= _LONGEST
        and any(char.isalpha() for char in folded)
        and not _ADDRESS.search(folded)
        and not _LONG_NUMBER.search(folded)
    )
