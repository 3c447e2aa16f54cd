"""Coupons: what they take off, for whom and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from deployments.shared.errors import Conflict
from deployments.shared.ids import new_id
from deployments.shared.money import Money

ProblemCode = Literal[
    "coupon_gone",
    "coupon_inactive",
    "coupon_not_started",
    "coupon_expired",
    "coupon_used_up",
    "coupon_used_by_you",
    "coupon_below_minimum",
]


class Kind(StrEnum):
    PERCENTAGE = "percentage"
    AMOUNT = "amount"
    FREE_SHIPPING = "free_shipping"


def normal_code(entered: str) -> str:
    """Upper and lower case are one code."""
    return entered.strip().upper()


@dataclass(frozen=True, slots=True)
class CouponProblem:
    """``required``: the smallest subtotal the coupon is valid for."""

    code: ProblemCode
    detail: str
    required: Money | None = None


@dataclass(frozen=True, slots=True)
class Uses:
    """Orders with the coupon that are not rejected or cancelled."""

    total: int = 0
    by_customer: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a merchant sets. ``value``: per cent, minor units, or 0 for free shipping;
    ``min_subtotal`` in minor units; valid from ``starts_at`` until before ``ends_at``."""

    code: str
    kind: Kind
    value: int
    description: str = ""
    min_subtotal: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    active: bool = True
    max_uses: int | None = None
    max_uses_per_customer: int | None = None

    @property
    def effect(self) -> tuple[str, Kind, int]:
        """What shoppers rely on; fixed once one of them has used the coupon."""
        return self.code, self.kind, self.value

    @property
    def is_limited(self) -> bool:
        return self.max_uses is not None or self.max_uses_per_customer is not None


@dataclass
class Coupon:
    id: UUID
    terms: Terms
    created_at: datetime

    @classmethod
    def create(cls, terms: Terms, now: datetime) -> Coupon:
        return cls(new_id(), terms, now)

    def change(self, terms: Terms, uses: int) -> None:
        """Raises ``Conflict`` ``coupon_in_use``: its orders must stay explicable by it."""
        if uses and terms.effect != self.terms.effect:
            raise Conflict(
                "coupon_in_use",
                f"{self.terms.code} has been used {uses} times: its code, kind and value are "
                "fixed; deactivate it and make another",
            )
        self.terms = terms

    def deactivate(self) -> None:
        self.terms = replace(self.terms, active=False)

    def problem(self, subtotal: Money, uses: Uses, now: datetime) -> CouponProblem | None:
        """Why it takes nothing off a cart of ``subtotal``; None when it is valid."""
        return self._out_of_time(now) or self._used_up(uses) or self._below_minimum(subtotal)

    def _out_of_time(self, now: datetime) -> CouponProblem | None:
        terms = self.terms
        if not terms.active:
            return CouponProblem(
                "coupon_inactive", f"{terms.code} is not valid any more; remove it"
            )
        if terms.starts_at is not None and now < terms.starts_at:
            start = f"{terms.starts_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
            return CouponProblem("coupon_not_started", f"{terms.code} is valid from {start}")
        if terms.ends_at is not None and now >= terms.ends_at:
            return CouponProblem("coupon_expired", f"{terms.code} has expired; remove it")
        return None

    def _used_up(self, uses: Uses) -> CouponProblem | None:
        terms = self.terms
        if terms.max_uses is not None and uses.total >= terms.max_uses:
            return CouponProblem("coupon_used_up", f"{terms.code} has been used up; remove it")
        limit = terms.max_uses_per_customer
        if limit is not None and uses.by_customer >= limit:
            often = "once" if limit == 1 else f"{limit} times"
            return CouponProblem(
                "coupon_used_by_you", f"{terms.code} is valid {often} per customer; remove it"
            )
        return None

    def _below_minimum(self, subtotal: Money) -> CouponProblem | None:
        if subtotal.amount >= self.terms.min_subtotal:
            return None
        required = Money(self.terms.min_subtotal, subtotal.currency)
        return CouponProblem(
            "coupon_below_minimum",
            f"{self.terms.code} is valid from {required}; add something or remove it",
            required,
        )

    def discount_on(self, subtotal: int) -> int:
        """Minor units off goods of ``subtotal``, never more than they cost; halves rounded up."""
        if self.terms.kind is Kind.PERCENTAGE:
            return (2 * subtotal * self.terms.value + 100) // 200
        if self.terms.kind is Kind.AMOUNT:
            return min(self.terms.value, subtotal)
        return 0


@dataclass(frozen=True, slots=True)
class EnteredCoupon:
    """The code on a cart, seen at this moment: the coupon, and why it does not count."""

    code: str
    coupon: Coupon | None
    problem: CouponProblem | None

    @property
    def valid(self) -> Coupon | None:
        return None if self.problem else self.coupon

    @property
    def ships_free(self) -> bool:
        return self.valid is not None and self.valid.terms.kind is Kind.FREE_SHIPPING


GONE: Final = "there is no such coupon any more; remove it"


def enter(
    code: str, coupon: Coupon | None, subtotal: Money, uses: Uses, now: datetime
) -> EnteredCoupon:
    if coupon is None:
        return EnteredCoupon(code, None, CouponProblem("coupon_gone", GONE))
    return EnteredCoupon(code, coupon, coupon.problem(subtotal, uses, now))


def spread(discount: int, amounts: Sequence[int]) -> list[int]:
    """Divide ``discount`` over ``amounts`` in proportion: the parts add up to it exactly and none
    is more than its amount. ``discount`` is at most the amounts' sum."""
    whole = sum(amounts)
    if not discount:
        return [0] * len(amounts)
    parts = [discount * amount // whole for amount in amounts]
    # What rounding down left goes to the largest remainders, the earlier of equals first.
    by_remainder = sorted(range(len(amounts)), key=lambda i: -(discount * amounts[i] % whole))
    for index in by_remainder[: discount - sum(parts)]:
        parts[index] += 1
    return parts
