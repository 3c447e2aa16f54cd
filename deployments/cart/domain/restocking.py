"""Which goods of a refund are not on the shelf yet."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from deployments.cart.domain.order import Order
from deployments.cart.domain.refund import Refund, RefundState


def to_put_back(order: Order, refund: Refund) -> dict[UUID, int]:
    """Quantities of ``refund`` by variant, less what came back with an earlier refund whose money
    the bank returned: those goods stayed, and now they are refunded again."""
    moments = [other.restocked_at for other in order.refunds if other.restocked_at is not None]
    missing = {}
    for variant_id, quantity in refund.quantities.items():
        there = max((_covered(order, variant_id, moment) for moment in moments), default=0)
        live = quantity + sum(
            other.quantities.get(variant_id, 0)
            for other in order.refunds
            if other.restocked_at is not None and other.is_live
        )
        if (units := min(quantity, live - there)) > 0:
            missing[variant_id] = units
    return missing


def _covered(order: Order, variant_id: UUID, moment: datetime) -> int:
    """Units whose refund stood at ``moment`` and had brought its goods back."""
    return sum(
        other.quantities.get(variant_id, 0)
        for other in order.refunds
        if other.restocked_at is not None
        and other.restocked_at <= moment
        and not _had_failed(other, moment)
    )


def _had_failed(refund: Refund, moment: datetime) -> bool:
    return (
        refund.state is RefundState.FAILED
        and refund.settled_at is not None
        and refund.settled_at < moment
    )
