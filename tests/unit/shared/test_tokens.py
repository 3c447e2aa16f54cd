"""Attacks on access and service tokens."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deployments.shared.errors import Unauthenticated
from deployments.shared.ids import new_id
from deployments.shared.tokens import (
    ACCESS_TYPE,
    AUDIENCE,
    ISSUER,
    SERVICE_TYPE,
    ServiceTokens,
    TokenVerifier,
)
from tests.support import Keys


@pytest.fixture
def verifier(keys: Keys) -> TokenVerifier:
    return keys.verifier("cart")


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(new_id()),
        "roles": ["shopper"],
        "ver": 1,
        "iat": now,
        "exp": now + 60,
    }
    return {k: v for k, v in (good | changes).items() if v is not None}


def signed(keys: Keys, body: dict[str, Any], **header: Any) -> str:
    headers = {k: v for k, v in ({"kid": "users", "typ": ACCESS_TYPE} | header).items() if v}
    return jwt.encode(body, keys.private["users"], algorithm="EdDSA", headers=headers)


async def test_a_good_token_names_user_and_roles(verifier: TokenVerifier, keys: Keys) -> None:
    body = claims(roles=["merchant"])
    principal = await verifier.verify(signed(keys, body))
    assert str(principal.user_id) == body["sub"]
    assert principal.has_role("merchant")
    assert not principal.has_role("analyst")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "other"},
        {"iss": "somebody"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": "no uuid"},
        {"iat": None},
    ],
    ids=str,
)
async def test_wrong_claims_are_refused(
    verifier: TokenVerifier, keys: Keys, changes: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.verify(signed(keys, claims(**changes)))


@pytest.mark.parametrize(
    "header", [{"typ": "JWT"}, {"typ": "rt+jwt"}, {"kid": "unknown"}, {"kid": None}], ids=str
)
async def test_wrong_type_or_key_id_is_refused(
    verifier: TokenVerifier, keys: Keys, header: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.verify(signed(keys, claims(), **header))


async def test_algorithm_none_is_refused(verifier: TokenVerifier) -> None:
    token = jwt.encode(
        claims(), None, algorithm="none", headers={"kid": "users", "typ": ACCESS_TYPE}
    )
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)


async def test_the_public_key_is_no_hmac_secret(verifier: TokenVerifier, keys: Keys) -> None:
    public = keys.private["users"].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    import hashlib
    import hmac

    head = part({"alg": "HS256", "typ": ACCESS_TYPE, "kid": "users"})
    signing_input = f"{head}.{part(claims())}"
    mac = hmac.digest(public, signing_input.encode(), hashlib.sha256)
    forged = f"{signing_input}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    with pytest.raises(Unauthenticated):
        await verifier.verify(forged)


async def test_a_key_in_the_header_is_not_used(verifier: TokenVerifier, keys: Keys) -> None:
    forged = jwt.encode(
        claims(),
        keys.private["analytics"],
        algorithm="EdDSA",
        headers={"kid": "users", "typ": ACCESS_TYPE, "jku": "http://evil.example/jwks.json"},
    )
    with pytest.raises(Unauthenticated):
        await verifier.verify(forged)


async def test_a_service_is_known_by_its_own_key_only(verifier: TokenVerifier, keys: Keys) -> None:
    token = ServiceTokens("payments", keys.private["payments"]).for_audience("cart")
    assert (await verifier.verify(token)).service == "payments"
    pretending = ServiceTokens("payments", keys.private["analytics"]).for_audience("cart")
    with pytest.raises(Unauthenticated):
        await verifier.verify(pretending)


async def test_a_service_token_is_for_one_audience(verifier: TokenVerifier, keys: Keys) -> None:
    token = ServiceTokens("payments", keys.private["payments"]).for_audience("products")
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)


async def test_a_users_key_signs_no_service_token(verifier: TokenVerifier, keys: Keys) -> None:
    forged = signed(keys, claims(iss="users", aud="cart"), typ=SERVICE_TYPE)
    with pytest.raises(Unauthenticated):
        await verifier.verify(forged)
