from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from deployments.shared.settings import ServiceSettings


class PaymentsSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="MERCATO_PAYMENTS_", extra="ignore")

    stripe_api_key: SecretStr
    stripe_api_base: str = Field("", description="address of the Stripe API; empty: Stripe's own")
    stripe_webhook_secret: SecretStr = Field(
        description="several, separated by commas, while one replaces another"
    )
    stripe_timeout_seconds: float = Field(10.0, gt=0, description="of one call")
    stripe_answer_seconds: float = Field(
        4.0, gt=0, description="longest wait of a request for Stripe, repeats included"
    )
    stripe_concurrency: int = Field(
        16, ge=1, description="requests of a replica that may wait for Stripe at once"
    )
    shop: str = Field(
        "mercato",
        min_length=1,
        max_length=100,
        description="name of this store at Stripe; another for each that shares the account",
    )
    stripe_retries: int = Field(2, ge=0, le=5, description="repeats after a timeout or conflict")
    events_poll_seconds: float = Field(0.2, gt=0, description="pause between looks at the inbox")
    reconcile_seconds: float = Field(
        120.0, gt=0, le=180, description="pause between reads of the list, for all replicas"
    )
    refresh_seconds: float = Field(5.0, gt=0)
    refresh_after_seconds: float = Field(
        20.0, gt=0, description="age at which an unfinished payment is asked about"
    )
    refund_poll_seconds: float = Field(
        5.0, gt=0, description="pause between looks at pending refunds"
    )
    keep_events_days: int = Field(
        40, ge=31, description="Stripe lists its events for 30 days; none may be taken twice"
    )

    @property
    def webhook_secrets(self) -> list[str]:
        given = self.stripe_webhook_secret.get_secret_value().split(",")
        return [secret.strip() for secret in given if secret.strip()]
