"""Figures as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deployments.shared.money import Money, exponent

_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
_WHOLE_FROM, _MILLION = 10_000, 1_000_000


def symbol(currency: str) -> str:
    return _SYMBOLS.get(currency, f"{currency} ")


def major(amount: int, currency: str) -> float:
    """Minor units as a number of euros, pounds …"""
    return float(amount / 10 ** exponent(currency))


def money(amount: int, currency: str) -> str:
    """``€1,234.50``; without cents from ten thousand, in millions from one million on."""
    units = amount / 10 ** exponent(currency)
    if abs(units) < _WHOLE_FROM:
        text = str(Money(abs(amount), currency))
    elif abs(units) >= _MILLION:
        text = f"{symbol(currency)}{abs(units) / _MILLION:,.2f}M"
    else:
        text = f"{symbol(currency)}{abs(units):,.0f}"
    return f"−{text}" if amount < 0 else text


def change(now: float, before: float) -> str | None:
    """Change in per cent with its sign, None without anything to compare with."""
    if before == 0:
        return None
    percent = (now - before) / abs(before) * 100
    return f"{percent:+.1f} %" if abs(percent) < 1000 else f"{percent / 100:+.0f} ×"


def percent(share: float, digits: int = 1) -> str:
    return f"{share * 100:.{digits}f} %"


def local_time(moment: datetime, timezone: str | None) -> str:
    """``14 Mar 2025, 09:41`` in the viewer's time zone."""
    try:
        zone = ZoneInfo(timezone) if timezone else UTC
    except (ZoneInfoNotFoundError, ValueError):
        zone = UTC
    return moment.astimezone(zone).strftime("%-d %b %Y, %H:%M")


def ago(moment: datetime, now: datetime) -> str:
    """``just now``, ``5 minutes ago``, ``3 days ago`` …"""
    seconds = max(0, int((now - moment).total_seconds()))
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        count = seconds // size
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
