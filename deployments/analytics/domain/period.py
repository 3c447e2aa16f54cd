"""A span of whole days (UTC)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from deployments.shared.errors import Invalid

MAX_DAYS = 1100
_FIRST_DAY = date(2000, 1, 1)
_LAST_DAY = date(2199, 12, 31)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True, slots=True)
class Period:
    """``start`` and ``end`` belong to it.

    Raises:
        Invalid: ``invalid_period`` when it ends before it starts or is longer than three years.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise Invalid("invalid_period", "end is before start")
        if self.start < _FIRST_DAY or self.end > _LAST_DAY:
            raise Invalid("invalid_period", "choose days between 2000 and 2199")
        if self.days > MAX_DAYS:
            raise Invalid("invalid_period", f"choose at most {MAX_DAYS} days")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def previous_start(self) -> date:
        """First day of the equally long time before."""
        return self.start - timedelta(days=self.days)

    def whole_months(self) -> tuple[date, date]:
        """The first day of the first whole month and the day after the last one; where there is
        none, twice the day after the end."""
        first = self.start if self.start.day == 1 else _next_month(self.start)
        after_end = self.end + timedelta(days=1)
        until = after_end.replace(day=1)
        return (first, until) if first < until else (after_end, after_end)

    def each_day(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(self.days)]
