"""How the command line and the pipelines call the services: with the operator's own key."""

from __future__ import annotations

import httpx
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from deployments.shared.http_client import ServiceHttp
from deployments.shared.settings import OPERATOR, PlatformSettings
from deployments.shared.tokens import ServiceTokens, private_key


class OperatorSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MERCATO_OPERATOR_", extra="ignore")

    key: SecretStr


def operator_http(
    service: str,
    platform: PlatformSettings | None = None,
    operator: OperatorSettings | None = None,
    *,
    timeout_seconds: float = 30,
) -> ServiceHttp:
    """A client of ``service``; settings come from the environment unless given. Close it."""
    platform = platform or PlatformSettings()
    operator = operator or OperatorSettings()
    tokens = ServiceTokens(OPERATOR, private_key(operator.key.get_secret_value()))
    return ServiceHttp(
        service,
        getattr(platform, f"{service}_url"),
        authorization=lambda: tokens.for_audience(service),
        timeout=httpx.Timeout(timeout_seconds, connect=2),
    )
