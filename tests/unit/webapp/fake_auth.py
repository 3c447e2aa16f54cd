"""The fake accounts."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header

from deployments.auth.contract import (
    Account,
    AccountExport,
    AddressInput,
    ChangeUserRequest,
    EmailVerified,
    SavedAddress,
    Tokens,
    UserView,
)
from deployments.shared.errors import (
    Conflict,
    Forbidden,
    Invalid,
    RateLimited,
    Unauthenticated,
)
from deployments.shared.ids import new_id
from tests.unit.webapp.fake_world import World

Authorization = Annotated[str | None, Header()]
Body = dict[str, Any]


def auth_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/auth")

    @router.post("/register", status_code=201)
    async def register(body: Body) -> Tokens:
        if body["email"] in world.accounts:
            raise Conflict("email_taken", "an account with this e-mail address exists; sign in")
        account = world.add_account(body["email"], body["name"], body["password"], verified=False)
        return world.tokens(account)

    @router.post("/login")
    async def login(body: Body) -> Tokens:
        if world.retry_after:
            raise RateLimited("too many wrong passwords", retry_after=world.retry_after)
        account, password = world.accounts.get(body["email"], (None, ""))
        if account is None or password != body["password"]:
            raise Unauthenticated("wrong_credentials", "e-mail address or password is wrong")
        return world.tokens(account)

    @router.post("/refresh")
    async def refresh(body: Body) -> Tokens:
        token = body["refresh_token"]
        user = world.refresh.get(token)
        if user is None or token in world.used:
            world.refresh = {t: u for t, u in world.refresh.items() if u != user}
            raise Unauthenticated("invalid_refresh_token", "sign in again")
        world.used.add(token)
        return world.tokens(world.account(user))

    @router.post("/logout", status_code=204)
    async def logout(body: Body) -> None:
        world.refresh.pop(body["refresh_token"], None)

    @router.post("/logout-all", status_code=204)
    async def logout_all(authorization: Authorization = None) -> None:
        world.end_sign_ins(world.require(authorization))

    @router.post("/password/forgot", status_code=202)
    async def forgot(body: Body) -> None:
        if body["email"] in world.accounts:
            world.mailed[f"reset-{new_id().hex}"] = world.accounts[body["email"]][0].id

    @router.post("/password/reset", status_code=204)
    async def reset(body: Body) -> None:
        user = _of_link(body["token"])
        world.change_account(user, body["password"])
        world.end_sign_ins(user)

    @router.post("/password/change")
    async def change_password(body: Body, authorization: Authorization = None) -> Tokens:
        user = world.require(authorization)
        _check(user, body["current_password"])
        account = world.change_account(user, body["new_password"])
        world.end_sign_ins(user)
        return world.tokens(account)

    @router.post("/email/verify")
    async def verify(body: Body) -> EmailVerified:
        account = world.change_account(_of_link(body["token"]), email_verified=True)
        return EmailVerified(email=account.email)

    @router.post("/email/resend", status_code=202)
    async def resend(authorization: Authorization = None) -> None:
        world.mailed[f"verify-{new_id().hex}"] = world.require(authorization)

    def _of_link(token: str) -> UUID:
        user = world.mailed.pop(token, None)
        if user is None:
            raise Invalid("invalid_link", "this link was used or has expired")
        return user

    def _check(user: UUID, password: str) -> None:
        if world.accounts[world.account(user).email][1] != password:
            raise Forbidden("wrong_password", "this is not the current password; try again")

    _own_account(world, router, _check)
    _users(world, router)
    return router


def _own_account(world: World, router: APIRouter, check: Any) -> None:
    @router.get("/me")
    async def me(authorization: Authorization = None) -> Account:
        return world.account(world.require(authorization))

    @router.put("/me")
    async def change(body: Body, authorization: Authorization = None) -> Account:
        return world.change_account(world.require(authorization), name=body["name"])

    @router.delete("/me", status_code=204)
    async def erase(body: Body, authorization: Authorization = None) -> None:
        user = world.require(authorization)
        check(user, body["password"])
        world.end_sign_ins(user)
        world.accounts.pop(world.account(user).email)

    @router.post("/me/email", status_code=202)
    async def change_email(body: Body, authorization: Authorization = None) -> None:
        user = world.require(authorization)
        check(user, body["password"])

    @router.get("/me/export")
    async def export(authorization: Authorization = None) -> AccountExport:
        account = world.account(world.require(authorization))
        return AccountExport(account=account, addresses=[], sign_ins=[], orders={}, reviews={})

    @router.get("/me/addresses")
    async def addresses(authorization: Authorization = None) -> list[SavedAddress]:
        world.require(authorization)
        return sorted(world.addresses.values(), key=lambda address: not address.is_default)

    @router.post("/me/addresses", status_code=201)
    async def add(body: AddressInput, authorization: Authorization = None) -> SavedAddress:
        world.require(authorization)
        return _save(new_id(), body)

    @router.put("/me/addresses/{address_id}")
    async def replace(
        address_id: UUID, body: AddressInput, authorization: Authorization = None
    ) -> SavedAddress:
        world.require(authorization)
        return _save(address_id, body)

    @router.delete("/me/addresses/{address_id}", status_code=204)
    async def remove(address_id: UUID, authorization: Authorization = None) -> None:
        world.require(authorization)
        world.addresses.pop(address_id)

    def _save(address_id: UUID, body: AddressInput) -> SavedAddress:
        saved = SavedAddress(id=address_id, **body.model_dump())
        if saved.is_default or not world.addresses:
            for known in world.addresses.values():
                known.is_default = False
            saved.is_default = True
        world.addresses[address_id] = saved
        return saved


def _users(world: World, router: APIRouter) -> None:
    def view(account: Account) -> UserView:
        return UserView(**account.model_dump(), disabled=account.id in world.disabled, erased=False)

    @router.get("/users")
    async def users(email: str = "", authorization: Authorization = None) -> dict[str, Any]:
        world.require_role(authorization, "admin")
        found = [view(account) for account, _ in world.accounts.values() if email in account.email]
        return {"items": [user.model_dump(mode="json") for user in found], "next_cursor": None}

    @router.put("/users/{user_id}")
    async def change_user(
        user_id: UUID, body: ChangeUserRequest, authorization: Authorization = None
    ) -> UserView:
        admin = world.require_role(authorization, "admin")
        if user_id == admin and ("admin" not in body.roles or body.disabled):
            raise Conflict("own_admin_role", "ask another admin to take your own role away")
        world.disabled = world.disabled - {user_id} | ({user_id} if body.disabled else set())
        return view(world.change_account(user_id, roles=list(body.roles)))
