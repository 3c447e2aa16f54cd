"""When an event happened, as far as its sender is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from deployments.shared.errors import Invalid

# A browser's clock may run a little fast; what it sends is then taken as now.
CLOCK_SKEW = timedelta(minutes=5)
MAX_AGE = timedelta(hours=24)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def accepted_time(claimed: datetime | None, now: datetime) -> datetime:
    """The time of an event sent now; ``now`` where none is claimed or it is slightly ahead.

    Raises:
        Invalid: ``event_time_refused`` when it is further ahead, or older than a day.
    """
    if claimed is None:
        return now
    if claimed > now + CLOCK_SKEW:
        raise Invalid("event_time_refused", "occurred_at is in the future; check the clock")
    if claimed < now - MAX_AGE:
        raise Invalid(
            "event_time_refused", "occurred_at is older than 24 hours; send events as they happen"
        )
    return min(claimed, now).astimezone(UTC)


def past_time(claimed: datetime | None, now: datetime) -> datetime:
    """The time of something imported.

    Raises:
        Invalid: ``event_time_refused`` without a time, before 2000 or in the future.
    """
    if claimed is None or not EARLIEST <= claimed <= now + CLOCK_SKEW:
        raise Invalid(
            "event_time_refused", "history needs a time in 2000 or later and not in the future"
        )
    return claimed.astimezone(UTC)
