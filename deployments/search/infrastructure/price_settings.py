from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from deployments.search.domain.price_comparison import OwnShipping


class ComparisonSettings(BaseSettings):
    """What the comparison's readers and the pipeline that writes it must agree on."""

    model_config = SettingsConfigDict(env_prefix="MERCATO_PRICES_", extra="ignore")

    own_shipping: int = Field(
        490, ge=0, description="our standard delivery in minor units, part of our total"
    )
    own_shipping_free_from: int = Field(
        5000, ge=0, description="price in minor units from which our delivery is free"
    )
    keep_days: int = Field(
        7, ge=1, description="an offer whose merchant cannot be read is compared for so long"
    )

    @property
    def shipping(self) -> OwnShipping:
        return OwnShipping(self.own_shipping, self.own_shipping_free_from)
