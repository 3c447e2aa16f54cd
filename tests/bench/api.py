"""The services through HAProxy and Ray Serve, with the demo shop."""

from __future__ import annotations

import itertools
from urllib.parse import quote

from deployments.local.layout import StackLayout
from deployments.local.secrets_store import load_or_create
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import ServiceTokens, private_key
from tests.bench.load import load
from tests.bench.records import Record, percentile

WORDS = ("warm", "light", "gift", "desk", "garden", "travel", "wooden", "kids", "summer", "quiet")


async def measure(layout: StackLayout, records: list[Record]) -> None:
    secrets = load_or_create(layout.data)
    tokens = ServiceTokens(OPERATOR, private_key(secrets.service_keys[OPERATOR]))
    products, search_token = tokens.for_audience("products"), tokens.for_audience("search")
    trivial = await load(
        lambda: layout.api("/products/health"), concurrency=8, seconds=5, token=products
    )
    listing = await load(
        lambda: layout.api("/products?limit=24"), concurrency=8, seconds=5, token=products
    )
    pairs = itertools.cycle(itertools.permutations(WORDS, 2))
    search = await load(
        lambda: layout.api(f"/ai/search?query={quote(' '.join(next(pairs)))}"),
        concurrency=4,
        seconds=10,
        token=search_token,
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
        Record("search, 4 clients", search.requests_per_second, "requests/s"),
        Record("search, p50", percentile(search.latencies, 0.5), "ms"),
        Record("search, p95", percentile(search.latencies, 0.95), "ms"),
        Record("failed requests", trivial.failed + listing.failed + search.failed, "", bar="0"),
    ]
