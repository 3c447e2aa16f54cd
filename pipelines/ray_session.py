"""Connecting a pipeline job to Ray: the stack's cluster, a remote one, or one of its own."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import ray


@contextmanager
def ray_session(address: str | None = None) -> Iterator[None]:
    """Connect to ``address``, else ``MERCATO_RAY_ADDRESS``, else ``RAY_ADDRESS`` (which a
    submitted job finds set), else start Ray in this process.

    A session that is already open is used and left open.
    """
    if ray.is_initialized():
        yield
        return
    ray.init(
        # Without any address Ray would join whatever cluster the machine started last.
        address=address
        or os.environ.get("MERCATO_RAY_ADDRESS")
        or os.environ.get("RAY_ADDRESS")
        or "local",
        logging_level=logging.WARNING,
        log_to_driver=False,
        include_dashboard=False,
    )
    try:
        yield
    finally:
        ray.shutdown()
