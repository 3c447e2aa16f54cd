"""The Ray Serve binding of cart."""

from __future__ import annotations

from fastapi import FastAPI
from ray import serve


def build_api() -> FastAPI:
    # Imported in the replica only: Serve also reads this module to plan the deployment.
    from deployments.cart.api import create_api
    from deployments.cart.infrastructure.settings import CartSettings
    from deployments.shared.settings import PlatformSettings

    return create_api(PlatformSettings(), CartSettings())


class Cart:
    """Replica of the cart service; FastAPI answers its requests."""


app = serve.deployment(name="cart")(serve.ingress(build_api)(Cart)).bind()
