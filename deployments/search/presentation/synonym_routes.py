"""Synonyms over HTTP: read by merchants and analysts, changed by merchants."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request, status

from deployments.search.application.list_synonyms import ListSynonyms
from deployments.search.application.remove_synonym import RemoveSynonym
from deployments.search.application.save_synonym import SaveSynonym
from deployments.search.contract import Synonym, SynonymInput
from deployments.shared.authentication import require_roles, require_roles_or_service
from deployments.shared.rate_limit import rate_limit
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import ANALYST, MERCHANT

router = APIRouter(prefix="/synonyms", tags=["synonyms"])

_LIMIT = Depends(rate_limit("120/minute"))
_CHANGES = [Depends(require_roles(MERCHANT)), _LIMIT]


@router.get("", dependencies=[Depends(require_roles(ANALYST, MERCHANT))])
async def list_synonyms(request: Request) -> list[Synonym]:
    """All synonyms of the shop, by their first term."""
    use_case: ListSynonyms = request.app.state.list_synonyms
    return [Synonym.model_validate(synonym) for synonym in await use_case()]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(require_roles_or_service((MERCHANT,), (OPERATOR,))), _LIMIT],
)
async def add(body: SynonymInput, request: Request) -> Synonym:
    """Let terms find the same products; searches follow within seconds."""
    use_case: SaveSynonym = request.app.state.save_synonym
    return Synonym.model_validate(await use_case.add(body.terms, body.one_way))


@router.put("/{synonym_id}", dependencies=_CHANGES)
async def change(synonym_id: UUID, body: SynonymInput, request: Request) -> Synonym:
    """The whole of a synonym as it shall be."""
    use_case: SaveSynonym = request.app.state.save_synonym
    return Synonym.model_validate(await use_case.change(synonym_id, body.terms, body.one_way))


@router.delete("/{synonym_id}", status_code=status.HTTP_204_NO_CONTENT, dependencies=_CHANGES)
async def remove(synonym_id: UUID, request: Request) -> None:
    """Terms no longer mean the same."""
    use_case: RemoveSynonym = request.app.state.remove_synonym
    await use_case(synonym_id)
