"""The own account over HTTP: profile, export, erasure, address book."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request, status

from deployments.auth.application.address_book import AddressBook, AddressData
from deployments.auth.application.change_profile import ChangeProfile
from deployments.auth.application.erase_account import EraseAccount
from deployments.auth.application.export_account import ExportAccount
from deployments.auth.application.read_account import ReadAccount
from deployments.auth.contract import (
    Account,
    AccountExport,
    AddressInput,
    ChangeProfileRequest,
    EraseAccountRequest,
    SavedAddress,
)
from deployments.shared.authentication import CurrentUserId
from deployments.shared.rate_limit import rate_limit

router = APIRouter(tags=["own account"])


@router.get("/me")
async def me(user_id: CurrentUserId, request: Request) -> Account:
    """The signed-in account."""
    use_case: ReadAccount = request.app.state.read_account
    return Account.model_validate(await use_case(user_id))


@router.put("/me", dependencies=[Depends(rate_limit("30/minute"))])
async def change_profile(
    body: ChangeProfileRequest, user_id: CurrentUserId, request: Request
) -> Account:
    """Change the name."""
    use_case: ChangeProfile = request.app.state.change_profile
    return Account.model_validate(await use_case(user_id, body.name))


@router.delete(
    "/me",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(rate_limit("10/minute"))],
)
async def erase(body: EraseAccountRequest, user_id: CurrentUserId, request: Request) -> None:
    """Erase the account for ever, with addresses and sign-ins. Orders stay, without the person."""
    use_case: EraseAccount = request.app.state.erase_account
    await use_case(user_id, body.password.get_secret_value())


@router.get("/me/export", dependencies=[Depends(rate_limit("5/minute"))])
async def export(user_id: CurrentUserId, request: Request) -> AccountExport:
    """Everything the store keeps about the account; 503 when a part can't be read."""
    use_case: ExportAccount = request.app.state.export_account
    return AccountExport.model_validate(await use_case(user_id))


@router.get("/me/addresses")
async def addresses(user_id: CurrentUserId, request: Request) -> list[SavedAddress]:
    """The address book, at most 20: the default address first, then the newest."""
    book: AddressBook = request.app.state.address_book
    return [SavedAddress.model_validate(entry) for entry in await book.entries(user_id)]


@router.post("/me/addresses", status_code=status.HTTP_201_CREATED)
async def add_address(body: AddressInput, user_id: CurrentUserId, request: Request) -> SavedAddress:
    """Add an address; the first one is the default."""
    book: AddressBook = request.app.state.address_book
    return SavedAddress.model_validate(await book.add(user_id, _data(body)))


@router.get("/me/addresses/{address_id}")
async def address(address_id: UUID, user_id: CurrentUserId, request: Request) -> SavedAddress:
    """One address of the own book."""
    book: AddressBook = request.app.state.address_book
    return SavedAddress.model_validate(await book.entry(user_id, address_id))


@router.put("/me/addresses/{address_id}")
async def change_address(
    address_id: UUID, body: AddressInput, user_id: CurrentUserId, request: Request
) -> SavedAddress:
    """Replace an address. The default one stays it until another takes its place."""
    book: AddressBook = request.app.state.address_book
    return SavedAddress.model_validate(await book.change(user_id, address_id, _data(body)))


@router.delete("/me/addresses/{address_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_address(address_id: UUID, user_id: CurrentUserId, request: Request) -> None:
    """Remove an address; when it was the default one, the newest other becomes it."""
    book: AddressBook = request.app.state.address_book
    await book.remove(user_id, address_id)


def _data(body: AddressInput) -> AddressData:
    return AddressData(**body.model_dump())
