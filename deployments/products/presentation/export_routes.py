"""The catalogue as a file, for merchants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import chain

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from deployments.products.application.export_products import ExportProducts
from deployments.products.application.list_categories import ListCategories
from deployments.products.application.read_models import ProductView
from deployments.products.catalogue_file import shopify_export as file
from deployments.products.presentation import presenters
from deployments.products.presentation.merchant_routes import Merchant
from deployments.shared.rate_limit import rate_limit

router = APIRouter(tags=["import"])

_PAGE = 200
_CSV = "text/csv; charset=utf-8"


@router.get(
    "/export",
    response_class=StreamingResponse,
    dependencies=[Depends(rate_limit("10/minute"))],
    responses={200: {"content": {_CSV: {"schema": {"type": "string"}}}}},
)
async def export(request: Request, principal: Merchant) -> StreamingResponse:
    """All products of any status as CSV, in Shopify's columns and a few more."""
    headers = {"Content-Disposition": 'attachment; filename="products.csv"'}
    return StreamingResponse(_lines(request), media_type=_CSV, headers=headers)


async def _lines(request: Request) -> AsyncIterator[bytes]:
    use_case: ExportProducts = request.app.state.export_products
    tree: ListCategories = request.app.state.list_categories
    names = {node.path: node.name for node in await tree()}
    url: presenters.MediaUrl = request.app.state.media_url
    yield file.header()
    after = None
    while True:
        page = await use_case(after, _PAGE, published=False)
        products = [_exported(view, names, url) for view in page.items]
        yield file.lines(chain.from_iterable(file.rows_of(each) for each in products))
        if page.next_key is None:
            return
        after = page.items[-1].id


def _exported(
    of: ProductView, names: dict[str, str], url: presenters.MediaUrl
) -> file.ExportedProduct:
    parts = of.category.path.split("/") if of.category else []
    paths = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    addresses = [(image.external_url or url(image.sizes[0].key), image.alt) for image in of.images]
    return file.ExportedProduct(
        handle=of.slug,
        title=of.title,
        description=of.description,
        brand=of.brand,
        category=tuple(names.get(path, path.rpartition("/")[2]) for path in paths),
        tags=of.tags,
        status=of.status,
        currency=of.currency,
        attributes=of.attributes,
        variants=tuple(
            file.ExportedVariant(v.sku, v.barcode, v.options, v.price, v.compare_at, v.on_hand)
            for v in of.variants
        ),
        # A path of ours means nothing outside the store.
        pictures=tuple(pair for pair in addresses if pair[0].startswith(("http://", "https://"))),
    )
