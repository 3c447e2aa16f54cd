from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployments.local.redis_server import EmbeddedRedis
from deployments.shared.settings import SERVICES
from tests.service.whole.world import World, running_world
from tests.support import Keys

# Words no log may hold; long and odd, so that they are nothing else by chance.
SECRETS = {
    "pepper": "pepper-of-the-whole-world-" + "p" * 16,
    "pseudonym": "pseudonym-of-the-whole-world-" + "s" * 16,
    "metrics": "metrics-of-the-whole-world-" + "m" * 16,
}


@pytest.fixture(scope="package")
def world(
    keys: Keys,
    migrated: Callable[[str], str],
    empty_database: Callable[[str], None],
    redis_server: EmbeddedRedis,
) -> Iterator[World]:
    """All six services; shared by the tests of this package, which do not count rows."""
    folder = Path(tempfile.mkdtemp(prefix="mercato-world-"))
    # A database of Redis of its own: other tests flush theirs.
    url = redis_server.url.rsplit("/", 1)[0] + "/7"
    try:
        with running_world(keys, migrated, url, SECRETS, folder) as world:
            yield world
    finally:
        for service in SERVICES:
            empty_database(service)
        shutil.rmtree(folder)
