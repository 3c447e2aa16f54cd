"""How values read on the pages."""

from __future__ import annotations

from datetime import datetime

from deployments.shared.errors import DomainError
from deployments.shared.schemas import MoneySchema

COUNTRIES = {
    "AT": "Austria",
    "BE": "Belgium",
    "BG": "Bulgaria",
    "CH": "Switzerland",
    "CY": "Cyprus",
    "CZ": "Czechia",
    "DE": "Germany",
    "DK": "Denmark",
    "EE": "Estonia",
    "ES": "Spain",
    "FI": "Finland",
    "FR": "France",
    "GB": "United Kingdom",
    "GR": "Greece",
    "HR": "Croatia",
    "HU": "Hungary",
    "IE": "Ireland",
    "IT": "Italy",
    "LT": "Lithuania",
    "LU": "Luxembourg",
    "LV": "Latvia",
    "MT": "Malta",
    "NL": "Netherlands",
    "NO": "Norway",
    "PL": "Poland",
    "PT": "Portugal",
    "RO": "Romania",
    "SE": "Sweden",
    "SI": "Slovenia",
    "SK": "Slovakia",
    "US": "United States",
}

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
    "rate_limited": "That was a bit fast. Wait a minute and try again.",
    "insufficient_stock": "Someone was quicker: there is not enough in stock any more.",
    "cart_changed": "Your cart has changed. Look at it again before you order.",
    "cart_has_problems": "Something in your cart can't be ordered as it is. Have a look at it.",
    "cart_empty": "Your cart is empty.",
}


def money(value: MoneySchema) -> str:
    return str(value.to_money())


def count_of(count: int, noun: str, plural: str = "") -> str:
    """``1 item``, ``1,204 items``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def percent_off(price: MoneySchema, compare_at: MoneySchema | None) -> str:
    """``−20%``, or nothing when ``compare_at`` is no higher (or less than 1 % higher)."""
    if compare_at is None or compare_at.amount <= price.amount:
        return ""
    percent = round(100 * (compare_at.amount - price.amount) / compare_at.amount)
    return f"−{percent}%" if percent else ""


def day(value: datetime) -> str:
    return f"{value.day} {value:%B %Y}"


def country_name(code: str) -> str:
    return COUNTRIES.get(code, code)


def status_name(status: str) -> str:
    return _STATUS.get(status, status.replace("_", " ").capitalize())


def ordinal(number: int) -> str:
    suffix = (
        "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{suffix}"


def problem_text(error: DomainError) -> str:
    """What to show a shopper when a service refused or did not answer."""
    if error.code in _PROBLEMS:
        return _PROBLEMS[error.code]
    if error.status >= 500:
        return "We can't reach that part of the store right now. Please try again in a moment."
    text = error.detail.strip() or "That did not work. Please try again."
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
