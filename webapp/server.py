"""Serves the store: pages and their events on one port, in one process."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from webapp.frontend import SOURCES, prepare_process
from webapp.settings import settings


def main() -> None:
    prepare_process()

    import uvicorn
    from reflex_base.environment import environment

    # The pages were compiled by webapp.frontend; here they are only mounted.
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)
    os.chdir(SOURCES)
    sys.path.insert(0, str(SOURCES))
    store = import_module("webapp.app").app
    uvicorn.run(
        store(),
        host=settings().host,
        port=settings().port,
        log_level=settings().log_level.lower(),
        access_log=False,
        server_header=False,
        # Where the store stands behind a proxy, uvicorn reads FORWARDED_ALLOW_IPS.
        proxy_headers=True,
        ws_ping_interval=20,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
