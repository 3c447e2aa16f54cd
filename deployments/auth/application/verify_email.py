"""The owner has followed the link in a mail: the address is theirs."""

from __future__ import annotations

from uuid import UUID

from deployments.auth.application.mails import MailWriter
from deployments.auth.application.ports import Clock, UnitOfWorkFactory
from deployments.auth.application.register import email_taken
from deployments.auth.domain.mailed_token import Purpose
from deployments.auth.domain.refresh_token import hash_token
from deployments.auth.domain.user import same_email
from deployments.shared.errors import Invalid, Unauthenticated


def invalid_link() -> Invalid:
    return Invalid("invalid_link", "this link was used or has expired; ask for a new mail")


class VerifyEmail:
    def __init__(self, begin: UnitOfWorkFactory, write: MailWriter, clock: Clock) -> None:
        self._begin = begin
        self._write = write
        self._clock = clock

    async def __call__(self, secret: str, caller: UUID | None) -> str:
        """The address, which is the account's from now on if it was not before.

        Raises:
            Invalid: ``invalid_link``.
            Unauthenticated: ``sign_in_to_confirm``: the address replaces another, and whoever
                follows the link may be a stranger whose address was typed by mistake.
            Conflict: ``email_taken``: another account was faster.
        """
        now = self._clock()
        token_hash = hash_token(secret)
        async with self._begin() as work:
            known = await work.mailed_tokens.by_hash(token_hash, Purpose.VERIFY_EMAIL)
            user = await work.users.by_id_for_update(known.user_id) if known else None
            token = await work.mailed_tokens.by_hash(token_hash, Purpose.VERIFY_EMAIL, lock=True)
            if user is None or token is None or user.disabled or not token.is_valid(now):
                raise invalid_link()
            if not same_email(user.email, token.email):
                if caller != user.id:
                    raise Unauthenticated(
                        "sign_in_to_confirm", "sign in to your account, then follow the link again"
                    )
                if await work.users.by_email(token.email) is not None:
                    raise email_taken()
                await work.mails.append(self._write.address_changed(user.email))
            user.verify_email(token.email, now)
            await work.users.update(user)
            await work.mailed_tokens.mark_used(token, now)
            await work.commit()
        return user.email
