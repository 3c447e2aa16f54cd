"""Products as other services and the store call it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from deployments.products.contract.catalogue import (
    Category,
    CategoryChange,
    CategoryInput,
    Image,
    ImageChange,
    ImportRequest,
    ImportResponse,
    ProductCard,
    ProductDetail,
    ProductInput,
    Status,
)
from deployments.products.contract.facets import Facets
from deployments.products.contract.orders import (
    Reservation,
    ReservationRequest,
    Restock,
    RestockRequest,
    VariantSnapshot,
)
from deployments.products.contract.reviews import (
    OwnReview,
    QueuedReview,
    ReviewDecision,
    ReviewInput,
    ReviewPage,
    ReviewSort,
    ReviewState,
)
from deployments.products.contract.stock import (
    LowStock,
    StockAdjustment,
    StockCount,
    StockLevel,
    StockMovement,
)
from deployments.shared.http_client import ServiceHttp
from deployments.shared.ids import new_id
from deployments.shared.pagination import Page


class ProductsClient:
    """Products as other services and the store call it."""

    def __init__(self, http: ServiceHttp) -> None:
        self._http = http

    async def browse(self, **filters: Any) -> Page[ProductCard]:
        """``filters``: the query parameters of ``GET /products``."""
        return Page[ProductCard].model_validate(await self._http.request("GET", "", params=filters))

    async def facets(self, **filters: Any) -> Facets:
        """``filters``: the query parameters of ``GET /products``, less its sort and page."""
        return Facets.model_validate(await self._http.request("GET", "/facets", params=filters))

    async def get(self, product_id: UUID | str) -> ProductDetail:
        return ProductDetail.model_validate(await self._http.request("GET", f"/{product_id}"))

    async def by_slug(self, slug: str) -> ProductDetail:
        """An old slug finds the product too: redirect when the answer has another one."""
        return ProductDetail.model_validate(await self._http.request("GET", f"/by-slug/{slug}"))

    async def categories(self) -> list[Category]:
        rows = await self._http.request("GET", "/categories")
        return [Category.model_validate(row) for row in rows]

    async def create(self, product: ProductInput) -> ProductDetail:
        body = product.model_dump(mode="json")
        return ProductDetail.model_validate(await self._http.request("POST", "", json=body))

    async def replace(
        self, product_id: UUID | str, product: ProductInput, *, version: int | None = None
    ) -> ProductDetail:
        """With ``version``: 409 ``version_conflict`` when the product has another one by now."""
        answer = await self._http.request(
            "PUT",
            f"/{product_id}",
            json=product.model_dump(mode="json"),
            headers=None if version is None else {"If-Match": f'"{version}"'},
        )
        return ProductDetail.model_validate(answer)

    async def archive(self, product_id: UUID | str) -> None:
        await self._http.request("DELETE", f"/{product_id}")

    async def delete(self, product_id: UUID | str) -> None:
        """For ever; 409 ``product_in_use`` once an order or a review knows it."""
        await self._http.request("DELETE", f"/{product_id}", params={"permanently": True})

    async def set_status(self, product_id: UUID | str, status: Status) -> ProductDetail:
        answer = await self._http.request("PUT", f"/{product_id}/status", json={"status": status})
        return ProductDetail.model_validate(answer)

    async def import_batch(self, request: ImportRequest) -> ImportResponse:
        answer = await self._http.request("POST", "/import", json=request.model_dump(mode="json"))
        return ImportResponse.model_validate(answer)

    async def add_image(
        self,
        product_id: UUID | str,
        data: bytes,
        *,
        alt: str | None = None,
        variant_id: UUID | None = None,
    ) -> Image:
        """Upload a JPEG, PNG or WebP picture; the same picture again is the one there is."""
        files: dict[str, Any] = {"file": ("picture", data)}
        for name, value in (("alt", alt), ("variant_id", variant_id)):
            if value is not None:
                files[name] = (None, str(value))
        answer = await self._http.request("POST", f"/{product_id}/images", files=files)
        return Image.model_validate(answer)

    async def change_image(
        self, product_id: UUID | str, image_id: UUID | str, change: ImageChange
    ) -> Image:
        answer = await self._http.request(
            "PUT", f"/{product_id}/images/{image_id}", json=change.model_dump(mode="json")
        )
        return Image.model_validate(answer)

    async def order_images(self, product_id: UUID | str, image_ids: list[UUID]) -> list[Image]:
        """The first is the one lists show."""
        body = {"image_ids": [str(identity) for identity in image_ids]}
        rows = await self._http.request("PUT", f"/{product_id}/images", json=body)
        return [Image.model_validate(row) for row in rows]

    async def delete_image(self, product_id: UUID | str, image_id: UUID | str) -> None:
        await self._http.request("DELETE", f"/{product_id}/images/{image_id}")

    async def adjust_stock(
        self,
        product_id: UUID | str,
        variant_id: UUID | str,
        adjustment: StockAdjustment,
        *,
        key: str | None = None,
    ) -> StockLevel:
        """With the same ``key`` again it counts once; without, each call has its own."""
        answer = await self._http.request(
            "POST",
            f"/{product_id}/variants/{variant_id}/stock",
            json=adjustment.model_dump(),
            headers={"Idempotency-Key": key or str(new_id())},
        )
        return StockLevel.model_validate(answer)

    async def count_stock(
        self, product_id: UUID | str, variant_id: UUID | str, count: StockCount
    ) -> StockLevel:
        """409 ``stock_changed`` (with ``on_hand``) when the books say otherwise by now."""
        answer = await self._http.request(
            "PUT", f"/{product_id}/variants/{variant_id}/stock", json=count.model_dump()
        )
        return StockLevel.model_validate(answer)

    async def stock_levels(self, product_id: UUID | str) -> list[StockLevel]:
        rows = await self._http.request("GET", f"/{product_id}/stock")
        return [StockLevel.model_validate(row) for row in rows]

    async def movements(
        self,
        product_id: UUID | str,
        variant_id: UUID | str,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[StockMovement]:
        """Newest first."""
        answer = await self._http.request(
            "GET",
            f"/{product_id}/variants/{variant_id}/movements",
            params={"cursor": cursor, "limit": limit},
        )
        return Page[StockMovement].model_validate(answer)

    async def low_stock(
        self, *, threshold: int | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[LowStock]:
        """Least left first; ``threshold`` stands in for the shop's own."""
        params = {"threshold": threshold, "cursor": cursor, "limit": limit}
        answer = await self._http.request("GET", "/stock/low", params=params)
        return Page[LowStock].model_validate(answer)

    async def set_low_stock(
        self, product_id: UUID | str, variant_id: UUID | str, low_stock_at: int | None
    ) -> StockLevel:
        answer = await self._http.request(
            "PUT",
            f"/{product_id}/variants/{variant_id}/low-stock",
            json={"low_stock_at": low_stock_at},
        )
        return StockLevel.model_validate(answer)

    async def create_category(self, category: CategoryInput) -> Category:
        answer = await self._http.request("POST", "/categories", json=category.model_dump())
        return Category.model_validate(answer)

    async def change_category(self, category_id: UUID | str, category: CategoryChange) -> Category:
        answer = await self._http.request(
            "PUT", f"/categories/{category_id}", json=category.model_dump()
        )
        return Category.model_validate(answer)

    async def delete_category(self, category_id: UUID | str, *, move_to: str | None = None) -> None:
        """409 ``category_in_use`` with products or categories in it, unless the category with
        the path ``move_to`` takes them."""
        await self._http.request(
            "DELETE", f"/categories/{category_id}", params={"move_to": move_to}
        )

    async def reviews(
        self,
        product_id: UUID | str,
        *,
        sort: ReviewSort = "newest",
        cursor: str | None = None,
        limit: int = 10,
    ) -> ReviewPage:
        answer = await self._http.request(
            "GET",
            f"/{product_id}/reviews",
            params={"sort": sort, "cursor": cursor, "limit": limit},
        )
        return ReviewPage.model_validate(answer)

    async def own_review(self, product_id: UUID | str) -> OwnReview:
        """404 ``review_not_found`` before it is written."""
        answer = await self._http.request("GET", f"/{product_id}/reviews/mine")
        return OwnReview.model_validate(answer)

    async def write_review(self, product_id: UUID | str, review: ReviewInput) -> OwnReview:
        """Write or rewrite one's own review; it is shown once a merchant has published it.

        Raises:
            RemoteProblem: 403 ``not_purchased``.
        """
        answer = await self._http.request(
            "PUT", f"/{product_id}/reviews/mine", json=review.model_dump()
        )
        return OwnReview.model_validate(answer)

    async def delete_own_review(self, product_id: UUID | str) -> None:
        await self._http.request("DELETE", f"/{product_id}/reviews/mine")

    async def review_queue(
        self, *, state: ReviewState = "pending", cursor: str | None = None, limit: int = 20
    ) -> Page[QueuedReview]:
        """For merchants: longest waiting first."""
        params = {"state": state, "cursor": cursor, "limit": limit}
        answer = await self._http.request("GET", "/reviews", params=params)
        return Page[QueuedReview].model_validate(answer)

    async def decide_review(
        self,
        review_id: UUID | str,
        state: Literal["published", "rejected"],
        reason: str | None = None,
        *,
        updated_at: datetime | None = None,
    ) -> OwnReview:
        """With ``updated_at`` of the review that was read: 409 ``review_changed`` when its author
        has changed it since."""
        decision = ReviewDecision(state=state, reason=reason, updated_at=updated_at)
        answer = await self._http.request(
            "PUT", f"/reviews/{review_id}/decision", json=decision.model_dump(mode="json")
        )
        return OwnReview.model_validate(answer)

    async def export_reviews(self, user_id: UUID) -> dict[str, Any]:
        """Everything products keeps of a user, for the export of their data (auth only)."""
        answer: dict[str, Any] = await self._http.request("GET", f"/internal/reviews/{user_id}")
        return answer

    async def export(self, *, cursor: str | None = None, limit: int = 100) -> Page[ProductDetail]:
        """Every published product in full, for indexing (services only)."""
        answer = await self._http.request(
            "GET", "/internal/products", params={"cursor": cursor, "limit": limit}
        )
        return Page[ProductDetail].model_validate(answer)

    async def snapshots(self, variant_ids: list[UUID]) -> list[VariantSnapshot]:
        """Unknown variants are left out."""
        body = {"variant_ids": [str(identity) for identity in variant_ids]}
        # Reads only, so a repeat is harmless.
        rows = await self._http.request("PUT", "/internal/snapshots", json=body)
        return [VariantSnapshot.model_validate(row) for row in rows]

    async def reserve(self, request: ReservationRequest) -> Reservation:
        """Hold stock for an order; the same order again is a no-op.

        Raises:
            RemoteProblem: 409 ``insufficient_stock`` with ``lines`` [{variant_id, requested,
                available}]; 409 ``reservation_released`` when the order was released before.
        """
        answer = await self._http.request(
            "PUT", "/internal/reservations", json=request.model_dump(mode="json")
        )
        return Reservation.model_validate(answer)

    async def commit(self, order_id: UUID) -> Reservation:
        answer = await self._http.request("PUT", f"/internal/reservations/{order_id}/commit")
        return Reservation.model_validate(answer)

    async def release(self, order_id: UUID) -> Reservation:
        answer = await self._http.request("PUT", f"/internal/reservations/{order_id}/release")
        return Reservation.model_validate(answer)

    async def restock(self, refund_id: UUID, request: RestockRequest) -> Restock:
        """Put what a refund gives back on sale; the same refund again is a no-op.

        Raises:
            RemoteProblem: 404 ``variant_not_found`` for a variant the order did not buy; 422
                ``restock_differs`` when this refund has put other lines back before; 409
                ``order_not_sold`` before the order is committed; 409 ``restock_exceeds_sold``
                with ``returnable``. Nothing is put back then.
        """
        answer = await self._http.request(
            "PUT", f"/internal/restocks/{refund_id}", json=request.model_dump(mode="json")
        )
        return Restock.model_validate(answer)
