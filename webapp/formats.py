"""How values read on the pages."""

from __future__ import annotations

from datetime import date

from deployments.shared.errors import DomainError
from deployments.shared.schemas import MoneySchema

_STATUS = {
    "created": "Order received",
    "reserved": "Items reserved",
    "payment_pending": "Waiting for payment",
    "paid": "Payment received",
    "stock_committed": "Being prepared",
    "fulfilled": "On its way",
    "completed": "Delivered",
    "rejected": "Not available",
    "cancelling": "Being cancelled",
    "cancelled": "Cancelled",
    "refunding": "Refund under way",
    "refunded": "Refunded",
}

# What the reader should do, where a service's own words speak to a program.
_PROBLEMS = {
    "wrong_credentials": "That e-mail and password do not match. Check both and try again.",
    "email_taken": "There is already an account with this e-mail. Sign in instead.",
    "wrong_password": "That is not your current password. Try again.",
    "invalid_link": "This link was used already or has expired. Ask for a new one.",
    "account_disabled": "This account can't be used. Write to us if you think it should be.",
    "token_revoked": "Your account was changed in the meantime. Sign in again.",
    "unknown_coupon": "We don't know this code. Check how it is written.",
    "total_changed": "The total has changed. Look at it again before you order.",
    "not_purchased": "Only customers who bought this here can review it.",
    "insufficient_stock": "Someone was quicker: there is not enough in stock any more.",
    "cart_changed": "Your cart has changed. Look at it again before you order.",
    "cart_has_problems": "Something in your cart can't be ordered as it is. Have a look at it.",
    "cart_empty": "Your cart is empty.",
}


def money(value: MoneySchema) -> str:
    return str(value.to_money())


def sentence(text: str) -> str:
    """A service's words with a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def count_of(count: int, noun: str, plural: str = "") -> str:
    """``1 item``, ``1,204 items``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def percent_off(price: MoneySchema, compare_at: MoneySchema | None) -> str:
    """``−20%``, or nothing when ``compare_at`` is no higher (or less than 1 % higher)."""
    if compare_at is None or compare_at.amount <= price.amount:
        return ""
    percent = round(100 * (compare_at.amount - price.amount) / compare_at.amount)
    return f"−{percent}%" if percent else ""


def day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"


def wait_text(seconds: int) -> str:
    """``40 s``, ``5 min``, ``2 h``: rounded up, so that it is not too early."""
    if seconds < 100:
        return f"{seconds} s"
    return f"{-(-seconds // 60)} min" if seconds < 100 * 60 else f"{-(-seconds // 3600)} h"


def status_name(status: str) -> str:
    return _STATUS.get(status, status.replace("_", " ").capitalize())


def ordinal(number: int) -> str:
    suffix = (
        "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{suffix}"


def problem_text(error: DomainError) -> str:
    """What to show a shopper when a service refused or did not answer."""
    if error.status == 429:
        wait = error.extra.get("retry_after")
        pause = f"wait {wait_text(wait)}" if isinstance(wait, int) else "wait a minute"
        return f"Too many tries: {pause} and try again."
    if error.code in _PROBLEMS:
        return _PROBLEMS[error.code]
    if error.status >= 500:
        return "We can't reach that part of the store right now. Please try again in a moment."
    return sentence(error.detail.strip() or "That did not work. Please try again.")
