"""Settings of the store's pages."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebappSettings(BaseSettings):
    """Prefix ``MERCATO_WEBAPP_``."""

    model_config = SettingsConfigDict(env_prefix="MERCATO_WEBAPP_", extra="ignore")

    host: str = "127.0.0.1"
    port: int = 3000
    shop_name: str = Field("Mercato", max_length=40)
    public_api_url: str = Field(
        "http://127.0.0.1:8000",
        validation_alias="MERCATO_PUBLIC_API_URL",
        description="where browsers reach the API; pictures with a relative address lie below it",
    )
    stripe_api_url: str = Field(
        "http://127.0.0.1:8090", description="where browsers send card data, never to the store"
    )
    stripe_publishable_key: str = "pk_test_mercato"
    default_country: str = Field(
        "DE", pattern="^[A-Z]{2}$", description="chosen at checkout until the shopper chooses"
    )
    log_level: str = "warning"

    @field_validator("public_api_url", "stripe_api_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def is_test_mode(self) -> bool:
        """Whether cards are test cards: a test key, or a stand-in for Stripe."""
        host = urlsplit(self.stripe_api_url).hostname or ""
        return self.stripe_publishable_key.startswith("pk_test") or not host.endswith("stripe.com")


@lru_cache(maxsize=1)
def settings() -> WebappSettings:
    return WebappSettings()
