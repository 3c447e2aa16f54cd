"""What auth says to others: accounts, sign-in, address book, users and roles."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    ConfigDict,
    EmailStr,
    Field,
    SecretStr,
    StringConstraints,
)

from deployments.shared.http_client import ServiceHttp
from deployments.shared.pagination import Page
from deployments.shared.schemas import Schema, StrictSchema

# Control characters have no place in a name, and PostgreSQL can't store all of them.
Printable = r"^[^\x00-\x1f\x7f]*$"

Email = Annotated[EmailStr, Field(max_length=254, examples=["ada@example.com"])]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=Printable),
]


def _encodable(password: SecretStr) -> SecretStr:
    """JSON can hold half of a surrogate pair, which is no text."""
    try:
        password.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("not valid Unicode text") from None
    return password


Password = Annotated[SecretStr, Field(min_length=1, max_length=1024), AfterValidator(_encodable)]
NewPassword = Annotated[
    SecretStr,
    Field(min_length=10, max_length=1024, examples=["analytical engine"]),
    AfterValidator(_encodable),
]
MailedToken = Annotated[str, Field(min_length=20, max_length=200, pattern=Printable)]
Role = Literal["shopper", "merchant", "analyst", "admin"]


def _without_repeats(roles: list[Role]) -> list[Role]:
    return list(dict.fromkeys(roles))


Roles = Annotated[list[Role], Field(min_length=1, max_length=10), AfterValidator(_without_repeats)]


class PasswordSchema(StrictSchema):
    """A body with a password, of which no space is stripped."""

    model_config = ConfigDict(str_strip_whitespace=False)


class RegisterRequest(PasswordSchema):
    email: Email
    password: NewPassword
    name: Annotated[Name, Field(examples=["Ada Lovelace"])]


class LoginRequest(PasswordSchema):
    email: Email
    password: Password


class RefreshRequest(StrictSchema):
    refresh_token: Annotated[str, Field(min_length=20, max_length=200)]


class ForgotPasswordRequest(StrictSchema):
    email: Email


class ResetPasswordRequest(PasswordSchema):
    """``token`` is that of the link in the mail."""

    token: MailedToken
    password: NewPassword


class ChangePasswordRequest(PasswordSchema):
    current_password: Password
    new_password: NewPassword


class VerifyEmailRequest(StrictSchema):
    """``token`` is that of the link in the mail."""

    token: MailedToken


class ChangeEmailRequest(PasswordSchema):
    email: Email
    password: Password


class ChangeProfileRequest(StrictSchema):
    name: Annotated[Name, Field(examples=["Ada King"])]


class EraseAccountRequest(PasswordSchema):
    password: Password


class ChangeUserRequest(StrictSchema):
    roles: Annotated[Roles, Field(examples=[["merchant", "shopper"]])]
    disabled: Annotated[bool, Field(strict=True)]


class Account(Schema):
    """``email_verified``: the owner has followed the link in a mail to this address."""

    id: UUID
    email: str
    email_verified: bool = False
    name: str
    roles: list[str]
    created_at: datetime


class Tokens(Schema):
    """Access token (15 min) and refresh token (7 days, good for one use)."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the OAuth 2 token type
    expires_in: int
    refresh_token: str
    account: Account


class EmailVerified(Schema):
    email: str


class AddressInput(StrictSchema):
    """An address as cart's checkout takes it, and whether it is the one offered first."""

    name: Annotated[Name, Field(examples=["Ada Lovelace"])]
    line1: Annotated[
        str, Field(min_length=1, max_length=200, pattern=Printable, examples=["Torstraße 1"])
    ]
    line2: Annotated[str, Field(max_length=200, pattern=Printable)] = ""
    city: Annotated[
        str, Field(min_length=1, max_length=120, pattern=Printable, examples=["Berlin"])
    ]
    postal_code: Annotated[
        str, Field(min_length=1, max_length=20, pattern=Printable, examples=["10119"])
    ]
    region: Annotated[str, Field(max_length=120, pattern=Printable)] = ""
    country: Annotated[str, Field(pattern="^[A-Z]{2}$", examples=["DE"])]
    is_default: Annotated[bool, Field(strict=True)] = False


class SavedAddress(Schema):
    id: UUID
    name: str
    line1: str
    line2: str
    city: str
    postal_code: str
    region: str
    country: str
    is_default: bool


class SignIn(Schema):
    """One sign-in of the last days: from its first token to its last."""

    began_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ended: bool


class AccountExport(Schema):
    """Everything the store keeps about a person."""

    account: Account
    addresses: list[SavedAddress]
    sign_ins: list[SignIn]
    orders: dict[str, Any]
    reviews: dict[str, Any]


class UserView(Schema):
    """An account as an admin sees it."""

    id: UUID
    email: str
    email_verified: bool
    name: str
    roles: list[str]
    disabled: bool
    erased: bool
    created_at: datetime


class TokenVersion(Schema):
    """Access tokens of an older version than this are refused."""

    version: int


def _bearer(access_token: str | None) -> dict[str, str] | None:
    return {"Authorization": f"Bearer {access_token}"} if access_token else None


class AuthClient:
    """Auth as the store calls it, with the visitor's access token where one is needed."""

    def __init__(self, http: ServiceHttp) -> None:
        self._http = http

    async def register(self, email: str, password: str, name: str) -> Tokens:
        body = {"email": email, "password": password, "name": name}
        return Tokens.model_validate(await self._http.request("POST", "/register", json=body))

    async def login(self, email: str, password: str) -> Tokens:
        body = {"email": email, "password": password}
        return Tokens.model_validate(await self._http.request("POST", "/login", json=body))

    async def refresh(self, refresh_token: str) -> Tokens:
        body = {"refresh_token": refresh_token}
        return Tokens.model_validate(await self._http.request("POST", "/refresh", json=body))

    async def logout(self, refresh_token: str) -> None:
        await self._http.request("POST", "/logout", json={"refresh_token": refresh_token})

    async def logout_all(self) -> None:
        """Sign out everywhere, here too."""
        await self._http.request("POST", "/logout-all")

    async def forgot_password(self, email: str) -> None:
        """Ask for a mail with a link to ``/account/reset?token=…``; never says whether the
        account exists."""
        await self._http.request("POST", "/password/forgot", json={"email": email})

    async def reset_password(self, token: str, password: str) -> None:
        body = {"token": token, "password": password}
        await self._http.request("POST", "/password/reset", json=body)

    async def change_password(self, current_password: str, new_password: str) -> Tokens:
        """Every other sign-in ends; the tokens returned replace this one's."""
        body = {"current_password": current_password, "new_password": new_password}
        return Tokens.model_validate(
            await self._http.request("POST", "/password/change", json=body)
        )

    async def verify_email(self, token: str) -> EmailVerified:
        """Needs no sign-in for the account's first address; 401 ``sign_in_to_confirm`` when the
        address replaces another and its account is not the one signed in."""
        answer = await self._http.request("POST", "/email/verify", json={"token": token})
        return EmailVerified.model_validate(answer)

    async def resend_verification(self) -> None:
        """Ask for another mail with a link to ``/account/verify?token=…``."""
        await self._http.request("POST", "/email/resend")

    async def me(self, access_token: str | None = None) -> Account:
        headers = _bearer(access_token)
        return Account.model_validate(await self._http.request("GET", "/me", headers=headers))

    async def change_profile(self, name: str) -> Account:
        return Account.model_validate(await self._http.request("PUT", "/me", json={"name": name}))

    async def change_email(self, email: str, password: str) -> None:
        """The address changes when the link in the mail sent to it is followed."""
        body = {"email": email, "password": password}
        await self._http.request("POST", "/me/email", json=body)

    async def addresses(self) -> list[SavedAddress]:
        """The default address first."""
        rows = await self._http.request("GET", "/me/addresses")
        return [SavedAddress.model_validate(row) for row in rows]

    async def add_address(self, address: AddressInput) -> SavedAddress:
        answer = await self._http.request("POST", "/me/addresses", json=address.model_dump())
        return SavedAddress.model_validate(answer)

    async def change_address(self, address_id: UUID, address: AddressInput) -> SavedAddress:
        answer = await self._http.request(
            "PUT", f"/me/addresses/{address_id}", json=address.model_dump()
        )
        return SavedAddress.model_validate(answer)

    async def remove_address(self, address_id: UUID) -> None:
        await self._http.request("DELETE", f"/me/addresses/{address_id}")

    async def export(self) -> AccountExport:
        return AccountExport.model_validate(await self._http.request("GET", "/me/export"))

    async def erase(self, password: str) -> None:
        """Erase the account for ever; orders stay without the person's data."""
        await self._http.request("DELETE", "/me", json={"password": password})

    async def users(
        self, email: str | None = None, cursor: str | None = None, limit: int = 20
    ) -> Page[UserView]:
        """Accounts, newest first, for admins; ``email`` is a part of the address."""
        params = {"email": email, "cursor": cursor, "limit": limit}
        return Page[UserView].model_validate(
            await self._http.request("GET", "/users", params=params)
        )

    async def user(self, user_id: UUID) -> UserView:
        return UserView.model_validate(await self._http.request("GET", f"/users/{user_id}"))

    async def change_user(self, user_id: UUID, roles: list[str], *, disabled: bool) -> UserView:
        body = {"roles": roles, "disabled": disabled}
        return UserView.model_validate(
            await self._http.request("PUT", f"/users/{user_id}", json=body)
        )
