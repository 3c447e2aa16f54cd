"""The search service as others call it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from deployments.products.contract import ProductCard
from deployments.search.contract.answers import SearchResponse, Suggestion
from deployments.search.contract.index import IndexRequest, IndexResponse, IndexStatus
from deployments.search.contract.live import SearchLive
from deployments.search.contract.prices import PriceComparison, PriceHistory, PriceOverview
from deployments.search.contract.synonyms import Synonym, SynonymInput
from deployments.shared.http_client import ServiceHttp


class SearchClient:
    def __init__(self, http: ServiceHttp) -> None:
        self._http = http

    async def search(self, query: str, **filters: Any) -> SearchResponse:
        """``filters``: the query parameters of ``GET /ai/search``."""
        answer = await self._http.request("GET", "/search", params={"query": query, **filters})
        return SearchResponse.model_validate(answer)

    async def suggest(self, typed: str, *, limit: int = 8) -> list[Suggestion]:
        rows = await self._http.request("GET", "/suggest", params={"query": typed, "limit": limit})
        return [Suggestion.model_validate(row) for row in rows]

    async def similar(self, product_id: UUID | str, *, limit: int = 8) -> list[ProductCard]:
        rows = await self._http.request("GET", f"/similar/{product_id}", params={"limit": limit})
        return [ProductCard.model_validate(row) for row in rows]

    async def prices(self, product_id: UUID | str) -> PriceComparison:
        return PriceComparison.model_validate(
            await self._http.request("GET", f"/prices/{product_id}")
        )

    async def price_history(self, product_id: UUID | str) -> PriceHistory:
        return PriceHistory.model_validate(
            await self._http.request("GET", f"/prices/{product_id}/history")
        )

    async def price_overview(self, *, limit: int = 100) -> PriceOverview:
        return PriceOverview.model_validate(
            await self._http.request("GET", "/prices", params={"limit": limit})
        )

    async def index(self, request: IndexRequest) -> IndexResponse:
        return IndexResponse.model_validate(
            await self._http.request("POST", "/index", json=request.model_dump(mode="json"))
        )

    async def index_status(self) -> IndexStatus:
        return IndexStatus.model_validate(await self._http.request("GET", "/index/status"))

    async def activate_version(self, name: str) -> IndexStatus:
        return IndexStatus.model_validate(
            await self._http.request("POST", f"/index/versions/{name}/activate")
        )

    async def drop_version(self, name: str) -> None:
        await self._http.request("DELETE", f"/index/versions/{name}")

    async def live(self) -> SearchLive:
        return SearchLive.model_validate(await self._http.request("GET", "/live"))

    async def synonyms(self) -> list[Synonym]:
        rows = await self._http.request("GET", "/synonyms")
        return [Synonym.model_validate(row) for row in rows]

    async def add_synonym(self, synonym: SynonymInput) -> Synonym:
        answer = await self._http.request("POST", "/synonyms", json=synonym.model_dump())
        return Synonym.model_validate(answer)

    async def change_synonym(self, synonym_id: UUID | str, synonym: SynonymInput) -> Synonym:
        answer = await self._http.request(
            "PUT", f"/synonyms/{synonym_id}", json=synonym.model_dump()
        )
        return Synonym.model_validate(answer)

    async def delete_synonym(self, synonym_id: UUID | str) -> None:
        await self._http.request("DELETE", f"/synonyms/{synonym_id}")
