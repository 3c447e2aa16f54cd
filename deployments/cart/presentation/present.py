"""Domain objects to the bodies of the contract."""

from __future__ import annotations

from dataclasses import asdict

from deployments.cart import contract
from deployments.cart.application.manage_coupons import CouponInUse
from deployments.cart.application.show_cart import ShownCart
from deployments.cart.domain.coupon import EnteredCoupon
from deployments.cart.domain.priced_cart import PricedLine
from deployments.cart.domain.shipping import ShippingOption
from deployments.cart.domain.totals import Totals
from deployments.shared.money import Money
from deployments.shared.schemas import MoneySchema


def cart_view(shown: ShownCart) -> contract.CartView:
    priced = shown.priced
    return contract.CartView(
        id=priced.cart.id if priced.cart.version else None,
        version=priced.cart.version,
        token=shown.token,
        items=[_item(line) for line in priced.lines],
        item_count=priced.item_count,
        subtotal=MoneySchema.of(priced.subtotal),
        coupon=_cart_coupon(priced.coupon) if priced.coupon else None,
        discount=MoneySchema.of(priced.discount),
        live=shown.live,
    )


def _cart_coupon(entered: EnteredCoupon) -> contract.CartCoupon:
    terms = entered.coupon.terms if entered.coupon else None
    return contract.CartCoupon(
        code=entered.code,
        description=terms.description if terms else "",
        kind=terms.kind.value if terms else None,
        problem=contract.CouponProblem.model_validate(entered.problem) if entered.problem else None,
    )


def _item(line: PricedLine) -> contract.CartItem:
    facts = line.offer or line.item
    return contract.CartItem(
        id=line.item.id,
        variant_id=facts.variant_id,
        product_id=facts.product_id,
        slug=facts.slug,
        title=facts.title,
        sku=facts.sku,
        options=dict(facts.options),
        image_url=facts.image_url,
        quantity=line.item.quantity,
        unit_price=MoneySchema.of(line.unit_price),
        line_total=MoneySchema.of(line.line_total),
        available=line.available,
        problems=[contract.LineProblem.model_validate(problem) for problem in line.problems],
    )


def shipping_method(option: ShippingOption, currency: str) -> contract.ShippingMethod:
    return contract.ShippingMethod(
        code=option.code,
        name=option.name,
        description=option.description,
        price=MoneySchema.of(Money(option.price, currency)),
    )


def totals_view(totals: Totals) -> contract.Totals:
    return contract.Totals(
        subtotal=MoneySchema.of(totals.subtotal),
        shipping=MoneySchema.of(totals.shipping),
        tax=MoneySchema.of(totals.tax),
        discount=MoneySchema.of(totals.discount),
        total=MoneySchema.of(totals.total),
        included_tax=MoneySchema.of(totals.included_tax),
    )


def coupon_view(seen: CouponInUse) -> contract.Coupon:
    coupon = seen.coupon
    return contract.Coupon(
        id=coupon.id, created_at=coupon.created_at, uses=seen.uses, **asdict(coupon.terms)
    )
