"""The index over HTTP: for merchants, and for the operator's command line."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from deployments.search.application.activate_version import ActivateVersion
from deployments.search.application.drop_version import DropVersion
from deployments.search.application.index_products import IndexProducts
from deployments.search.application.ports import VersionFigures
from deployments.search.application.read_index_status import IndexFigures, ReadIndexStatus
from deployments.search.contract import (
    IndexRequest,
    IndexResponse,
    IndexStatus,
    IndexVersionInfo,
)
from deployments.shared.authentication import require_roles_or_service, require_service
from deployments.shared.rate_limit import rate_limit
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import ANALYST, MERCHANT

router = APIRouter(tags=["index"])

VersionName = Annotated[str, Path(max_length=20, examples=["v3"])]


def _version(figures: VersionFigures, documents: int) -> IndexVersionInfo:
    version = figures.version
    return IndexVersionInfo(
        name=version.name,
        model=version.model,
        status=version.status,
        vectors=figures.vectors,
        coverage=round(figures.current / documents, 4) if documents else 1.0,
        created_at=figures.created_at,
        activated_at=figures.activated_at,
    )


def _status(figures: IndexFigures) -> IndexStatus:
    return IndexStatus(
        documents=figures.documents,
        pending=figures.pending,
        versions=[_version(version, figures.documents) for version in figures.versions],
    )


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


@router.get(
    "/index/status",
    dependencies=[
        Depends(require_roles_or_service((ANALYST, MERCHANT), (OPERATOR,))),
        Depends(rate_limit("60/minute")),
    ],
)
async def index_status(request: Request) -> IndexStatus:
    """The versions of the index, oldest first, and how much of the catalogue each holds."""
    use_case: ReadIndexStatus = request.app.state.read_index_status
    return _status(await use_case())


@router.post(
    "/index/versions/{name}/activate",
    dependencies=[Depends(require_service(OPERATOR)), Depends(rate_limit("20/minute"))],
)
async def activate(name: VersionName, request: Request) -> IndexStatus:
    """Make a complete version the one that is searched; the one before can be returned to.

    Its model is loaded and the few vectors it lacks are made first. `version_incomplete` when it
    is being built or lacks many; `model_loading` when that takes longer than a request may: try
    again.
    """
    use_case: ActivateVersion = request.app.state.activate_version
    await use_case(name)
    read: ReadIndexStatus = request.app.state.read_index_status
    return _status(await read())


@router.delete(
    "/index/versions/{name}",
    status_code=204,
    dependencies=[Depends(require_service(OPERATOR)), Depends(rate_limit("20/minute"))],
)
async def drop(name: VersionName, request: Request) -> None:
    """Remove a version that is not searched, with its vectors."""
    use_case: DropVersion = request.app.state.drop_version
    await use_case(name)
