from __future__ import annotations

import pytest

from deployments.auth.domain.password_policy import check_new_password
from deployments.shared.errors import Invalid

EMAIL = "ada.lovelace@example.com"


@pytest.mark.parametrize(
    "password",
    [
        EMAIL,
        EMAIL.upper(),
        f" {EMAIL} ",
        "ada.lovelace",
        "qwertyuiop",
        "Password123",
        "１２３４５６７８９０",
    ],
)
def test_the_first_guesses_are_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_new_password(password, EMAIL)
    assert refused.value.code == "password_too_easy"


@pytest.mark.parametrize("password", ["analytical engine", "x" * 73, "🔑" * 64, "a\x00" * 10])
def test_anything_else_is_a_password(password: str) -> None:
    check_new_password(password, EMAIL)
