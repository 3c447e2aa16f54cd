"""``python -m deployments.sandbox``: run the sandbox until it is told to stop."""

from __future__ import annotations

import sys

import uvicorn

from deployments.sandbox.app import create_sandbox
from deployments.sandbox.settings import SandboxSettings
from deployments.shared.settings import ConfigurationError


def main() -> int:
    settings = SandboxSettings()
    try:
        app = create_sandbox(settings)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
