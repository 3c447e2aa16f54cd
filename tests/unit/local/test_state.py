from __future__ import annotations

from pathlib import Path

import pytest

from deployments.local.layout import StackLayout, read_json, resolve
from deployments.local.ports import Ports
from deployments.local.secrets_store import load_or_create
from deployments.local.state import (
    AlreadyRunningError,
    StackState,
    data_lock,
    is_locked,
    read_state,
)


@pytest.fixture
def layout(tmp_path: Path) -> StackLayout:
    return StackLayout(tmp_path, Ports.from_base(21000))


def test_one_supervisor_holds_a_data_folder(layout: StackLayout) -> None:
    with data_lock(layout):
        assert is_locked(layout)
        with pytest.raises(AlreadyRunningError), data_lock(layout):
            pass
    assert not is_locked(layout)


def test_state_of_a_dead_supervisor_reads_as_stopped(layout: StackLayout) -> None:
    StackState(layout).phase("ready")
    assert read_json(layout.state_file)["ready"] is True
    assert read_state(layout)["phase"] == "stopped"
    assert read_state(layout)["ready"] is False


def test_a_known_stack_keeps_its_ports(layout: StackLayout) -> None:
    StackState(layout).phase("starting")
    assert resolve(layout.data, None).ports == layout.ports


def test_a_damaged_state_file_is_no_obstacle(layout: StackLayout) -> None:
    layout.state_file.write_text("{not json")
    assert resolve(layout.data, None).ports == Ports()


def test_secrets_are_made_once_and_private(layout: StackLayout) -> None:
    first = load_or_create(layout.data)
    assert load_or_create(layout.data) == first
    assert (layout.data / "secrets.json").stat().st_mode & 0o077 == 0
    assert len({first.signing_key, *first.service_keys.values()}) == 1 + len(first.service_keys)
