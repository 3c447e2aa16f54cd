"""Settings read from the environment (`.env.example` lists each)."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SERVICES = ("auth", "products", "cart", "payments", "analytics", "search")
# Whoever operates the store from the command line or runs its pipelines, with a key of its own.
OPERATOR = "operator"


class ConfigurationError(Exception):
    """A setting is missing or unsafe; the message is one line for the operator."""


class PlatformSettings(BaseSettings):
    """What all services share, prefix ``MERCATO_``."""

    model_config = SettingsConfigDict(env_prefix="MERCATO_", extra="ignore")

    environment: Literal["development", "production"] = "development"
    redis_url: str = "redis://127.0.0.1:6390/0"
    auth_url: str = "http://127.0.0.1:8000/auth"
    products_url: str = "http://127.0.0.1:8000/products"
    cart_url: str = "http://127.0.0.1:8000/cart"
    payments_url: str = "http://127.0.0.1:8000/payments"
    analytics_url: str = "http://127.0.0.1:8000/analytics"
    search_url: str = "http://127.0.0.1:8000/ai"
    store_url: str = "http://127.0.0.1:3000"
    smtp_url: SecretStr = Field(
        SecretStr("smtp://127.0.0.1:8025"),
        description="smtp://, smtp+starttls:// or smtps://user:password@host:port",
    )
    mail_from: str = "Mercato <shop@mercato.example>"
    allowed_origins: Annotated[list[str], NoDecode] = []
    trusted_proxies: Annotated[list[str], NoDecode] = ["127.0.0.1/32", "::1/128"]
    service_public_keys: dict[str, str] = Field(
        default_factory=dict, description="service name -> Ed25519 public key, base64url raw"
    )
    proxy_secret: SecretStr = Field(
        SecretStr(""),
        description="with one, proxies must send it as X-Mercato-Proxy to be believed",
    )
    rate_limits_enabled: bool = True
    metrics_token: SecretStr = Field(
        SecretStr(""), description="bearer token of /metrics; without one there is no /metrics"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_folder: str | None = Field(None, description="also write <service>.log in this folder")
    max_body_bytes: int = 1_000_000

    @field_validator("allowed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _comma_separated(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("service_public_keys", mode="before")
    @classmethod
    def _json_object(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    @property
    def is_production(self) -> bool:
        return self.environment == "production"


class ServiceSettings(BaseSettings):
    """What each service has of its own; sub-classes set the prefix ``MERCATO_<SERVICE>_``."""

    model_config = SettingsConfigDict(extra="ignore")

    database_url: str
    database_pool_size: int = 5
    service_key: SecretStr = Field(description="this service's Ed25519 private key, base64url raw")


def require_secrets(platform: PlatformSettings, secrets: dict[str, SecretStr | str]) -> None:
    """Refuse to start in production with a missing, short or default secret.

    Raises:
        ConfigurationError: naming the variable and what to set.
    """
    if not platform.is_production:
        return
    for name, secret in secrets.items():
        value = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
        if len(value) < 32 or value.startswith(("development-", "change-me")):
            raise ConfigurationError(
                f"{name} must be set to a secret of at least 32 characters in production"
            )
