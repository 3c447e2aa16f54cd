from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deployments.auth.domain.user import User, same_email
from deployments.shared.errors import Conflict
from deployments.shared.ids import new_id

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def ada() -> User:
    return User(new_id(), "ada@example.com", "Ada", "hash", ["shopper"])


def test_what_takes_rights_away_raises_the_token_version(ada: User) -> None:
    ada.change_password("other", NOW)
    ada.set_roles(["merchant"], disabled=False, now=NOW)
    ada.set_roles(["merchant"], disabled=True, now=NOW)
    ada.end_access(NOW)
    assert ada.token_version == 5
    assert ada.token_version_raised_at == NOW


def test_the_same_roles_in_another_order_change_nothing(ada: User) -> None:
    ada.set_roles(["merchant", "analyst"], disabled=False, now=NOW)
    assert not ada.set_roles(["analyst", "merchant"], disabled=False, now=NOW)
    assert ada.token_version == 2


def test_an_address_confirmed_again_keeps_its_day(ada: User) -> None:
    ada.verify_email("ada@example.com", NOW)
    ada.verify_email("Ada@example.com", NOW.replace(year=2027))
    assert (ada.email, ada.email_verified_at) == ("Ada@example.com", NOW)


def test_an_erased_account_has_no_trace_of_the_person_and_no_way_back(ada: User) -> None:
    ada.verify_email(ada.email, NOW)
    ada.erase(NOW)
    assert "ada" not in str(ada).lower().replace(str(ada.id), "")
    assert (ada.roles, ada.disabled, ada.email_verified) == ([], True, False)
    with pytest.raises(Conflict):
        ada.set_roles(["shopper"], disabled=False, now=NOW)


def test_addresses_are_the_same_in_any_writing() -> None:
    assert same_email(" ADA@Example.com", "ada@example.com")
    assert same_email("ＡＤＡ@example.com", "ada@example.com")
    assert not same_email("ada@example.com", "ada@example.org")
