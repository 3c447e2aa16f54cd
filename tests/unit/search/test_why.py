"""Why a product is in the list."""

from __future__ import annotations

from deployments.search.domain.synonyms import Alternative
from deployments.search.domain.why import Asked, Reason, reasons

_ASKED = Asked("Rechargeable batteries by Lumo", ("recharg", "batteri", "lumo"))


def test_the_best_field_of_each_word_as_it_was_typed() -> None:
    weights = {"recharg": "D", "batteri": "A", "lumo": "B"}
    assert reasons(_ASKED, ("text", "meaning"), weights, "LUMO Light") == [
        Reason("title", "batteries"),
        Reason("brand", "lumo"),
        Reason("description", "rechargeable"),
        Reason("meaning"),
    ]
    assert Reason("category", "lumo") in reasons(_ASKED, ("text",), weights, None)
    together = reasons(_ASKED, ("text",), {"batteri": "A", "recharg": "A"}, None)
    assert together == [Reason("title", "rechargeable batteries")]


def test_an_exact_match_says_what_was_typed() -> None:
    assert reasons(Asked("SKU-1", ("sku",)), ("exact",), {}, None) == [Reason("exact", "SKU-1")]


def test_a_synonym_counts_where_the_word_itself_is_not_held() -> None:
    couch = Alternative(("couch",), ("sofa",), "sofa")
    asked = Asked("couch", ("couch",), (couch,))
    assert asked.looked_for == ["couch", "sofa"]
    assert reasons(asked, ("text",), {"sofa": "A"}, None) == [Reason("synonym", "sofa")]
    assert reasons(asked, ("text",), {"sofa": "A", "couch": "C"}, None) == [
        Reason("attribute", "couch")
    ]
    assert reasons(asked, ("meaning",), {}, None) == [Reason("meaning")]
