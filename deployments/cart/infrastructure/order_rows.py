"""Orders to rows and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from deployments.cart.domain.order import Order
from deployments.cart.domain.order_parts import OrderCoupon, OrderLine, Placement, TimelineEntry
from deployments.cart.domain.order_states import Status
from deployments.cart.domain.totals import Totals
from deployments.cart.infrastructure.refund_rows import alarm_of, refund_of_row, shipment_of
from deployments.shared.money import Money
from models.cart.tables import OrderEventRow, OrderLineRow, OrderRow

_PAID = frozenset({"paid", "stock_committed", "fulfilled", "completed", "refunding", "refunded"})


def row_of(order: Order, leased_until: datetime) -> OrderRow:
    placement, totals = order.placement, order.totals
    return OrderRow(
        id=order.id,
        number=order.number,
        user_id=placement.user_id,
        email=placement.email,
        cart_id=order.cart_id,
        cart_version=order.cart_version,
        idempotency_key=placement.idempotency_key,
        request_hash=placement.request_hash,
        status=order.status.value,
        shipping_method=placement.shipping_method,
        shipping_address=dict(placement.shipping_address),
        currency=totals.total.currency,
        subtotal=totals.subtotal.amount,
        shipping=totals.shipping.amount,
        tax=totals.tax.amount,
        discount=totals.discount.amount,
        total=totals.total.amount,
        included_tax=totals.included_tax.amount,
        coupon=asdict(order.coupon) if order.coupon else None,
        session_id=placement.session_id,
        payment_id=order.payment_id,
        rejection=None,
        captured=order.captured.amount,
        refund_total=order.refunded.amount,
        created_at=order.created_at,
        expires_at=order.expires_at,
        due_at=order.due_at,
        leased_until=leased_until,
        lines=[_line_row(position, line) for position, line in enumerate(order.lines)],
        timeline=[
            OrderEventRow(position=position, status=entry.status.value, at=entry.at)
            for position, entry in enumerate(order.timeline)
        ],
    )


def _line_row(position: int, line: OrderLine) -> OrderLineRow:
    return OrderLineRow(
        position=position,
        variant_id=line.variant_id,
        product_id=line.product_id,
        slug=line.slug,
        title=line.title,
        sku=line.sku,
        options=dict(line.options),
        image_url=line.image_url,
        quantity=line.quantity,
        unit_price=line.unit_price.amount,
        discount=line.discount.amount,
    )


def order_of(row: OrderRow) -> Order:
    currency = row.currency
    return Order(
        id=row.id,
        number=row.number,
        placement=Placement(
            row.user_id,
            row.email,
            row.shipping_method,
            row.shipping_address,
            row.idempotency_key,
            row.request_hash,
            row.session_id,
        ),
        cart_id=row.cart_id,
        cart_version=row.cart_version,
        lines=tuple(_line(line, currency) for line in row.lines),
        totals=Totals(
            subtotal=Money(row.subtotal, currency),
            shipping=Money(row.shipping, currency),
            tax=Money(row.tax, currency),
            discount=Money(row.discount, currency),
            included_tax=Money(row.included_tax, currency),
        ),
        created_at=row.created_at,
        expires_at=row.expires_at,
        due_at=row.due_at,
        coupon=OrderCoupon(**row.coupon) if row.coupon else None,
        status=Status(row.status),
        payment_id=row.payment_id,
        rejection=row.rejection,
        # A free order has captured nothing but is paid all the same.
        has_captured=row.captured > 0 or (row.total == 0 and row.status in _PAID),
        shipment=shipment_of(row.shipment) if row.shipment else None,
        completes_at=row.completes_at,
        refunds=[refund_of_row(refund, currency) for refund in row.refunds],
        alarms=[alarm_of(alarm) for alarm in row.alarms],
        timeline=[TimelineEntry(Status(entry.status), entry.at) for entry in row.timeline],
    )


def _line(row: OrderLineRow, currency: str) -> OrderLine:
    return OrderLine(
        row.variant_id,
        row.product_id,
        row.slug,
        row.title,
        row.sku,
        row.options,
        row.image_url,
        row.quantity,
        Money(row.unit_price, currency),
        Money(row.discount, currency),
    )
