"""The services through HAProxy and Ray Serve, with the demo shop."""

from __future__ import annotations

from deployments.local.layout import StackLayout
from deployments.local.secrets_store import load_or_create
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import ServiceTokens, private_key
from tests.bench.load import load
from tests.bench.records import Record, percentile


async def measure(layout: StackLayout, records: list[Record]) -> None:
    secrets = load_or_create(layout.data)
    tokens = ServiceTokens(OPERATOR, private_key(secrets.service_keys[OPERATOR]))
    products = tokens.for_audience("products")
    trivial = await load(
        lambda: layout.api("/products/health"), concurrency=8, seconds=5, token=products
    )
    listing = await load(
        lambda: layout.api("/products?limit=24"), concurrency=8, seconds=5, token=products
    )
    records += [
        Record("health check, 8 clients", trivial.requests_per_second, "requests/s"),
        Record(
            "product list of 24, 8 clients",
            listing.requests_per_second,
            "requests/s",
            "health check",
            listing.requests_per_second / trivial.requests_per_second,
        ),
        Record("product list, p95", percentile(listing.latencies, 0.95), "ms"),
        Record("failed requests", trivial.failed + listing.failed, "", bar="0"),
    ]
