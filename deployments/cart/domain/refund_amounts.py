"""What a refund of an order comes to, to the cent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from deployments.cart.domain.coupon import spread
from deployments.cart.domain.order import Order
from deployments.cart.domain.refund import Refund, RefundLine, RefundWish
from deployments.shared.errors import Conflict, Invalid
from deployments.shared.ids import new_id
from deployments.shared.money import Money


def refund_of(order: Order, wish: RefundWish, key: str, request_hash: str, now: datetime) -> Refund:
    """The refund that ``wish`` asks for; ``order.give_back`` says whether it may be.

    Raises:
        Invalid: ``line_not_in_order``.
        Conflict: ``not_refundable``, ``quantity_too_large``, ``shipping_refunded`` or
            ``nothing_to_refund``.
    """
    order.check_refundable()
    lines, shipping = _parts(order, wish)
    if wish.full:
        amount = order.refundable.amount
    elif wish.amount is not None:
        amount = wish.amount
    else:
        amount = sum(line.amount.amount for line in lines) + shipping
    free = wish.full and order.is_free and lines
    if amount <= 0 and not free:
        raise Conflict(
            "nothing_to_refund", f"nothing is left to refund of this in order {order.number}"
        )
    currency = order.totals.total.currency
    return Refund(
        id=new_id(),
        key=key,
        request_hash=request_hash,
        amount=Money(amount, currency),
        shipping=Money(shipping, currency),
        lines=tuple(lines),
        full=wish.full,
        restock=wish.restock,
        reason=wish.reason,
        requested_by=wish.requested_by,
        created_at=now,
        due_at=now,
    )


def paid_parts(order: Order) -> tuple[list[int], int]:
    """What was paid for each line and for the shipping, discount and added tax included: together
    exactly the order's total."""
    totals = order.totals
    net = [line.line_total.amount - line.discount.amount for line in order.lines]
    net.append(totals.shipping.amount)
    taxes = spread(totals.tax.amount, net)
    *lines, shipping = [part + tax for part, tax in zip(net, taxes, strict=True)]
    return lines, shipping


def left_of(order: Order) -> dict[UUID, int]:
    """Quantities that were not refunded yet, by variant."""
    left = order.quantities
    for refund in order.live_refunds:
        for line in refund.lines:
            left[line.variant_id] -= line.quantity
    return left


def _parts(order: Order, wish: RefundWish) -> tuple[list[RefundLine], int]:
    left = left_of(order)
    wanted = {v: q for v, q in left.items() if q > 0} if wish.full else dict(wish.lines)
    if unknown := wanted.keys() - left.keys():
        raise Invalid(
            "line_not_in_order",
            f"order {order.number} has no line of variant {min(map(str, unknown))}",
        )
    paid, paid_shipping = paid_parts(order)
    lines = []
    for line, gross in zip(order.lines, paid, strict=True):
        quantity = wanted.get(line.variant_id, 0)
        if quantity > left[line.variant_id]:
            raise Conflict(
                "quantity_too_large",
                f"only {left[line.variant_id]} of {line.title} are left to refund",
                variant_id=str(line.variant_id),
                left=left[line.variant_id],
            )
        if quantity:
            # The share of all that is refunded then, less what was: the last one makes it exact.
            units = line.quantity - left[line.variant_id] + quantity
            amount = gross * units // line.quantity - _refunded(order, line.variant_id)
            lines.append(RefundLine(line.variant_id, quantity, order.money(max(amount, 0))))
    shipping = paid_shipping - sum(refund.shipping.amount for refund in order.live_refunds)
    if wish.shipping and shipping <= 0:
        raise Conflict("shipping_refunded", "nothing is left to refund of the shipping")
    return lines, max(shipping, 0) if wish.full or wish.shipping else 0


def _refunded(order: Order, variant_id: UUID) -> int:
    return sum(
        line.amount.amount
        for refund in order.live_refunds
        for line in refund.lines
        if line.variant_id == variant_id
    )
