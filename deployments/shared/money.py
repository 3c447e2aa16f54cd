"""Money as integer minor units of one currency."""

from __future__ import annotations

from dataclasses import dataclass

from deployments.shared.errors import Invalid

# ISO 4217 currencies whose minor unit is not 1/100.
_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "TND": 3}
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}


def exponent(currency: str) -> int:
    """Digits after the decimal point in ``currency``."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """``amount`` minor units (cents) of ``currency`` (ISO 4217, upper case)."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or not isinstance(self.amount, int):
            raise TypeError("amount is an integer number of minor units")
        if len(self.currency) != 3 or not self.currency.isupper():
            raise Invalid("invalid_currency", f"{self.currency!r} is not an ISO 4217 code")

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise Invalid(
                "currency_mismatch", f"cannot combine {self.currency} with {other.currency}"
            )

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.amount * quantity, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __str__(self) -> str:
        digits = exponent(self.currency)
        major = f"{self.amount / 10**digits:,.{digits}f}"
        return f"{_SYMBOLS.get(self.currency, self.currency + ' ')}{major}"


def total(amounts: list[Money], currency: str) -> Money:
    """Sum of ``amounts``; zero ``currency`` for an empty list."""
    result = Money(0, currency)
    for amount in amounts:
        result = result + amount
    return result
