from __future__ import annotations

from uuid import UUID

from deployments.products.contract import ProductDetail, ProductsClient
from deployments.shared.http_client import RemoteProblem
from deployments.shared.pagination import Page


class ProductsGateway:
    """The products service over HTTP."""

    def __init__(self, client: ProductsClient) -> None:
        self._client = client

    async def get(self, product_id: UUID) -> ProductDetail | None:
        """None when the shop does not show it."""
        try:
            return await self._client.get(product_id)
        except RemoteProblem as problem:
            if problem.status in (404, 410):
                return None
            raise

    async def export(self, cursor: str | None) -> Page[ProductDetail]:
        return await self._client.export(cursor=cursor)
