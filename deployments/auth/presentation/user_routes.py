"""Users and their roles over HTTP, for admins."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from deployments.auth.application.manage_users import ChangeUser, ReadUsers
from deployments.auth.contract import ChangeUserRequest, Printable, UserView
from deployments.shared.authentication import CurrentUserId, require_roles
from deployments.shared.errors import Invalid
from deployments.shared.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from deployments.shared.tokens import ADMIN

router = APIRouter(tags=["users"], dependencies=[Depends(require_roles(ADMIN))])

EmailPart = Annotated[
    str | None,
    Query(max_length=254, pattern=Printable, description="a part of the e-mail address"),
]


@router.get("/users")
async def users(
    request: Request, email: EmailPart = None, limit: Limit = 20, cursor: Cursor = None
) -> Page[UserView]:
    """All accounts, the newest first."""
    use_case: ReadUsers = request.app.state.read_users
    found = await use_case.page(email_part=email, before=_before(cursor), limit=limit + 1)
    views = [UserView.model_validate(user) for user in found[:limit]]
    return Page(
        items=views, next_cursor=encode_cursor(views[-1].id) if len(found) > limit else None
    )


@router.get("/users/{user_id}")
async def user(user_id: UUID, request: Request) -> UserView:
    """One account."""
    use_case: ReadUsers = request.app.state.read_users
    return UserView.model_validate(await use_case.one(user_id))


@router.put("/users/{user_id}")
async def change_user(
    user_id: UUID, body: ChangeUserRequest, admin_id: CurrentUserId, request: Request
) -> UserView:
    """Replace roles and state of an account; its sign-ins end at once. Nobody takes their own
    admin role away, and one admin always stays."""
    use_case: ChangeUser = request.app.state.change_user
    return UserView.model_validate(
        await use_case(admin_id, user_id, list(body.roles), disabled=body.disabled)
    )


def _before(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(str(decode_cursor(cursor, 1)[0]))
    except ValueError as error:
        raise Invalid("invalid_cursor", "cursor is not one this service returned") from error
