"""What happens to an order after it is paid, to rows and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from deployments.cart.domain.order_parts import Alarm, Parcel, Shipment
from deployments.cart.domain.refund import Refund, RefundLine, RefundState, Requester
from deployments.shared.money import Money
from models.cart.tables import OrderRefundRow


def refund_values(order_id: UUID, refund: Refund) -> dict[str, Any]:
    return {
        "id": refund.id,
        "order_id": order_id,
        "key": refund.key,
        "request_hash": refund.request_hash,
        "amount": refund.amount.amount,
        "shipping": refund.shipping.amount,
        "lines": [
            {
                "variant_id": str(line.variant_id),
                "quantity": line.quantity,
                "amount": line.amount.amount,
            }
            for line in refund.lines
        ],
        "full": refund.full,
        "restock": refund.restock,
        "restocked_at": refund.restocked_at,
        "reason": refund.reason,
        "requested_by": refund.requested_by,
        "state": refund.state.value,
        "failure": refund.failure,
        "due_at": refund.due_at,
        "created_at": refund.created_at,
        "settled_at": refund.settled_at,
    }


def refund_of_row(row: OrderRefundRow, currency: str) -> Refund:
    return Refund(
        id=row.id,
        key=row.key,
        request_hash=row.request_hash,
        amount=Money(row.amount, currency),
        shipping=Money(row.shipping, currency),
        lines=tuple(
            RefundLine(UUID(line["variant_id"]), line["quantity"], Money(line["amount"], currency))
            for line in row.lines
        ),
        full=row.full,
        restock=row.restock,
        reason=row.reason,
        requested_by=cast(Requester, row.requested_by),
        created_at=row.created_at,
        due_at=row.due_at,
        state=RefundState(row.state),
        failure=row.failure,
        restocked_at=row.restocked_at,
        settled_at=row.settled_at,
    )


def shipment_values(shipment: Shipment) -> dict[str, Any]:
    parcel = shipment.parcel
    return {
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "tracking_url": parcel.tracking_url,
        "shipped_at": shipment.shipped_at.isoformat(),
    }


def shipment_of(values: Mapping[str, Any]) -> Shipment:
    parcel = Parcel(values["carrier"], values["tracking_number"], values["tracking_url"])
    return Shipment(parcel, datetime.fromisoformat(values["shipped_at"]))


def alarm_values(alarm: Alarm) -> dict[str, Any]:
    return {"code": alarm.code, "detail": alarm.detail, "at": alarm.at.isoformat()}


def alarm_of(values: Mapping[str, Any]) -> Alarm:
    return Alarm(values["code"], values["detail"], datetime.fromisoformat(values["at"]))
