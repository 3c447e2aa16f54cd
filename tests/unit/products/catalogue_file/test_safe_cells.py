"""Exported cells are never formulas, and come back as they were."""

from __future__ import annotations

import pytest

from deployments.products.catalogue_file.safe_cells import original, safe

DANGEROUS = [
    "=1+1",
    "+49 30",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://x","y")',
    "'=1",
    "  =1",
    "\n=1",
    "\uff1d1+1",
    "''=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_formula_is_marked_as_text_and_comes_back(text: str) -> None:
    assert safe(text) == "'" + text
    assert original(safe(text)) == text


@pytest.mark.parametrize("text", ["", "Bottle", "12.50", "'quoted'", "a=b", "5-6", "'", " x"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe(text) == text
    assert original(text) == text


def test_nul_is_left_out() -> None:
    assert safe("a\0b") == "ab"
