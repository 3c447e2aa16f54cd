from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.shared.errors import Invalid
from deployments.shared.pagination import decode_cursor, encode_cursor


@given(st.lists(st.one_of(st.integers(), st.text(), st.none()), min_size=1, max_size=4))
def test_a_cursor_keeps_its_key(key: list[object]) -> None:
    assert decode_cursor(encode_cursor(*key), len(key)) == key


@given(st.text())
def test_a_foreign_cursor_is_a_clear_error(text: str) -> None:
    with pytest.raises(Invalid):
        decode_cursor(text, 7)


def test_a_cursor_of_another_order_is_refused() -> None:
    with pytest.raises(Invalid, match="another list"):
        decode_cursor(encode_cursor(1), 2)
