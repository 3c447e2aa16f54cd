from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from deployments.shared.settings import ConfigurationError, PlatformSettings


class SandboxSettings(BaseSettings):
    """Prefix ``MERCATO_SANDBOX_``. Everything binds to loopback unless ``host`` says otherwise."""

    model_config = SettingsConfigDict(env_prefix="MERCATO_SANDBOX_", extra="ignore")

    host: str = "127.0.0.1"
    port: int = 8090
    smtp_port: int = 8025
    data_folder: Path = Path(".mercato/sandbox")
    public_url: str = Field("", description="address of the sandbox as browsers reach it")
    api_key: SecretStr = SecretStr("sk_test_mercato_sandbox")
    publishable_key: str = "pk_test_mercato_sandbox"
    webhook_url: str = Field("", description="where events are delivered; empty: nowhere")
    webhook_secret: SecretStr = SecretStr("")
    webhook_retry_seconds: float = Field(1.0, gt=0, description="first pause, then doubled")
    webhook_retry_max_seconds: float = Field(30.0, gt=0)
    settle_seconds: float = Field(
        2.0, ge=0, description="until a bank's slow answer: pending refunds, disputes"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    store_origin: str = Field(
        "http://127.0.0.1:3000,http://localhost:3000",
        description="origins whose pages may post cards, separated by commas",
    )

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def store_origins(self) -> list[str]:
        return [origin.strip() for origin in self.store_origin.split(",") if origin.strip()]

    def check(self, platform: PlatformSettings) -> None:
        """Raises ``ConfigurationError`` in production, where it would show everybody's mails, and
        when webhooks could only be sent unsigned."""
        if platform.is_production:
            raise ConfigurationError("the sandbox does not run with MERCATO_ENVIRONMENT=production")
        if self.webhook_url and not self.webhook_secret.get_secret_value():
            raise ConfigurationError(
                "MERCATO_SANDBOX_WEBHOOK_SECRET must be set when MERCATO_SANDBOX_WEBHOOK_URL is"
            )
