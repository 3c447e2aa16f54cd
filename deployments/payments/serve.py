"""The Ray Serve binding of payments."""

from __future__ import annotations

from fastapi import FastAPI
from ray import serve


def build_api() -> FastAPI:
    # Imported in the replica only: Serve also reads this module to plan the deployment.
    from deployments.payments.api import create_api
    from deployments.payments.infrastructure.settings import PaymentsSettings
    from deployments.shared.settings import PlatformSettings

    return create_api(PlatformSettings(), PaymentsSettings())


class Payments:
    """Replica of the payments service; FastAPI answers its requests."""


app = serve.deployment(name="payments")(serve.ingress(build_api)(Payments)).bind()
