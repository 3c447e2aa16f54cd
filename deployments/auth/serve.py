"""The Ray Serve binding of auth."""

from __future__ import annotations

from fastapi import FastAPI
from ray import serve


def build_api() -> FastAPI:
    # Imported in the replica only: Serve also reads this module to plan the deployment.
    from deployments.auth.api import create_api
    from deployments.auth.infrastructure.settings import AuthSettings
    from deployments.shared.settings import PlatformSettings

    return create_api(PlatformSettings(), AuthSettings())


class Auth:
    """Replica of the auth service; FastAPI answers its requests."""


app = serve.deployment(name="auth")(serve.ingress(build_api)(Auth)).bind()
