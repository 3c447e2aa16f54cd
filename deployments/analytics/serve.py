"""The Ray Serve binding of analytics."""

from __future__ import annotations

from fastapi import FastAPI
from ray import serve


def build_api() -> FastAPI:
    # Imported in the replica only: Serve also reads this module to plan the deployment.
    from deployments.analytics.api import create_api
    from deployments.analytics.infrastructure.settings import AnalyticsSettings
    from deployments.shared.settings import PlatformSettings

    return create_api(PlatformSettings(), AnalyticsSettings())


class Analytics:
    """Replica of the analytics service; FastAPI answers its requests."""


app = serve.deployment(name="analytics")(serve.ingress(build_api)(Analytics)).bind()
