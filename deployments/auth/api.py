"""Composition of the auth service; knows no Ray."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from deployments.auth.application.address_book import AddressBook
from deployments.auth.application.change_email import ChangeEmail
from deployments.auth.application.change_password import ChangePassword
from deployments.auth.application.change_profile import ChangeProfile
from deployments.auth.application.check_password import CheckPassword
from deployments.auth.application.ensure_account import EnsureAccount
from deployments.auth.application.erase_account import EraseAccount
from deployments.auth.application.export_account import ExportAccount
from deployments.auth.application.forgot_password import ForgotPassword, SendResetMails
from deployments.auth.application.log_in import LogIn
from deployments.auth.application.log_out import LogOut
from deployments.auth.application.log_out_everywhere import LogOutEverywhere
from deployments.auth.application.mails import MailWriter
from deployments.auth.application.manage_users import ChangeUser, ReadUsers
from deployments.auth.application.ports import Clock, UserData
from deployments.auth.application.read_account import ReadAccount
from deployments.auth.application.refresh_session import RefreshSession
from deployments.auth.application.register import Register, email_taken
from deployments.auth.application.reset_password import ResetPassword
from deployments.auth.application.send_verification import ResendVerification
from deployments.auth.application.verify_email import VerifyEmail
from deployments.auth.infrastructure.bcrypt_hasher import BcryptHasher
from deployments.auth.infrastructure.guess_throttle import Backoff, RedisGuessThrottle
from deployments.auth.infrastructure.housekeeping import auth_clean_up, auth_mails, auth_outbox
from deployments.auth.infrastructure.settings import AuthSettings
from deployments.auth.infrastructure.signing_keys import SigningKeys
from deployments.auth.infrastructure.unit_of_work import SqlAuthUnitOfWork
from deployments.auth.infrastructure.user_data import orders_of, reviews_of
from deployments.auth.presentation.account_routes import router as account_router
from deployments.auth.presentation.credential_routes import router as credential_router
from deployments.auth.presentation.internal_routes import router as internal_router
from deployments.auth.presentation.session_routes import router as session_router
from deployments.auth.presentation.user_routes import router as user_router
from deployments.cart.contract import CartClient
from deployments.products.contract import ProductsClient
from deployments.shared.clean_up import CLEAN_UP_SECONDS
from deployments.shared.errors import Conflict
from deployments.shared.outbox_routes import outbox_router
from deployments.shared.service_app import Platform, create_service_app
from deployments.shared.settings import PlatformSettings, require_secrets
from deployments.shared.token_versions import CurrentVersions, TokenVersionPublisher
from deployments.shared.tokens import PublishedKeys, TokenVerifier, public_key

CONSTRAINTS = {
    "uq_users_email": email_taken(),
    "uq_addresses_default": Conflict(
        "addresses_changed", "the address book was changed at the same time; try again"
    ),
}
_RELAY_SECONDS = 0.2
_MAIL_SECONDS = 0.5
_PUBLISH_SECONDS = 1.0


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_api(
    platform: PlatformSettings,
    settings: AuthSettings,
    *,
    orders: UserData | None = None,
    reviews: UserData | None = None,
    clock: Clock = utc_now,
) -> FastAPI:
    """The auth service as an ASGI application.

    ``orders`` and ``reviews`` replace the services that keep those, ``clock`` the time.

    Raises:
        ConfigurationError: in production with a missing or default secret; a key can't be read.
    """
    require_secrets(
        platform,
        {"MERCATO_AUTH_SIGNING_KEY": settings.signing_key, "MERCATO_AUTH_PEPPER": settings.pepper},
    )
    token_seconds = settings.access_token_seconds
    keys = SigningKeys(
        settings.signing_key.get_secret_value(),
        settings.published_keys,
        token_seconds=token_seconds,
    )

    async def own_keys() -> Mapping[str, Any]:
        return keys.jwks()

    @asynccontextmanager
    async def setup(parts: Platform) -> AsyncIterator[None]:
        passwords = BcryptHasher(
            settings.pepper.get_secret_value(),
            cost=settings.bcrypt_cost,
            workers=settings.bcrypt_workers,
            queue=settings.bcrypt_queue,
        )
        throttle = RedisGuessThrottle(
            parts.redis,
            Backoff(
                settings.guesses_per_account,
                settings.guesses_per_address,
                settings.first_pause_seconds,
                settings.longest_pause_seconds,
            ),
        )
        write = MailWriter(platform.store_url)

        def begin() -> SqlAuthUnitOfWork:
            return SqlAuthUnitOfWork(parts.sessions)

        async def recent_versions() -> Mapping[UUID, int]:
            async with begin() as work:
                return await work.users.raised_versions(
                    clock() - timedelta(seconds=token_seconds + 60)
                )

        publisher = TokenVersionPublisher(parts.redis, recent_versions, token_seconds=token_seconds)
        publish = publisher.publish
        check = CheckPassword(begin, passwords, throttle)
        read_account = ReadAccount(begin)
        state = parts.state
        state.jwks = keys.jwks()
        state.trusted_proxies = platform.trusted_proxies
        state.token_versions = CurrentVersions(read_account.usable_version)
        state.outbox, relay = auth_outbox(parts.sessions, parts.redis)
        state.register = Register(begin, passwords, keys.issue, write, clock)
        state.log_in = LogIn(begin, check, keys.issue, clock)
        state.refresh_session = RefreshSession(begin, keys.issue, clock)
        state.log_out = LogOut(begin, clock)
        state.log_out_everywhere = LogOutEverywhere(begin, publish, clock)
        state.forgot_password = ForgotPassword(begin, clock)
        state.send_reset_mails = SendResetMails(begin, write, clock)
        state.reset_password = ResetPassword(
            begin, passwords, throttle, write=write, publish=publish, clock=clock
        )
        state.change_password = ChangePassword(
            begin, check, passwords, keys.issue, write=write, publish=publish, clock=clock
        )
        state.verify_email = VerifyEmail(begin, write, clock)
        state.resend_verification = ResendVerification(begin, write, clock)
        state.change_email = ChangeEmail(begin, check, write, clock)
        state.read_account = read_account
        state.change_profile = ChangeProfile(begin)
        state.address_book = AddressBook(begin)
        state.export_account = ExportAccount(
            begin,
            orders or orders_of(CartClient(parts.call("cart"))),
            reviews or reviews_of(ProductsClient(parts.call("products"))),
        )
        state.erase_account = EraseAccount(begin, check, write, publish, clock)
        state.read_users = ReadUsers(begin)
        state.change_user = ChangeUser(begin, publish, clock)
        state.ensure_account = EnsureAccount(begin, passwords, publish, clock)
        state.clean_up = auth_clean_up(parts.sessions)
        parts.background += [
            ("outbox", _RELAY_SECONDS, relay.relay),
            ("reset requests", _MAIL_SECONDS, state.send_reset_mails),
            ("mails", _MAIL_SECONDS, auth_mails(parts.sessions, platform).send_due),
            ("token versions", _PUBLISH_SECONDS, publisher.publish_recent),
            ("clean-up", CLEAN_UP_SECONDS, state.clean_up),
        ]
        yield
        passwords.close()

    services = {name: public_key(value) for name, value in platform.service_public_keys.items()}
    return create_service_app(
        service="auth",
        title="Mercato auth",
        description="Accounts, sign-in and the keys that verify access tokens.",
        platform=platform,
        settings=settings,
        setup=setup,
        routers=[
            session_router,
            credential_router,
            account_router,
            user_router,
            internal_router,
            outbox_router("cart", "products"),
        ],
        constraints=CONSTRAINTS,
        verifier=TokenVerifier("auth", PublishedKeys(own_keys), services),
    )
