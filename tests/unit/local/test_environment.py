from __future__ import annotations

from pathlib import Path

import pytest

from deployments.local.environment import StackEnvironment
from deployments.local.layout import StackLayout
from deployments.local.ports import Ports
from deployments.local.secrets_store import StackSecrets
from deployments.local.services import serve_config
from deployments.shared.settings import SERVICES


@pytest.fixture
def environment(tmp_path: Path) -> StackEnvironment:
    layout = StackLayout(tmp_path, Ports.from_base(21000))
    return StackEnvironment(layout, StackSecrets())


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_sees_no_secret_of_another(environment: StackEnvironment, service: str) -> None:
    own = environment.platform() | environment.service(service)
    names = {
        name
        for name in own
        if name.endswith(("_DATABASE_URL", "_KEY", "_PEPPER", "_SECRET")) and "PUBLIC" not in name
    }
    # Every service has to know proxies, so this one is no service's own.
    names -= {"MERCATO_PROXY_SECRET"}
    assert names
    assert all(name.startswith(f"MERCATO_{service.upper()}_") for name in names)


def test_the_callers_variables_are_not_passed_on(
    environment: StackEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "private")
    assert "AWS_SECRET_ACCESS_KEY" not in environment.base()


def test_every_application_gets_its_port_and_variables(tmp_path: Path) -> None:
    layout = StackLayout(tmp_path, Ports.from_base(21000))
    config = serve_config(layout, StackEnvironment(layout, StackSecrets()))
    assert config["http_options"]["port"] == layout.ports.api
    assert config["http_options"]["host"] == "127.0.0.1"
    assert {a["name"] for a in config["applications"]} == set(SERVICES)
    for application in config["applications"]:
        assert (
            f"MERCATO_{application['name'].upper()}_DATABASE_URL"
            in (application["runtime_env"]["env_vars"])
        )


def test_no_service_may_have_more_replicas_than_the_machine_has_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    layout = StackLayout(tmp_path, Ports.from_base(21000))
    config = serve_config(layout, StackEnvironment(layout, StackSecrets()))
    most = [
        d["autoscaling_config"]["max_replicas"] for d in config["applications"][0]["deployments"]
    ]
    assert most == [2]
