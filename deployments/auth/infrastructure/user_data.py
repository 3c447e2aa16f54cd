"""What other services keep about a user."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from deployments.auth.application.ports import UserData
from deployments.cart.contract import CartClient
from deployments.products.contract import ProductsClient
from deployments.shared.errors import DomainError, Unavailable

_Export = Callable[[UUID], Awaitable[BaseModel | dict[str, Any]]]


def orders_of(cart: CartClient) -> UserData:
    return _complete("orders", cart.export_customer)


def reviews_of(products: ProductsClient) -> UserData:
    return _complete("reviews", products.export_reviews)


def _complete(what: str, export: _Export) -> UserData:
    async def data(user_id: UUID) -> dict[str, Any]:
        try:
            answer = await export(user_id)
        except DomainError as error:
            raise Unavailable(
                "export_incomplete", f"your {what} can't be read at this moment; try again later"
            ) from error
        return answer if isinstance(answer, dict) else answer.model_dump(mode="json")

    return data
