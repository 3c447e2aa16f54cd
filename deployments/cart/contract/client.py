"""Cart as the store and other services call it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from deployments.cart.contract.carts import (
    CART_TOKEN_HEADER,
    CartView,
    CheckoutRequest,
    Country,
    ShippingMethod,
    Totals,
)
from deployments.cart.contract.coupons import Coupon, CouponRequest
from deployments.cart.contract.orders import (
    CustomerExport,
    FulfilRequest,
    MerchantOrderSummary,
    OrderCounts,
    OrderStatus,
    OrderSummary,
    OrderView,
    PurchaseCheck,
    RefundOrderRequest,
    RefundView,
)
from deployments.shared.http_client import ServiceHttp
from deployments.shared.pagination import Page


class CartClient:
    """Cart as the store calls it; ``headers`` carry the guest's cart token."""

    def __init__(self, http: ServiceHttp) -> None:
        self._http = http

    async def get(self, cart_token: str | None = None) -> CartView:
        return CartView.model_validate(
            await self._http.request("GET", "", headers=_token(cart_token))
        )

    async def add(
        self, variant_id: UUID | str, quantity: int, cart_token: str | None = None
    ) -> CartView:
        body = {"variant_id": str(variant_id), "quantity": quantity}
        answer = await self._http.request("POST", "/add", json=body, headers=_token(cart_token))
        return CartView.model_validate(answer)

    async def change(
        self, item_id: UUID | str, quantity: int, cart_token: str | None = None
    ) -> CartView:
        answer = await self._http.request(
            "PUT", f"/items/{item_id}", json={"quantity": quantity}, headers=_token(cart_token)
        )
        return CartView.model_validate(answer)

    async def remove(self, item_id: UUID | str, cart_token: str | None = None) -> CartView:
        answer = await self._http.request(
            "DELETE", f"/remove/{item_id}", headers=_token(cart_token)
        )
        return CartView.model_validate(answer)

    async def merge(self, cart_token: str) -> CartView:
        """Move a guest's cart into the signed-in user's."""
        answer = await self._http.request("POST", "/merge", json={"cart_token": cart_token})
        return CartView.model_validate(answer)

    async def accept_prices(self, cart_token: str | None = None) -> CartView:
        """Accept every changed price; gone and short lines stay as they are."""
        answer = await self._http.request("POST", "/accept-prices", headers=_token(cart_token))
        return CartView.model_validate(answer)

    async def apply_coupon(self, code: str, cart_token: str | None = None) -> CartView:
        """Put a coupon on the cart in place of another.

        Raises:
            RemoteProblem: 404 ``unknown_coupon``; 409 ``cart_empty`` or a code of
                ``CouponProblem``.
        """
        answer = await self._http.request(
            "PUT", "/coupon", json={"code": code}, headers=_token(cart_token)
        )
        return CartView.model_validate(answer)

    async def remove_coupon(self, cart_token: str | None = None) -> CartView:
        answer = await self._http.request("DELETE", "/coupon", headers=_token(cart_token))
        return CartView.model_validate(answer)

    async def countries(self) -> list[Country]:
        """Where the store ships to, by name."""
        return [
            Country.model_validate(row) for row in await self._http.request("GET", "/countries")
        ]

    async def shipping_methods(
        self, country: str, cart_token: str | None = None
    ) -> list[ShippingMethod]:
        rows = await self._http.request(
            "GET", "/shipping-methods", params={"country": country}, headers=_token(cart_token)
        )
        return [ShippingMethod.model_validate(row) for row in rows]

    async def quote(
        self, country: str, shipping_method: str, cart_token: str | None = None
    ) -> Totals:
        answer = await self._http.request(
            "GET",
            "/quote",
            params={"country": country, "shipping_method": shipping_method},
            headers=_token(cart_token),
        )
        return Totals.model_validate(answer)

    async def checkout(self, request: CheckoutRequest, idempotency_key: str) -> OrderView:
        answer = await self._http.request(
            "POST",
            "/checkout",
            json=request.model_dump(mode="json"),
            headers={"Idempotency-Key": idempotency_key},
        )
        return OrderView.model_validate(answer)

    async def orders(self, *, cursor: str | None = None, limit: int = 20) -> Page[OrderSummary]:
        answer = await self._http.request(
            "GET", "/orders", params={"cursor": cursor, "limit": limit}
        )
        return Page[OrderSummary].model_validate(answer)

    async def order(self, order_id: UUID | str) -> OrderView:
        return OrderView.model_validate(await self._http.request("GET", f"/orders/{order_id}"))

    async def all_orders(
        self,
        *,
        status: OrderStatus | None = None,
        number: str | None = None,
        email: str | None = None,
        created_from: date | None = None,
        created_to: date | None = None,
        alarmed: bool | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> Page[MerchantOrderSummary]:
        """Everybody's orders, for merchants. ``number`` and ``email`` may be the beginning of
        one; days are whole days of UTC."""
        wanted = {
            "status": status,
            "number": number,
            "email": email,
            "created_from": created_from,
            "created_to": created_to,
            "alarmed": alarmed,
            "cursor": cursor,
            "limit": limit,
        }
        params = {name: str(value) for name, value in wanted.items() if value is not None}
        answer = await self._http.request("GET", "/orders/all", params=params)
        return Page[MerchantOrderSummary].model_validate(answer)

    async def order_counts(self) -> OrderCounts:
        """For merchants."""
        return OrderCounts.model_validate(await self._http.request("GET", "/orders/summary"))

    async def fulfil(self, order_id: UUID | str, request: FulfilRequest) -> OrderView:
        """The parcel is on its way; for merchants. Repeating it changes nothing."""
        answer = await self._http.request(
            "POST", f"/orders/{order_id}/fulfil", json=request.model_dump(mode="json")
        )
        return OrderView.model_validate(answer)

    async def complete(self, order_id: UUID | str) -> OrderView:
        """The parcel has arrived; for merchants."""
        return OrderView.model_validate(
            await self._http.request("POST", f"/orders/{order_id}/complete")
        )

    async def refund(
        self, order_id: UUID | str, request: RefundOrderRequest, idempotency_key: str
    ) -> RefundView:
        """Give money back, once per key; for merchants."""
        answer = await self._http.request(
            "POST",
            f"/orders/{order_id}/refunds",
            json=request.model_dump(mode="json"),
            headers={"Idempotency-Key": idempotency_key},
        )
        return RefundView.model_validate(answer)

    async def has_purchased(self, user_id: UUID, product_id: UUID) -> bool:
        """Has the customer paid for the product and not got all the money back? Products only."""
        answer = await self._http.request("GET", f"/internal/purchases/{user_id}/{product_id}")
        return PurchaseCheck.model_validate(answer).purchased

    async def export_customer(self, user_id: UUID) -> CustomerExport:
        """Everything cart keeps about a customer; auth only."""
        answer = await self._http.request("GET", f"/internal/customers/{user_id}")
        return CustomerExport.model_validate(answer)

    async def cancel(self, order_id: UUID | str) -> OrderView:
        """Give an order up that was not shipped; what was paid is refunded."""
        return OrderView.model_validate(
            await self._http.request("POST", f"/orders/{order_id}/cancel")
        )

    async def coupons(self, *, cursor: str | None = None, limit: int = 20) -> Page[Coupon]:
        """All coupons, newest first, for merchants."""
        answer = await self._http.request(
            "GET", "/coupons", params={"cursor": cursor, "limit": limit}
        )
        return Page[Coupon].model_validate(answer)

    async def coupon(self, coupon_id: UUID | str) -> Coupon:
        return Coupon.model_validate(await self._http.request("GET", f"/coupons/{coupon_id}"))

    async def create_coupon(self, request: CouponRequest) -> Coupon:
        """Raises ``RemoteProblem`` 409 ``coupon_code_taken``."""
        answer = await self._http.request("POST", "/coupons", json=request.model_dump(mode="json"))
        return Coupon.model_validate(answer)

    async def change_coupon(self, coupon_id: UUID | str, request: CouponRequest) -> Coupon:
        """Raises ``RemoteProblem`` 409 ``coupon_in_use`` when code, kind or value of a coupon
        would change that has been used."""
        answer = await self._http.request(
            "PUT", f"/coupons/{coupon_id}", json=request.model_dump(mode="json")
        )
        return Coupon.model_validate(answer)

    async def delete_coupon(self, coupon_id: UUID | str) -> None:
        """A coupon that has been used is kept, but not active any more."""
        await self._http.request("DELETE", f"/coupons/{coupon_id}")


def _token(cart_token: str | None) -> dict[str, Any]:
    return {CART_TOKEN_HEADER: cart_token} if cart_token else {}
