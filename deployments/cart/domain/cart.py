"""The cart: what somebody means to buy, with the facts they saw when they chose it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from deployments.cart.domain.offer import Offer, Offers
from deployments.shared.errors import Conflict, NotFound
from deployments.shared.ids import new_id
from deployments.shared.money import Money

MAX_QUANTITY: Final = 999
MAX_LINES: Final = 100


def hash_token(token: str) -> str:
    """SHA-256 suffices: the token is 256 random bits, nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Shopper:
    """Who shops: a signed-in user, or whoever holds the token of a guest's cart."""

    user_id: UUID | None = None
    token: str | None = None


@dataclass
class CartItem:
    """One variant. All but the quantity is remembered from the moment it was chosen."""

    id: UUID
    variant_id: UUID
    product_id: UUID
    slug: str
    title: str
    sku: str
    options: Mapping[str, str]
    image_url: str | None
    unit_price: Money
    quantity: int

    @classmethod
    def of(cls, offer: Offer, quantity: int) -> CartItem:
        return cls(
            new_id(),
            offer.variant_id,
            offer.product_id,
            offer.slug,
            offer.title,
            offer.sku,
            offer.options,
            offer.image_url,
            offer.price,
            quantity,
        )

    def remember(self, offer: Offer) -> None:
        """Take over what the shopper sees now; this is how a changed price is accepted."""
        self.slug, self.title, self.sku = offer.slug, offer.title, offer.sku
        self.options, self.image_url = offer.options, offer.image_url
        self.unit_price = offer.price


@dataclass
class Cart:
    """``version`` grows with every change, so that a checkout buys what the shopper saw."""

    id: UUID
    user_id: UUID | None = None
    token_hash: str | None = None
    version: int = 0
    coupon_code: str | None = None
    items: list[CartItem] = field(default_factory=list)

    @classmethod
    def for_guest(cls) -> tuple[Cart, str]:
        """A new cart and the secret token that opens it, which is not kept."""
        token = secrets.token_urlsafe(32)
        return cls(new_id(), token_hash=hash_token(token)), token

    def item(self, item_id: UUID) -> CartItem:
        for item in self.items:
            if item.id == item_id:
                return item
        raise NotFound("unknown_item", "this item is not in the cart any more; reload the cart")

    def add(self, offer: Offer, quantity: int) -> None:
        """Put ``quantity`` more of a variant in.

        Raises:
            Conflict: ``quantity_limit`` or ``cart_full``.
        """
        item = self._holding(offer.variant_id)
        if item is None:
            self._append(CartItem.of(offer, quantity))
        else:
            if item.quantity + quantity > MAX_QUANTITY:
                raise Conflict(
                    "quantity_limit",
                    f"at most {MAX_QUANTITY} of one item; the cart holds {item.quantity} already",
                )
            item.quantity += quantity
            item.remember(offer)
        self.version += 1

    def change(self, item_id: UUID, offer: Offer, quantity: int) -> None:
        item = self.item(item_id)
        item.quantity = quantity
        item.remember(offer)
        self.version += 1

    def remove(self, item_id: UUID) -> None:
        self.items.remove(self.item(item_id))
        self.version += 1

    def accept_prices(self, offers: Offers) -> None:
        """Take over the price of every item that is sold at another one now. ``offers`` leaves
        out what is not for sale."""
        before = self.version
        for item in self.items:
            offer = offers.get(item.variant_id)
            if offer is not None and offer.price != item.unit_price:
                item.remember(offer)
                self.version = before + 1

    def enter_coupon(self, code: str) -> None:
        if code != self.coupon_code:
            self.coupon_code = code
            self.version += 1

    def remove_coupon(self) -> None:
        if self.coupon_code is not None:
            self.coupon_code = None
            self.version += 1

    def absorb(self, guest: Cart) -> None:
        """Take a guest cart's items over; equal variants add up, to the limit at most. The
        guest's coupon comes along unless the user has entered one.

        Raises:
            Conflict: ``cart_full``.
        """
        for theirs in guest.items:
            mine = self._holding(theirs.variant_id)
            if mine is None:
                self._append(theirs)
            else:
                mine.quantity = min(mine.quantity + theirs.quantity, MAX_QUANTITY)
        self.coupon_code = self.coupon_code or guest.coupon_code
        self.version += 1

    def take_out(self, quantities: Mapping[UUID, int], coupon_code: str | None = None) -> None:
        """Remove what was ordered and its coupon; what the shopper added since stays."""
        if self.coupon_code == coupon_code:
            self.coupon_code = None
        for item in list(self.items):
            item.quantity -= quantities.get(item.variant_id, 0)
            if item.quantity <= 0:
                self.items.remove(item)
        self.version += 1

    def _holding(self, variant_id: UUID) -> CartItem | None:
        return next((item for item in self.items if item.variant_id == variant_id), None)

    def _append(self, item: CartItem) -> None:
        if len(self.items) >= MAX_LINES:
            raise Conflict("cart_full", f"a cart holds at most {MAX_LINES} different items")
        self.items.append(item)
