"""What a refund comes to, before it is asked for. Cart has the last word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from deployments.cart.contract import OrderView, RefundView

_AMOUNT = re.compile(r"\d{1,6}(?:[.,]\d{1,2})?")


def parse_amount(text: str) -> int | None:
    """Minor units of ``12``, ``12.5`` or ``12,50``; None when it is no amount."""
    plain = text.strip().removeprefix("€").strip()
    if not _AMOUNT.fullmatch(plain):
        return None
    whole, _, cents = plain.replace(",", ".").partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


def quantities_left(order: OrderView) -> dict[UUID, int]:
    left = {line.variant_id: line.quantity for line in order.lines}
    for refund in _live(order):
        for line in refund.lines:
            left[line.variant_id] -= line.quantity
    return left


def shipping_left(order: OrderView) -> int:
    paid = _paid_parts(order)[-1]
    return max(0, paid - sum(refund.shipping.amount for refund in _live(order)))


def lines_sum(order: OrderView, wanted: Mapping[UUID, int], *, shipping: bool) -> int:
    """Minor units that come back for ``wanted`` quantities, and what the delivery cost."""
    left = quantities_left(order)
    total = shipping_left(order) if shipping else 0
    for line, paid in zip(order.lines, _paid_parts(order), strict=False):
        quantity = min(wanted.get(line.variant_id, 0), left[line.variant_id])
        if quantity <= 0:
            continue
        units = line.quantity - left[line.variant_id] + quantity
        before = sum(
            part.amount.amount
            for refund in _live(order)
            for part in refund.lines
            if part.variant_id == line.variant_id
        )
        total += max(0, paid * units // line.quantity - before)
    return min(total, order.refundable.amount)


def _live(order: OrderView) -> list[RefundView]:
    return [refund for refund in order.refunds if refund.state != "failed"]


def _paid_parts(order: OrderView) -> list[int]:
    """What was paid for each line, and last for the delivery; tax that was added included."""
    net = [line.line_total.amount - line.discount.amount for line in order.lines]
    net.append(order.totals.shipping.amount)
    taxes = _spread(order.totals.tax.amount, net)
    return [part + tax for part, tax in zip(net, taxes, strict=True)]


def _spread(amount: int, over: Sequence[int]) -> list[int]:
    whole = sum(over)
    if not amount or not whole:
        return [0] * len(over)
    parts = [amount * part // whole for part in over]
    order = sorted(range(len(over)), key=lambda index: -(amount * over[index] % whole))
    for index in order[: amount - sum(parts)]:
        parts[index] += 1
    return parts
