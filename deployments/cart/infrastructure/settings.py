from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from deployments.shared.settings import ServiceSettings


class CartSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="MERCATO_CART_", extra="ignore")

    pseudonym_secret: SecretStr = Field(
        description="makes the customer keys that analytics sees out of user ids"
    )
    currency: str = Field("EUR", pattern="^[A-Z]{3}$", description="the one currency of the store")
    hold_minutes: float = Field(15, gt=0, description="how long stock waits for a payment")
    free_shipping_from: int = Field(
        5000, ge=0, description="subtotal in minor units from which standard shipping is free"
    )
    max_unpaid_orders: int = Field(
        20, ge=1, description="orders of one shopper that may hold stock without being paid"
    )
    sweep_seconds: float = Field(5, gt=0, description="pause between looks for unfinished orders")
    lease_seconds: float = Field(
        40, gt=10, description="how long one worker may be busy with an order before others try"
    )
    answer_seconds: float = Field(
        8, gt=0, description="how long a shopper waits for a checkout before it goes on without"
    )
    retry_seconds: float = Field(
        5, gt=0, description="pause before an order is tried again when a service did not answer"
    )
    guest_cart_days: int = Field(30, ge=1, description="idle guest carts are deleted after that")
    refund_poll_seconds: float = Field(
        60, gt=0, description="pause before payments is asked again how a refund ended"
    )
    delivery_days: int = Field(
        14, ge=1, description="days after which a sent order counts as delivered"
    )
