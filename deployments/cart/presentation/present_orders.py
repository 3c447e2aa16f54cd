"""Orders to the bodies of the contract: for the customer, and with more for a merchant."""

from __future__ import annotations

from deployments.cart import contract
from deployments.cart.application.ports import OrderCounts
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_parts import Shipment
from deployments.cart.domain.order_states import Status
from deployments.cart.domain.refund import Refund
from deployments.cart.presentation.present import totals_view
from deployments.shared.schemas import MoneySchema


def order_view(order: Order, *, for_merchant: bool = False) -> contract.OrderView:
    placement = order.placement
    return contract.OrderView(
        id=order.id,
        number=order.number,
        status=order.status.value,
        lines=[
            contract.OrderLine(
                variant_id=line.variant_id,
                product_id=line.product_id,
                slug=line.slug,
                title=line.title,
                sku=line.sku,
                options=dict(line.options),
                image_url=line.image_url,
                quantity=line.quantity,
                unit_price=MoneySchema.of(line.unit_price),
                line_total=MoneySchema.of(line.line_total),
                discount=MoneySchema.of(line.discount),
            )
            for line in order.lines
        ],
        totals=totals_view(order.totals),
        coupon=contract.OrderCoupon.model_validate(order.coupon) if order.coupon else None,
        shipping_method=placement.shipping_method,
        shipping_address=contract.Address(**placement.shipping_address),
        email=placement.email,
        payment_id=order.payment_id,
        expires_at=order.expires_at if order.is_unpaid else None,
        timeline=[
            contract.OrderEvent(status=entry.status.value, at=entry.at) for entry in order.timeline
        ],
        shipment=_shipment(order.shipment) if order.shipment else None,
        refunds=[refund_view(order, refund, for_merchant=for_merchant) for refund in order.refunds],
        refunded=MoneySchema.of(order.refunded),
        refundable=MoneySchema.of(order.refundable),
        cancellable=order.is_cancellable,
        user_id=placement.user_id if for_merchant else None,
        alarms=[contract.OrderAlarm.model_validate(alarm) for alarm in order.alarms]
        if for_merchant
        else [],
        created_at=order.created_at,
    )


def refund_view(order: Order, refund: Refund, *, for_merchant: bool) -> contract.RefundView:
    return contract.RefundView(
        id=refund.id,
        order_id=order.id,
        state=refund.state.value,
        amount=MoneySchema.of(refund.amount),
        lines=[
            contract.RefundLine(
                variant_id=line.variant_id,
                quantity=line.quantity,
                amount=MoneySchema.of(line.amount),
            )
            for line in refund.lines
        ],
        shipping=MoneySchema.of(refund.shipping),
        full=refund.full,
        restock=refund.restock,
        restocked_at=refund.restocked_at,
        reason=refund.reason,
        requested_by=refund.requested_by,
        failure=refund.failure if for_merchant else None,
        created_at=refund.created_at,
        settled_at=refund.settled_at,
    )


def _shipment(shipment: Shipment) -> contract.Shipment:
    parcel = shipment.parcel
    return contract.Shipment(
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        tracking_url=parcel.tracking_url,
        shipped_at=shipment.shipped_at,
    )


def order_summary(order: Order) -> contract.OrderSummary:
    return contract.OrderSummary(
        id=order.id,
        number=order.number,
        status=order.status.value,
        total=MoneySchema.of(order.totals.total),
        item_count=order.item_count,
        image_url=order.lines[0].image_url,
        created_at=order.created_at,
    )


def merchant_summary(order: Order) -> contract.MerchantOrderSummary:
    placement = order.placement
    return contract.MerchantOrderSummary(
        **order_summary(order).model_dump(),
        email=placement.email,
        customer_name=placement.shipping_address["name"],
        country=placement.shipping_address["country"],
        refunded=MoneySchema.of(order.refunded),
        alarmed=bool(order.alarms),
    )


def counts_view(counts: OrderCounts) -> contract.OrderCounts:
    by_status = {status.value: counts.by_status.get(status, 0) for status in Status}
    return contract.OrderCounts(
        by_status=by_status,
        total=sum(by_status.values()),
        to_fulfil=by_status[Status.STOCK_COMMITTED.value],
        alarmed=counts.alarmed,
    )
