"""Carts, and the lines and totals of orders, as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from deployments.cart.contract import CartItem, CartView, LineProblem, OrderLine, Totals
from deployments.cart.contract import ShippingMethod as Method
from webapp.formats import money, sentence
from webapp.views import option_text, picture

_MOST = 999


@dataclass
class Line:
    """A line of a cart or an order."""

    id: str
    href: str
    title: str
    options: str
    image: str
    quantity: int
    unit_price: str
    total: str
    problem: str = ""
    problem_kind: str = ""
    most: int = _MOST

    @classmethod
    def of_cart(cls, item: CartItem) -> Line:
        return cls(
            id=str(item.id),
            href=f"/p/{item.slug}",
            title=item.title,
            options=option_text(item.options),
            image=picture(item.image_url),
            quantity=item.quantity,
            unit_price=money(item.unit_price),
            total=money(item.line_total),
            problem=" ".join(_line_problem(problem) for problem in item.problems),
            problem_kind=item.problems[0].code if item.problems else "",
            most=_MOST if item.available is None else max(0, min(item.available, _MOST)),
        )

    @classmethod
    def of_order(cls, line: OrderLine) -> Line:
        return cls(
            id=str(line.variant_id),
            href=f"/p/{line.slug}",
            title=line.title,
            options=option_text(line.options),
            image=picture(line.image_url),
            quantity=line.quantity,
            unit_price=money(line.unit_price),
            total=money(line.line_total),
        )


def _line_problem(problem: LineProblem) -> str:
    """What is wrong with a line, and what to do about it."""
    if problem.code == "gone":
        return "This is not sold any more. Remove it to go on."
    if problem.code == "insufficient_stock" and problem.available is not None:
        if problem.available <= 0:
            return "Sold out meanwhile. Remove it to go on."
        return f"Only {problem.available} left. Take fewer to go on."
    if problem.code == "price_changed" and problem.old_price and problem.new_price:
        fell = problem.new_price.amount < problem.old_price.amount
        return (
            f"The price has {'fallen' if fell else 'risen'} from {money(problem.old_price)} "
            f"to {money(problem.new_price)}."
        )
    return sentence(problem.detail)


@dataclass
class Sum:
    """Totals of a cart or an order; an empty text is a row that is not shown."""

    subtotal: str = ""
    shipping: str = ""
    discount: str = ""
    tax: str = ""
    total: str = ""
    included_tax: str = ""

    @classmethod
    def of(cls, totals: Totals) -> Sum:
        return cls(
            subtotal=money(totals.subtotal),
            shipping=money(totals.shipping) if totals.shipping.amount else "Free",
            discount="−" + money(totals.discount) if totals.discount.amount else "",
            tax=money(totals.tax) if totals.tax.amount else "",
            total=money(totals.total),
            included_tax=money(totals.included_tax) if totals.included_tax.amount else "",
        )


@dataclass
class Coupon:
    """The coupon of a cart; with a ``problem`` it takes nothing off."""

    code: str = ""
    description: str = ""
    discount: str = ""
    problem: str = ""

    @classmethod
    def of(cls, cart: CartView) -> Coupon:
        coupon = cart.coupon
        if coupon is None:
            return cls()
        return cls(
            code=coupon.code,
            description=coupon.description,
            discount="−" + money(cart.discount) if cart.discount.amount else "",
            problem=sentence(coupon.problem.detail) if coupon.problem else "",
        )


@dataclass
class Delivery:
    code: str
    name: str
    description: str
    price: str

    @classmethod
    def of(cls, method: Method) -> Delivery:
        price = money(method.price) if method.price.amount else "Free"
        return cls(method.code, method.name, method.description, price)
