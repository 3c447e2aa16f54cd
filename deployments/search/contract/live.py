"""Search as it runs."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from deployments.shared.schemas import Schema


class Spread(Schema):
    """Percentiles of ``count`` values, right within 6 %."""

    p50: float
    p95: float
    p99: float
    count: int


class RouteLive(Schema):
    """Requests of the last minute, all replicas together."""

    route: Literal["search", "suggest", "similar"]
    per_second: float
    failed: int
    milliseconds: Spread | None = None


class EncodingLive(Schema):
    """The Embedder's work of the last minute. ``sizes`` has how many ``batches`` held so many
    ``queries``; ``milliseconds`` is a batch's time in the model."""

    class Size(Schema):
        queries: int
        batches: int

    queries_per_second: float
    documents_per_second: float
    batches: int
    sizes: list[Size]
    milliseconds: Spread | None = None


class DeploymentLive(Schema):
    """A deployment as it runs; null is not known or not set. ``ongoing`` requests are in work,
    ``waiting`` ones wait for a batch. ``settings`` are its ``user_config`` as the replicas have
    it."""

    name: str
    status: str
    running: int
    starting: int
    target: int | None = None
    ongoing: int
    waiting: int | None = None
    min_replicas: int | None = None
    max_replicas: int | None = None
    target_ongoing: float | None = None
    max_ongoing: int | None = None
    engines: list[str]
    settings: dict[str, float]


class LivePoint(Schema):
    """Ten seconds from ``start`` on: searches. Shares are 0..1, null without searches."""

    start: datetime
    per_second: float
    milliseconds: Spread | None = None
    without_meaning: float | None = None
    cache_hits: float | None = None
    mean_batch: float | None = None


class SearchLive(Schema):
    """Search as it runs, all replicas together: figures of the last minute, ``points`` of the
    last 15 minutes. ``without_meaning`` is the share of searches answered by words alone because
    no vector came in time, ``cache_hits`` of those whose vector was remembered; null without
    searches. ``lag_ms`` is from a product's change until it can be searched, of the last hour."""

    at: datetime
    routes: list[RouteLive]
    without_meaning: float | None = None
    cache_hits: float | None = None
    encoding: EncodingLive
    lag_ms: Spread | None = None
    deployments: list[DeploymentLive]
    points: list[LivePoint]
