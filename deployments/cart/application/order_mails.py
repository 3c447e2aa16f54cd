"""What a customer is written about an order, in the transaction of what it tells of."""

from __future__ import annotations

from deployments.cart.application.mail_layout import Letter, Row, mail
from deployments.cart.application.ports import CartUnitOfWork
from deployments.cart.domain.anonymity import ERASED_EMAIL
from deployments.cart.domain.order import Order
from deployments.cart.domain.refund import Refund


class OrderMails:
    def __init__(self, store_url: str, shop: str) -> None:
        self._store_url = store_url.rstrip("/")
        self._shop = shop

    async def confirmed(self, work: CartUnitOfWork, order: Order) -> None:
        letter = Letter(
            f"Thank you for your order {order.number}",
            ["Your payment has arrived. We write again as soon as your parcel is on its way."],
            rows=[*_lines(order), *_sums(order)],
            blocks=[("Delivered to", _address(order))],
            links=[self._link(order)],
        )
        await self._send(work, order, f"Your order {order.number}", letter)

    async def shipped(self, work: CartUnitOfWork, order: Order) -> None:
        if order.shipment is None:
            return
        parcel = order.shipment.parcel
        tracking = [("Follow your parcel", parcel.tracking_url)] if parcel.tracking_url else []
        letter = Letter(
            f"Your order {order.number} is on its way",
            ["We have handed your parcel over."],
            rows=_lines(order),
            blocks=[
                ("Parcel", [parcel.carrier, parcel.tracking_number]),
                ("Delivered to", _address(order)),
            ],
            links=[*tracking, self._link(order)],
        )
        await self._send(work, order, f"Your order {order.number} is on its way", letter)

    async def refunded(self, work: CartUnitOfWork, order: Order, refund: Refund) -> None:
        if not refund.amount.amount:
            return
        titles = {line.variant_id: line.title for line in order.lines}
        letter = Letter(
            f"We have refunded {refund.amount}",
            [
                f"For your order {order.number} we have given {refund.amount} back to the card "
                "you paid with. Your bank may need a few working days to show it.",
            ],
            rows=[
                *[
                    Row(f"{line.quantity} × {titles[line.variant_id]}", str(line.amount))
                    for line in refund.lines
                    if not refund.full
                ],
                Row("Refunded", str(refund.amount), strong=True),
            ],
            links=[self._link(order)],
        )
        await self._send(work, order, f"Refund for your order {order.number}", letter)

    async def cancelled(self, work: CartUnitOfWork, order: Order) -> None:
        """Of a paid order, before its money is back. An order that was never paid is no reason to
        write: anybody could have placed it with any address."""
        if order.is_free:
            text = "Nothing was charged. Order again any time."
        else:
            text = f"We are giving {order.refunded} back to the card you paid with."
        letter = Letter(
            f"Your order {order.number} is cancelled",
            [text],
            rows=_lines(order),
            links=[self._link(order)],
        )
        await self._send(work, order, f"Your order {order.number} is cancelled", letter)

    def _link(self, order: Order) -> tuple[str, str]:
        return ("See your order", f"{self._store_url}/order/{order.id}")

    async def _send(self, work: CartUnitOfWork, order: Order, subject: str, letter: Letter) -> None:
        to = order.placement.email
        if to != ERASED_EMAIL:
            await work.mails.append(mail(to, subject, letter, self._shop))


def _lines(order: Order) -> list[Row]:
    return [
        Row(
            f"{line.quantity} × {line.title}",
            str(line.line_total),
            ", ".join(f"{name}: {value}" for name, value in line.options.items()),
        )
        for line in order.lines
    ]


def _sums(order: Order) -> list[Row]:
    totals = order.totals
    rows = [Row("Subtotal", str(totals.subtotal))]
    if totals.discount.amount:
        code = f" ({order.coupon.code})" if order.coupon else ""
        rows.append(Row(f"Discount{code}", f"−{totals.discount}"))
    shipping = str(totals.shipping) if totals.shipping.amount else "free"
    rows.append(Row("Shipping", shipping))
    if totals.tax.amount:
        rows.append(Row("Tax", str(totals.tax)))
    note = (
        f"contains {totals.included_tax} tax"
        if totals.included_tax.amount and not totals.tax.amount
        else ""
    )
    rows.append(Row("Total", str(totals.total), note, strong=True))
    return rows


def _address(order: Order) -> list[str]:
    address = order.placement.shipping_address
    town = f"{address['postal_code']} {address['city']}"
    lines = [
        address["name"],
        address["line1"],
        address.get("line2", ""),
        town,
        address.get("region", ""),
        address["country"],
    ]
    return [line for line in lines if line]
