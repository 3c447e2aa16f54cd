from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from deployments.cart.application.ports import Clock
from deployments.cart.domain.cart import Cart, CartItem, Shopper, hash_token
from deployments.shared.ids import new_id
from deployments.shared.money import Money
from models.cart.tables import CartItemRow, CartRow


def _item(row: CartItemRow) -> CartItem:
    return CartItem(
        row.id,
        row.variant_id,
        row.product_id,
        row.slug,
        row.title,
        row.sku,
        row.options,
        row.image_url,
        Money(row.unit_price, row.currency),
        row.quantity,
    )


def _cart(row: CartRow) -> Cart:
    items = [_item(item) for item in row.items]
    return Cart(row.id, row.user_id, row.token_hash, row.version, row.coupon_code, items)


def _values(cart: Cart, item: CartItem) -> dict[str, object]:
    return {
        "id": item.id,
        "cart_id": cart.id,
        "variant_id": item.variant_id,
        "product_id": item.product_id,
        "slug": item.slug,
        "title": item.title,
        "sku": item.sku,
        "options": dict(item.options),
        "image_url": item.image_url,
        "unit_price": item.unit_price.amount,
        "currency": item.unit_price.currency,
        "quantity": item.quantity,
    }


class SqlCartRepository:
    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def find(self, shopper: Shopper, *, lock: bool = False) -> Cart | None:
        if shopper.user_id is not None:
            owner = CartRow.user_id == shopper.user_id
        elif shopper.token is not None:
            owner = CartRow.token_hash == hash_token(shopper.token)
        else:
            return None
        query = select(CartRow).where(owner).options(selectinload(CartRow.items))
        if lock:
            # The items are read by a second statement, after the lock is held.
            query = query.with_for_update()
        row = await self._session.scalar(query)
        return _cart(row) if row else None

    async def open_for_user(self, user_id: UUID) -> Cart:
        await self._session.execute(
            insert(CartRow)
            .values(id=new_id(), user_id=user_id, version=0, updated_at=self._clock())
            .on_conflict_do_nothing(index_elements=[CartRow.user_id])
        )
        cart = await self.find(Shopper(user_id), lock=True)
        assert cart is not None  # noqa: S101 - inserted above; users' carts are never deleted
        return cart

    async def add(self, cart: Cart) -> None:
        self._session.add(
            CartRow(
                id=cart.id,
                user_id=cart.user_id,
                token_hash=cart.token_hash,
                version=cart.version,
                coupon_code=cart.coupon_code,
                updated_at=self._clock(),
            )
        )
        await self._session.flush()
        await self._write_items(cart)

    async def save(self, cart: Cart) -> None:
        await self._session.execute(
            update(CartRow)
            .where(CartRow.id == cart.id)
            .values(version=cart.version, coupon_code=cart.coupon_code, updated_at=self._clock())
        )
        await self._session.execute(
            delete(CartItemRow).where(
                CartItemRow.cart_id == cart.id,
                CartItemRow.id.not_in([item.id for item in cart.items]),
            )
        )
        await self._write_items(cart)

    async def _write_items(self, cart: Cart) -> None:
        if not cart.items:
            return
        statement = insert(CartItemRow).values([_values(cart, item) for item in cart.items])
        changing = ("slug", "title", "sku", "options", "image_url", "unit_price", "currency")
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=[CartItemRow.id],
                set_={
                    name: statement.excluded[name]
                    # An item changes its cart when a guest's cart is merged.
                    for name in (*changing, "quantity", "cart_id")
                },
            )
        )

    async def delete(self, cart: Cart) -> None:
        await self._session.execute(delete(CartRow).where(CartRow.id == cart.id))

    async def delete_idle_guests(self, before: datetime, limit: int) -> int:
        idle = (
            select(CartRow.id)
            .where(CartRow.token_hash.is_not(None), CartRow.updated_at < before)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        result = await self._session.execute(
            delete(CartRow).where(CartRow.id.in_(idle.scalar_subquery()))
        )
        assert isinstance(result, CursorResult)  # noqa: S101 - what a DELETE returns
        return result.rowcount
