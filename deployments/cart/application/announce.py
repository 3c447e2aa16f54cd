"""The events an order writes to the outbox, in the transaction of its change."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from deployments.analytics.contract import Purchase, PurchaseLine
from deployments.cart.application.order_mails import OrderMails
from deployments.cart.application.ports import CartUnitOfWork, Pseudonym
from deployments.cart.domain.order import Order
from deployments.cart.domain.refund import Refund
from deployments.shared.events import ORDERS, Event


async def announce(work: CartUnitOfWork, kind: str, order: Order) -> None:
    """``kind``: order.created, order.rejected or order.cancelled."""
    payload = {"order_id": str(order.id), "order_number": order.number}
    await work.outbox.append(Event(ORDERS, kind, payload))


async def announce_refund(work: CartUnitOfWork, order: Order, refund: Refund) -> None:
    """``order.refunded``: the money is back with the customer. Lines are the goods it is for."""
    products = {line.variant_id: str(line.product_id) for line in order.lines}
    payload = {
        "order_id": str(order.id),
        "order_number": order.number,
        "refund_id": str(refund.id),
        "amount": refund.amount.amount,
        "currency": refund.amount.currency,
        "at": refund.settled_at.isoformat() if refund.settled_at else None,
        "lines": [
            {
                "product_id": products[line.variant_id],
                "variant_id": str(line.variant_id),
                "quantity": line.quantity,
                "amount": line.amount.amount,
            }
            for line in refund.lines
        ],
    }
    await work.outbox.append(Event(ORDERS, "order.refunded", payload))


class MarkPaid:
    """Mark an order paid, tell analytics of the purchase and write to the customer, in the
    caller's transaction."""

    def __init__(self, pseudonym: Pseudonym, mails: OrderMails) -> None:
        self._pseudonym = pseudonym
        self._mails = mails

    async def __call__(
        self, work: CartUnitOfWork, order: Order, payment_id: UUID | None, now: datetime
    ) -> None:
        order.mark_paid(payment_id, now)
        await work.orders.save(order)
        await self._mails.confirmed(work, order)
        totals = order.totals
        purchase = Purchase(
            order_id=order.id,
            order_number=order.number,
            source="store",
            session_id=order.placement.session_id,
            customer_key=self._pseudonym(order.placement.user_id),
            country=order.placement.shipping_address["country"],
            currency=totals.total.currency,
            shipping=totals.shipping.amount,
            tax=totals.tax.amount,
            discount=totals.discount.amount,
            total=totals.total.amount,
            paid_at=now,
            lines=[
                PurchaseLine(
                    product_id=line.product_id,
                    variant_id=line.variant_id,
                    sku=line.sku,
                    title=line.title,
                    quantity=line.quantity,
                    unit_price=line.unit_price.amount,
                )
                for line in order.lines
            ],
        )
        await work.outbox.append(Event(ORDERS, "order.paid", purchase.model_dump(mode="json")))
