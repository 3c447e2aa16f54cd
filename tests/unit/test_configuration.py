"""Configuration and code match."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from pydantic_settings import BaseSettings
from ray.serve.schema import ServeDeploySchema

from deployments.local.layout import REPOSITORY
from deployments.shared.settings import SERVICES

CONFIG = yaml.safe_load((REPOSITORY / "serve_config.yaml").read_text())
DOCUMENTED = set(
    re.findall(r"^#? ?(MERCATO_[A-Z0-9_]+)=", (REPOSITORY / ".env.example").read_text(), re.M)
)


def test_serve_config_is_valid_and_has_the_six_services() -> None:
    schema = ServeDeploySchema.model_validate(CONFIG)
    assert {application.name for application in schema.applications} == set(SERVICES)
    for application in CONFIG["applications"]:
        for deployment in application["deployments"]:
            assert deployment["autoscaling_config"]["max_replicas"] > 1


@pytest.mark.parametrize("application", CONFIG["applications"], ids=lambda a: a["name"])
def test_every_import_path_builds_with_the_deployments_it_configures(
    application: dict[str, object],
) -> None:
    module, attribute = str(application["import_path"]).split(":")
    built = getattr(import_module(module), attribute)
    names = set(_deployment_names(built))
    configured = {d["name"] for d in application["deployments"]}  # type: ignore[attr-defined]
    assert configured == names


def _deployment_names(application: object) -> list[str]:
    from ray.serve._private.build_app import build_app

    built = build_app(application, name="test")  # type: ignore[arg-type]
    return [deployment.name for deployment in built.deployments]


def _settings_classes() -> list[type[BaseSettings]]:
    found: list[type[BaseSettings]] = []
    for folder in ("deployments", "pipelines", "webapp", "dashboards"):
        for path in (REPOSITORY / folder).rglob("*settings.py"):
            module = import_module(_module_name(path))
            found += [
                value
                for value in vars(module).values()
                if isinstance(value, type)
                and issubclass(value, BaseSettings)
                and value.__module__ == module.__name__
                and value.model_config.get("env_prefix")
            ]
    return found


def _module_name(path: Path) -> str:
    return ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)


@pytest.mark.parametrize("settings", _settings_classes(), ids=lambda c: c.__name__)
def test_every_setting_is_documented(settings: type[BaseSettings]) -> None:
    prefix = settings.model_config.get("env_prefix", "")
    names = {
        str(field.validation_alias) if field.validation_alias else f"{prefix}{name}".upper()
        for name, field in settings.model_fields.items()
    }
    assert names - DOCUMENTED == set()
