"""Composition of the products service; knows no Ray."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from deployments.cart.contract import CartClient
from deployments.products.application.add_image import AddImage
from deployments.products.application.adjust_stock import AdjustStock
from deployments.products.application.browse_products import BrowseProducts
from deployments.products.application.change_category import ChangeCategory
from deployments.products.application.change_image import ChangeImage
from deployments.products.application.change_status import ChangeStatus
from deployments.products.application.commit_reservation import CommitReservation
from deployments.products.application.count_facets import CountFacets
from deployments.products.application.count_stock import CountStock
from deployments.products.application.create_category import CATEGORY_EXISTS, CreateCategory
from deployments.products.application.create_product import CreateProduct
from deployments.products.application.decide_review import DecideReview
from deployments.products.application.delete_category import DeleteCategory
from deployments.products.application.delete_image import DeleteImage
from deployments.products.application.delete_product import PRODUCT_IN_USE, DeleteProduct
from deployments.products.application.delete_review import DeleteReview
from deployments.products.application.erase_reviews import EraseReviews
from deployments.products.application.export_products import ExportProducts
from deployments.products.application.import_products import ImportProducts
from deployments.products.application.list_categories import ListCategories
from deployments.products.application.order_images import OrderImages
from deployments.products.application.ports import (
    ImageStorage,
    PurchaseCheck,
    UnitOfWorkFactory,
)
from deployments.products.application.read_product import ReadProduct
from deployments.products.application.read_reviews import ReadReviews
from deployments.products.application.read_snapshots import ReadSnapshots
from deployments.products.application.read_stock import ReadStock
from deployments.products.application.release_reservation import ReleaseReservation
from deployments.products.application.remove_unused_pictures import RemoveUnusedPictures
from deployments.products.application.replace_product import ReplaceProduct
from deployments.products.application.reserve_stock import ReserveStock
from deployments.products.application.restock_refund import RestockRefund
from deployments.products.application.save_product import SKU_TAKEN, SLUG_TAKEN
from deployments.products.application.set_low_stock import SetLowStock
from deployments.products.application.write_review import WriteReview
from deployments.products.infrastructure.folder_storage import FolderStorage
from deployments.products.infrastructure.housekeeping import clean_up
from deployments.products.infrastructure.outbox import cursors, outbox_reader, outbox_relay
from deployments.products.infrastructure.picture_encoder import PillowEncoder
from deployments.products.infrastructure.s3_storage import S3Storage
from deployments.products.infrastructure.settings import ProductsSettings
from deployments.products.infrastructure.stock_request_repository import KEY_REUSED
from deployments.products.infrastructure.unit_of_work import SqlProductsUnitOfWork
from deployments.products.presentation import (
    catalogue_routes,
    category_routes,
    export_routes,
    image_routes,
    internal_routes,
    merchant_routes,
    review_routes,
    stock_routes,
)
from deployments.shared.clean_up import CLEAN_UP_SECONDS
from deployments.shared.errors import Conflict
from deployments.shared.events import ACCOUNTS
from deployments.shared.outbox_routes import outbox_router
from deployments.shared.service_app import Platform, create_service_app
from deployments.shared.settings import ConfigurationError, PlatformSettings
from deployments.shared.subscriptions import subscribe
from deployments.shared.tokens import TokenVerifier

CONSTRAINTS = {
    "uq_products_slug": SLUG_TAKEN,
    "uq_variants_sku": SKU_TAKEN,
    "uq_categories_path": CATEGORY_EXISTS,
    "uq_images_product_id_digest_variant_id": Conflict(
        "image_exists", "the variant has this picture already"
    ),
    "fk_reviews_product_id": PRODUCT_IN_USE,
    "pk_stock_requests": KEY_REUSED,
    "ck_stock_reserved_within_on_hand": Conflict(
        "stock_below_reserved", "open orders have reserved more than that"
    ),
}
# A multipart body is a little larger than the picture inside.
_BODY_OVERHEAD = 100_000


def _use_cases(begin: UnitOfWorkFactory, settings: ProductsSettings, state: Any) -> None:
    state.browse_products = BrowseProducts(begin)
    state.count_facets = CountFacets(begin)
    state.list_categories = ListCategories(begin)
    state.read_product = ReadProduct(begin)
    state.create_product = CreateProduct(begin)
    state.replace_product = ReplaceProduct(begin)
    state.change_status = ChangeStatus(begin)
    state.delete_product = DeleteProduct(begin)
    state.create_category = CreateCategory(begin)
    state.change_category = ChangeCategory(begin)
    state.delete_category = DeleteCategory(begin)
    state.change_image = ChangeImage(begin)
    state.order_images = OrderImages(begin)
    state.delete_image = DeleteImage(begin)
    state.adjust_stock = AdjustStock(begin)
    state.count_stock = CountStock(begin)
    state.set_low_stock = SetLowStock(begin)
    state.read_stock = ReadStock(begin, settings.low_stock_at)
    state.import_products = ImportProducts(begin)
    state.export_products = ExportProducts(begin)
    state.read_snapshots = ReadSnapshots(begin)
    state.reserve_stock = ReserveStock(begin)
    state.commit_reservation = CommitReservation(begin)
    state.release_reservation = ReleaseReservation(begin)
    state.restock_refund = RestockRefund(begin)
    state.read_reviews = ReadReviews(begin)
    state.decide_review = DecideReview(begin)
    state.delete_review = DeleteReview(begin)


async def _no_media(key: str) -> bytes | None:
    """With S3 the pictures are not ours to serve."""
    return None


@asynccontextmanager
async def _storage(parts: Platform, settings: ProductsSettings) -> AsyncIterator[ImageStorage]:
    if settings.storage == "folder":
        folder = FolderStorage(settings.media_folder, settings.media_path)
        parts.state.read_media = folder.read
        yield folder
        return
    # Making a client reads boto3's service descriptions from disk.
    bucket = await asyncio.to_thread(S3Storage, settings)
    parts.state.read_media = _no_media
    parts.checks["storage"] = bucket.check
    try:
        yield bucket
    finally:
        bucket.close()


def create_api(
    platform: PlatformSettings,
    settings: ProductsSettings,
    *,
    verifier: TokenVerifier | None = None,
    has_purchased: PurchaseCheck | None = None,
) -> FastAPI:
    """The products service as an ASGI application; tests replace the call ``has_purchased``.

    Raises:
        ConfigurationError: S3 storage without a bucket.
    """
    if settings.storage == "s3" and not settings.s3_bucket:
        raise ConfigurationError("MERCATO_PRODUCTS_S3_BUCKET must be set with storage=s3")

    @asynccontextmanager
    async def setup(parts: Platform) -> AsyncIterator[None]:
        def begin() -> SqlProductsUnitOfWork:
            return SqlProductsUnitOfWork(parts.sessions)

        encoder = PillowEncoder(
            max_bytes=settings.max_image_bytes,
            max_pixels=settings.max_image_pixels,
            workers=settings.encoders,
        )
        async with _storage(parts, settings) as storage:
            _use_cases(begin, settings, parts.state)
            parts.state.add_image = AddImage(begin, encoder, storage)
            parts.state.write_review = WriteReview(
                begin, has_purchased or CartClient(parts.call("cart")).has_purchased
            )
            parts.state.media_url = storage.url
            parts.state.outbox = outbox_reader(parts.sessions)
            parts.background.append(("outbox", 0.2, outbox_relay(parts.sessions, parts.redis)))
            sweep = RemoveUnusedPictures(begin, storage)
            parts.background.append(("unused pictures", CLEAN_UP_SECONDS, sweep))
            parts.background.append(("clean-up", CLEAN_UP_SECONDS, clean_up(parts.sessions)))
            subscribe(
                parts,
                source="auth",
                topic=ACCOUNTS,
                group="products",
                cursors=cursors,
                handler=EraseReviews(begin),
            )
            try:
                yield
            finally:
                encoder.close()

    return create_service_app(
        service="products",
        title="Mercato products",
        description="The catalogue, its stock and the reservations of orders.",
        platform=platform,
        settings=settings,
        setup=setup,
        routers=[
            outbox_router("search"),
            internal_routes.router,
            # Before the catalogue, whose /{product_id} would take their paths.
            review_routes.router,
            stock_routes.router,
            category_routes.router,
            image_routes.router,
            export_routes.router,
            catalogue_routes.router,
            merchant_routes.router,
        ],
        constraints=CONSTRAINTS,
        verifier=verifier,
        # Generous: whole offices share an address.
        default_limit="6000/minute",
        max_body_bytes=settings.max_image_bytes + _BODY_OVERHEAD,
    )
