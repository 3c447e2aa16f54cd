"""The HTTP surface of carts: the signed-in user's, or a guest's named by ``X-Cart-Token``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request

from deployments.cart.application.accept_prices import AcceptPrices
from deployments.cart.application.add_item import AddItem
from deployments.cart.application.change_item import ChangeItem
from deployments.cart.application.merge_carts import MergeCarts
from deployments.cart.application.quote import Quote
from deployments.cart.application.remove_item import RemoveItem
from deployments.cart.application.show_cart import ShowCart
from deployments.cart.contract import (
    CART_TOKEN_HEADER,
    AddItemRequest,
    CartView,
    ChangeItemRequest,
    Country,
    MergeRequest,
    ShippingMethod,
    Totals,
)
from deployments.cart.domain.cart import Shopper
from deployments.cart.domain.countries import COUNTRIES
from deployments.cart.presentation.present import cart_view, shipping_method, totals_view
from deployments.shared.authentication import CurrentUserId, OptionalPrincipal

router = APIRouter(tags=["cart"])

CountryCode = Annotated[str, Query(pattern="^[A-Z]{2}$", examples=["DE"])]


async def _shopper(
    principal: OptionalPrincipal,
    token: Annotated[
        str | None,
        Header(alias=CART_TOKEN_HEADER, max_length=100, description="`token` of a guest's cart"),
    ] = None,
) -> Shopper:
    if principal is not None and principal.user_id is not None:
        return Shopper(principal.user_id)
    return Shopper(token=token)


CurrentShopper = Annotated[Shopper, Depends(_shopper)]


@router.get("")
@router.get("/", include_in_schema=False)
async def show(shopper: CurrentShopper, request: Request) -> CartView:
    """The cart with prices, stock and problems of this moment."""
    use_case: ShowCart = request.app.state.show_cart
    return cart_view(await use_case(shopper))


@router.post("/add")
async def add(body: AddItemRequest, shopper: CurrentShopper, request: Request) -> CartView:
    """Put a variant in; the same one again adds up. A guest's first item opens a cart, whose
    `token` comes back."""
    use_case: AddItem = request.app.state.add_item
    return cart_view(await use_case(shopper, body.variant_id, body.quantity))


@router.put("/items/{item_id}")
async def change(
    item_id: UUID, body: ChangeItemRequest, shopper: CurrentShopper, request: Request
) -> CartView:
    """Set the quantity; this also accepts the item's price of this moment."""
    use_case: ChangeItem = request.app.state.change_item
    return cart_view(await use_case(shopper, item_id, body.quantity))


@router.delete("/remove/{item_id}")
async def remove(item_id: UUID, shopper: CurrentShopper, request: Request) -> CartView:
    """Take an item out."""
    use_case: RemoveItem = request.app.state.remove_item
    return cart_view(await use_case(shopper, item_id))


@router.post("/accept-prices")
async def accept_prices(shopper: CurrentShopper, request: Request) -> CartView:
    """Accept the price of this moment for every item whose price has changed."""
    use_case: AcceptPrices = request.app.state.accept_prices
    return cart_view(await use_case(shopper))


@router.post("/merge")
async def merge(body: MergeRequest, user_id: CurrentUserId, request: Request) -> CartView:
    """Move a guest's cart into the signed-in user's; doing it again changes nothing."""
    use_case: MergeCarts = request.app.state.merge_carts
    return cart_view(await use_case(user_id, body.cart_token))


@router.get("/countries")
async def countries() -> list[Country]:
    """Where the store ships to, by name."""
    return [Country.model_validate(country) for country in COUNTRIES]


@router.get("/shipping-methods")
async def shipping_methods(
    country: CountryCode, shopper: CurrentShopper, request: Request
) -> list[ShippingMethod]:
    """How the cart can be delivered to a country, and for how much."""
    use_case: Quote = request.app.state.quote
    options = await use_case.shipping_options(shopper, country)
    return [shipping_method(option, request.app.state.currency) for option in options]


@router.get("/quote")
async def quote(
    country: CountryCode,
    shipping_method: Annotated[str, Query(max_length=40, examples=["standard"])],
    shopper: CurrentShopper,
    request: Request,
) -> Totals:
    """What the cart costs with delivery and tax; the same sum that a checkout makes."""
    use_case: Quote = request.app.state.quote
    return totals_view(await use_case(shopper, country, shipping_method))
