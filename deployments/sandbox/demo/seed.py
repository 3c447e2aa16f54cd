"""Bring the demo catalogue and its pictures into a running store, over the products API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pydantic_settings import BaseSettings, SettingsConfigDict

from deployments.products.contract import (
    ImportOutcome,
    ImportRequest,
    ProductDetail,
    ProductImport,
    ProductsClient,
)
from deployments.sandbox.demo.catalogue import SOURCE, DemoProduct, load_demo_products
from deployments.sandbox.demo.emoji_package import PicturesUnavailable, fetch_pictures
from deployments.sandbox.demo.pictures import Picture, render_pictures
from deployments.shared.operator_client import operator_http

Progress = Callable[[str, int, int | None], None]

_BATCH = 100
_UPLOADS_AT_ONCE = 4


class DemoSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MERCATO_", extra="ignore")

    # Downloaded and rendered pictures; safe to delete, and kept between set-ups to save time.
    cache_folder: Path = Path(".mercato/cache")


@dataclass(frozen=True)
class SeedReport:
    """What seeding did; ``pictures_missing`` says why plain stand-ins are shown, if so."""

    created: int
    updated: int
    unchanged: int
    pictures_uploaded: int
    pictures_missing: str | None = None


async def seed(
    progress: Progress,
    *,
    products: Sequence[DemoProduct] | None = None,
    client: ProductsClient | None = None,
    cache: Path | None = None,
) -> SeedReport:
    """Products, then pictures. Running it again, also after an interruption, adds what is
    missing: it neither doubles anything nor resets the stock of what was sold since.

    Args:
        client: for tests; else the store that the environment names.
    """
    products = products or load_demo_products()
    cache = cache or DemoSettings().cache_folder
    async with _connected(client) as store:
        outcomes = await _import(store, products, progress)
        assets, missing = await asyncio.to_thread(_assets, cache, progress)
        pictures = await asyncio.to_thread(
            render_pictures,
            products,
            assets,
            cache / "pictures",
            lambda done, total: progress("drawing pictures", done, total),
        )
        uploaded = await _upload(store, outcomes, pictures, progress)
    counts = [outcome.outcome for outcome in outcomes]
    return SeedReport(
        created=counts.count("created"),
        updated=counts.count("updated"),
        unchanged=counts.count("unchanged"),
        pictures_uploaded=uploaded,
        pictures_missing=missing,
    )


@asynccontextmanager
async def _connected(client: ProductsClient | None) -> AsyncIterator[ProductsClient]:
    if client is not None:
        yield client
        return
    http = operator_http("products", timeout_seconds=60)
    try:
        yield ProductsClient(http)
    finally:
        await http.aclose()


def _assets(cache: Path, progress: Progress) -> tuple[Path | None, str | None]:
    progress("fetching pictures", 0, None)
    try:
        return fetch_pictures(cache), None
    except PicturesUnavailable as error:
        progress(f"plain pictures: {error}", 0, None)
        return None, str(error)


async def _import(
    store: ProductsClient, entries: Sequence[DemoProduct], progress: Progress
) -> list[ImportOutcome]:
    outcomes: list[ImportOutcome] = []
    for batch in _batches([entry.product for entry in entries]):
        expected = await store.import_batch(
            ImportRequest(source=SOURCE, products=batch, dry_run=True)
        )
        new = {each.handle for each in expected.outcomes if each.outcome == "created"}
        sent = [each if each.handle in new else _without_stock(each) for each in batch]
        done = await store.import_batch(ImportRequest(source=SOURCE, products=sent))
        outcomes += done.outcomes
        progress("products", len(outcomes), len(entries))
    refused = [each for each in outcomes if each.outcome == "refused"]
    if refused:
        raise RuntimeError(
            f"the store refused {len(refused)} demo products, "
            f"the first {refused[0].handle}: {refused[0].reason}"
        )
    return outcomes


def _without_stock(product: ProductImport) -> ProductImport:
    """The product as it is sent again: what was sold meanwhile stays sold."""
    variants = [each.model_copy(update={"on_hand": None}) for each in product.variants]
    return product.model_copy(update={"variants": variants})


def _batches(products: list[ProductImport]) -> Iterator[list[ProductImport]]:
    for start in range(0, len(products), _BATCH):
        yield products[start : start + _BATCH]


async def _upload(
    store: ProductsClient,
    outcomes: Sequence[ImportOutcome],
    pictures: dict[str, list[Picture]],
    progress: Progress,
) -> int:
    """Pictures of products that have fewer than they should; in order within a product."""
    total = sum(len(each) for each in pictures.values())
    done = uploaded = 0

    limit = asyncio.Semaphore(_UPLOADS_AT_ONCE)

    async def complete(product_id: UUID, wanted: list[Picture]) -> None:
        nonlocal done, uploaded
        async with limit:
            product = await store.get(product_id)
            for picture in wanted[len(product.images) :]:
                await store.add_image(
                    product_id,
                    await asyncio.to_thread(picture.path.read_bytes),
                    alt=picture.alt,
                    variant_id=_variant_of(product, picture.colour),
                )
                uploaded += 1
        done += len(wanted)
        progress("pictures", done, total)

    try:
        async with asyncio.TaskGroup() as group:
            for outcome in outcomes:
                if outcome.product_id is not None:
                    group.create_task(complete(outcome.product_id, pictures[outcome.handle]))
    except ExceptionGroup as errors:
        # The first says what happened; the others ended because of it.
        raise errors.exceptions[0] from errors
    return uploaded


def _variant_of(product: ProductDetail, colour: str | None) -> UUID | None:
    """The first variant in that colour."""
    if colour is None:
        return None
    return next((v.id for v in product.variants if v.options.get("Colour") == colour), None)
