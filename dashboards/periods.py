"""Date ranges to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

PRESETS = {
    "7 days": 7,
    "30 days": 30,
    "90 days": 90,
    "12 months": 365,
}
CUSTOM = "Custom"
DEFAULT_PRESET = "30 days"
MAX_DAYS = 1100
_DAYS_BY_DAY, _DAYS_BY_WEEK = 92, 400


@dataclass(frozen=True, slots=True)
class DateRange:
    """Both days belong to it."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def step(self) -> str:
        """How a chart sums up: by ``day``, ``week`` or ``month``."""
        if self.days <= _DAYS_BY_DAY:
            return "day"
        return "week" if self.days <= _DAYS_BY_WEEK else "month"


def preset(name: str, last_day: date) -> DateRange:
    """The range ``name`` that ends on ``last_day``."""
    return DateRange(last_day - timedelta(days=PRESETS[name] - 1), last_day)


def bucket(day: date, step: str) -> date:
    """First day of the day, week (Monday) or month that ``day`` is in."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day
