"""The mails auth sends. None holds a text that a stranger could choose, such as a name: anybody
can register any address."""

from __future__ import annotations

from deployments.shared.mail import Mail

_GOODBYE = "\n\nYour Mercato store\n"


class MailWriter:
    """Args: ``store_url``: address of the store as shoppers reach it."""

    def __init__(self, store_url: str) -> None:
        self._store_url = store_url.rstrip("/")

    def confirm_address(self, email: str, secret: str) -> Mail:
        return Mail(
            email,
            "Please confirm your e-mail address",
            "Hello,\n\nplease follow this link to confirm that this e-mail address is yours:\n\n"
            f"{self._store_url}/account/verify?token={secret}\n\n"
            "The link works once, within two days. If you did not enter this address in our "
            "store, somebody mistyped theirs: there is nothing you need to do." + _GOODBYE,
        )

    def address_in_use(self, email: str) -> Mail:
        return Mail(
            email,
            "This e-mail address is in use already",
            "Hello,\n\nsomebody, perhaps you, wanted to use this e-mail address for another "
            "account of our store. It belongs to an account already, so nothing was changed.\n\n"
            "If that was you and you can't remember the password of the other account, choose a "
            f"new one here:\n\n{self._store_url}/account/forgot" + _GOODBYE,
        )

    def reset_password(self, email: str, secret: str) -> Mail:
        return Mail(
            email,
            "Choose a new password",
            "Hello,\n\nfollow this link to choose a new password:\n\n"
            f"{self._store_url}/account/reset?token={secret}\n\n"
            "The link works once, within one hour. If you did not ask for it, there is nothing "
            "you need to do: your password stays as it is." + _GOODBYE,
        )

    def password_changed(self, email: str) -> Mail:
        return Mail(
            email,
            "Your password was changed",
            "Hello,\n\nthe password of your account was changed just now, and all other devices "
            "were signed out.\n\nIf that was not you, choose a new password at once:\n\n"
            f"{self._store_url}/account/forgot" + _GOODBYE,
        )

    def address_changed(self, old_email: str) -> Mail:
        return Mail(
            old_email,
            "Your account has a new e-mail address",
            "Hello,\n\nyour account uses another e-mail address from now on; this is the last "
            "mail to this one.\n\nIf that was not you, please answer this mail." + _GOODBYE,
        )

    def account_erased(self, email: str) -> Mail:
        return Mail(
            email,
            "Your account was erased",
            "Hello,\n\nas you asked, your account was erased with your addresses and sign-ins. "
            "Of your orders only what the law asks us to keep stays, without your name.\n\n"
            "You are welcome back at any time." + _GOODBYE,
        )
