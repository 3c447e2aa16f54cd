from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from deployments.shared.settings import ServiceSettings


class PaymentsSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="MERCATO_PAYMENTS_", extra="ignore")

    stripe_api_key: SecretStr
    stripe_api_base: str = Field("", description="address of the Stripe API; empty: Stripe's own")
    stripe_webhook_secret: SecretStr
    stripe_timeout_seconds: float = Field(10.0, gt=0)
    stripe_retries: int = Field(2, ge=0, le=5, description="repeats after a timeout or conflict")
    events_poll_seconds: float = Field(0.2, gt=0, description="pause between looks at the inbox")
    reconcile_seconds: float = Field(240.0, gt=0, description="pause between reads of the list")
    refresh_seconds: float = Field(5.0, gt=0)
    refresh_after_seconds: float = Field(
        20.0, gt=0, description="age at which an unfinished payment is asked about"
    )
