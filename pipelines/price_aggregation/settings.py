"""Settings of the price pipeline, prefix ``MERCATO_PRICES_``."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from deployments.search.infrastructure.price_settings import ComparisonSettings

SourceKind = Literal["json_feed", "google_csv", "schema_org"]


class Source(BaseModel):
    """A merchant to read. ``url`` is the feed, or for ``schema_org`` the site's sitemap."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    kind: SourceKind
    url: str

    @field_validator("url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("url must start with http:// or https://")
        return value


class PriceSettings(ComparisonSettings):
    model_config = SettingsConfigDict(
        env_prefix="MERCATO_PRICES_", extra="ignore", populate_by_name=True
    )

    database_url: str = Field(validation_alias="MERCATO_SEARCH_DATABASE_URL")
    sandbox_url: str = Field(
        "http://127.0.0.1:8090",
        validation_alias="MERCATO_SANDBOX_URL",
        description="where the demo merchants are",
    )
    sources: Annotated[list[Source], NoDecode] = Field(
        default_factory=list, description="JSON list of {name, kind, url}; demo merchants if empty"
    )
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "EUR"
    rates: Annotated[dict[str, float], NoDecode] = Field(
        default={"GBP": 1.16, "USD": 0.92, "CHF": 1.05},
        description="JSON object: units of the store's currency for one unit of the other",
    )
    accept_at: Annotated[float, Field(gt=0, le=1)] = 0.78
    review_at: Annotated[float, Field(gt=0, le=1)] = 0.58
    user_agent: str = "MercatoPriceBot/1.0 (price comparison of this store)"
    timeout_seconds: float = 10.0
    max_bytes: int = Field(20_000_000, description="largest feed or page that is read")
    max_pages: int = Field(5_000, description="product pages read of one site")
    pages_per_task: int = 40

    @field_validator("sources", "rates", mode="before")
    @classmethod
    def _json(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _complete(self) -> PriceSettings:
        if self.review_at > self.accept_at:
            raise ValueError("MERCATO_PRICES_REVIEW_AT must not exceed MERCATO_PRICES_ACCEPT_AT")
        if not self.sources:
            self.sources = demo_sources(self.sandbox_url)
        names = [source.name for source in self.sources]
        if len(set(names)) != len(names):
            raise ValueError("MERCATO_PRICES_SOURCES names a merchant twice")
        return self


def demo_sources(sandbox_url: str) -> list[Source]:
    """The sandbox's three merchants, one of each kind."""
    base = f"{sandbox_url.rstrip('/')}/merchants"
    return [
        Source(name="Northline Outfitters", kind="json_feed", url=f"{base}/northline/feed.json"),
        Source(name="Hartley & Vale", kind="google_csv", url=f"{base}/hartley/google.csv"),
        Source(name="Casa Brio", kind="schema_org", url=f"{base}/casabrio/sitemap.xml"),
    ]
