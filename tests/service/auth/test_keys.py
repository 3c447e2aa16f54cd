"""Signing keys change without anybody being signed out."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deployments.auth.api import create_api
from deployments.auth.infrastructure.settings import AuthSettings
from deployments.shared.settings import ConfigurationError, PlatformSettings
from deployments.shared.tokens import encode_public_key
from tests.service.auth.desk import ADA
from tests.support import Keys, running


@pytest.fixture
def rotating(auth_settings: AuthSettings) -> Callable[..., AuthSettings]:
    """Settings with the given signing key and further public keys, comma-separated."""

    def make(signing: str, published: str = "") -> AuthSettings:
        values = auth_settings.model_dump() | {
            "signing_key": signing,
            "published_keys": published,
        }
        return AuthSettings(**values)

    return make


async def key_ids(client: httpx.AsyncClient) -> list[str]:
    document = (await client.get("/.well-known/jwks.json")).json()
    return [key["kid"] for key in document["keys"]]


async def test_tokens_of_the_previous_key_stay_valid_while_it_is_published(
    no_mail_server: PlatformSettings, keys: Keys, rotating: Callable[..., AuthSettings]
) -> None:
    old, new = keys.encoded("users"), keys.encoded("analytics")
    old_public = encode_public_key(keys.private["users"].public_key())
    new_public = encode_public_key(keys.private["analytics"].public_key())
    # First the next key is published, then it signs, then the previous one goes.
    async with running(create_api(no_mail_server, rotating(old, new_public))) as client:
        token = (await client.post("/register", json=ADA)).json()["access_token"]
        before = await key_ids(client)
    headers = {"Authorization": f"Bearer {token}"}
    async with running(create_api(no_mail_server, rotating(new, old_public))) as client:
        assert (await client.get("/me", headers=headers)).status_code == 200
        body = {"email": ADA["email"], "password": ADA["password"]}
        fresh = (await client.post("/login", json=body)).json()["access_token"]
        assert await key_ids(client) == before[::-1]
    assert jwt.get_unverified_header(token)["kid"] == before[0]
    assert jwt.get_unverified_header(fresh)["kid"] == before[1]
    async with running(create_api(no_mail_server, rotating(new))) as client:
        assert (await client.get("/me", headers=headers)).status_code == 401
        fresh_headers = {"Authorization": f"Bearer {fresh}"}
        assert (await client.get("/me", headers=fresh_headers)).status_code == 200


async def test_published_keys_are_public_ones(auth: httpx.AsyncClient) -> None:
    document = (await auth.get("/.well-known/jwks.json")).json()
    assert [set(key) for key in document["keys"]] == [{"kty", "crv", "use", "alg", "kid", "x"}]


@pytest.mark.parametrize("published", ["not a key", "c2hvcnQ"])
def test_a_key_that_cannot_be_read_is_no_start(
    platform: PlatformSettings, rotating: Callable[..., AuthSettings], keys: Keys, published: str
) -> None:
    with pytest.raises(ConfigurationError, match="MERCATO_AUTH_PUBLISHED_KEYS"):
        create_api(platform, rotating(keys.encoded("users"), published))


async def test_a_token_by_a_key_that_was_never_published_is_refused(
    auth: httpx.AsyncClient,
) -> None:
    account = (await auth.post("/register", json=ADA)).json()
    claims = jwt.decode(account["access_token"], options={"verify_signature": False})
    header = jwt.get_unverified_header(account["access_token"])
    forged = jwt.encode(claims, Ed25519PrivateKey.generate(), "EdDSA", headers=header)
    answer = await auth.get("/me", headers={"Authorization": f"Bearer {forged}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
