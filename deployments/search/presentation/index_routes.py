"""The index over HTTP: for merchants, and for the operator's command line."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request

from deployments.search.application.index_products import IndexProducts
from deployments.search.contract import IndexRequest, IndexResponse
from deployments.shared.authentication import require_roles_or_service
from deployments.shared.rate_limit import rate_limit
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import MERCHANT

router = APIRouter(tags=["index"])


@router.post(
    "/index",
    dependencies=[
        Depends(require_roles_or_service((MERCHANT,), (OPERATOR,))),
        Depends(rate_limit("20/minute")),
    ],
)
async def index(body: IndexRequest, request: Request) -> IndexResponse:
    """Index the named products now; with none named, all of them.

    A product that is not in the shop is removed. `pending` products are found by their words at
    once and by meaning as soon as their vectors are made, in the background.
    """
    use_case: IndexProducts = request.app.state.index_products
    done = await use_case(body.product_ids)
    return IndexResponse(
        index_version=done.version,
        indexed=done.indexed,
        removed=done.removed,
        pending=done.pending,
    )
