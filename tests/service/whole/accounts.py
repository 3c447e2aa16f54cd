"""People and machines that call the services of the world."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from deployments.shared.ids import new_id
from deployments.shared.settings import OPERATOR, SERVICES
from deployments.shared.tokens import ADMIN, ANALYST, MERCHANT, SHOPPER
from tests.service.whole.world import World, client
from tests.support import Keys

PASSWORD: Final = "correct horse battery staple"
ROLES: Final = (SHOPPER, MERCHANT, ANALYST, ADMIN)
MACHINES: Final = (OPERATOR, *SERVICES)


def an_address() -> str:
    return str(ip_address(secrets.randbits(128) | 1 << 127))


@dataclass(frozen=True)
class People:
    """Accounts in the world's auth service, by name."""

    world: World
    keys: Keys

    def ensure(self, name: str, *roles: str) -> str:
        """Make the account, or bring it back to how it should be; its e-mail address."""
        email = f"{name}@example.com"
        body = {"email": email, "password": PASSWORD, "name": name, "roles": list(roles)}
        with client(self.world, "auth", self.keys.service(OPERATOR, "auth")) as http:
            http.put("/internal/accounts", json=body).raise_for_status()
        return email

    def sign_in(self, name: str, *roles: str) -> dict[str, str]:
        """Authorization header of a fresh sign-in."""
        email = self.ensure(name, *roles)
        # From an address of one's own: others guess passwords from the tests' address.
        with client(self.world, "auth", {"X-Forwarded-For": an_address()}) as http:
            answer = http.post("/login", json={"email": email, "password": PASSWORD})
            answer.raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def caller(self, actor: str, service: str) -> Mapping[str, str]:
        """Headers of ``anonymous``, a role, or a machine, for a call of ``service``."""
        if actor == "anonymous":
            return {}
        if actor in MACHINES:
            return self.keys.service(actor, service)
        return self.sign_in(f"some-{actor}", actor)

    def newcomer(self) -> dict[str, str]:
        return self.sign_in(f"shopper-{new_id()}", SHOPPER)
