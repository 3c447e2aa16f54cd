from __future__ import annotations

from pathlib import Path

import pytest

from deployments.local.environment import StackEnvironment
from deployments.local.layout import StackLayout
from deployments.local.own_settings import read_own_settings
from deployments.local.ports import Ports
from deployments.local.secrets_store import StackSecrets


@pytest.fixture
def environment(tmp_path: Path) -> StackEnvironment:
    (tmp_path / "settings.env").write_text(
        "# of this shop\n\n"
        "MERCATO_CART_HOLD_MINUTES=5\n"
        "MERCATO_LOG_LEVEL=WARNING\n"
        "MERCATO_WEBAPP_SHOP_NAME=Corner shop\n"
        "MERCATO_PAYMENTS_URL=http://10.0.0.5/payments\n"
    )
    return StackEnvironment(StackLayout(tmp_path, Ports.from_base(21000)), StackSecrets())


def test_a_service_reads_its_own_settings_and_no_other_does(environment: StackEnvironment) -> None:
    assert environment.service("cart")["MERCATO_CART_HOLD_MINUTES"] == "5"
    for other in ("auth", "payments"):
        assert "MERCATO_CART_HOLD_MINUTES" not in environment.service(other)
    assert "MERCATO_CART_HOLD_MINUTES" not in environment.platform()
    assert environment.web()["MERCATO_WEBAPP_SHOP_NAME"] == "Corner shop"


def test_what_all_parts_read_wins_over_what_the_stack_sets(environment: StackEnvironment) -> None:
    assert environment.platform()["MERCATO_LOG_LEVEL"] == "WARNING"
    assert environment.platform()["MERCATO_PAYMENTS_URL"] == "http://10.0.0.5/payments"


def test_a_line_that_is_no_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.env").write_text("MERCATO_LOG_LEVEL=INFO\nLOG=1\n")
    with pytest.raises(RuntimeError, match="line 2"):
        read_own_settings(tmp_path)


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert read_own_settings(tmp_path) == {}
