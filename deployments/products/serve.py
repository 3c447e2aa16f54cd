"""The Ray Serve binding of products."""

from __future__ import annotations

from fastapi import FastAPI
from ray import serve


def build_api() -> FastAPI:
    # Imported in the replica only: Serve also reads this module to plan the deployment.
    from deployments.products.api import create_api
    from deployments.products.infrastructure.settings import ProductsSettings
    from deployments.shared.settings import PlatformSettings

    return create_api(PlatformSettings(), ProductsSettings())


class Products:
    """Replica of the products service; FastAPI answers its requests."""


app = serve.deployment(name="products")(serve.ingress(build_api)(Products)).bind()
