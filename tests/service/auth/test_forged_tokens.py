"""Forged, borrowed and outdated tokens get 401 over HTTP, whatever they claim."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deployments.shared.tokens import SERVICE_TYPE, ServiceTokens, encode_public_key
from tests.service.auth.desk import Desk, Person


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Forger:
    """Knows everything that is public and a good token of one person."""

    def __init__(self, desk: Desk, person: Person) -> None:
        token = person.tokens["access_token"]
        self.desk = desk
        self.person = person
        self.header: dict[str, Any] = jwt.get_unverified_header(token)
        self.claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        self.signature = token.rsplit(".", 1)[1]
        self.own_key = Ed25519PrivateKey.generate()
        self.auths_key = desk.keys.private["users"]

    def by_auth(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Signed with auth's own key: only what is changed can be the reason for a refusal."""
        body = {name: v for name, v in (self.claims | claims).items() if v is not None}
        return jwt.encode(body, self.auths_key, "EdDSA", headers=self.header | (header or {}))

    def by_own_key(self, **header: Any) -> str:
        return jwt.encode(self.claims, self.own_key, "EdDSA", headers=self.header | header)

    def hmac(self, secret: bytes) -> str:
        text = f"{part(self.header | {'alg': 'HS256'})}.{part(self.claims)}"
        return f"{text}.{part(hmac.digest(secret, text.encode(), hashlib.sha256))}"

    def public(self, encoding: Encoding, form: PublicFormat) -> bytes:
        return self.auths_key.public_key().public_bytes(encoding, form)

    def jwk(self) -> dict[str, str]:
        x = encode_public_key(self.own_key.public_key())
        return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.header["kid"]}


FORGERIES: dict[str, Callable[[Forger], str]] = {
    "algorithm none": lambda f: f"{part(f.header | {'alg': 'none'})}.{part(f.claims)}.",
    "algorithm NoNe": lambda f: f"{part(f.header | {'alg': 'NoNe'})}.{part(f.claims)}.",
    "no signature": lambda f: f"{part(f.header)}.{part(f.claims)}.",
    "HMAC with the raw public key": lambda f: f.hmac(f.public(Encoding.Raw, PublicFormat.Raw)),
    "HMAC with the public key as PEM": lambda f: f.hmac(
        f.public(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    ),
    "HMAC with the public key as in the JWKS": lambda f: f.hmac(
        encode_public_key(f.auths_key.public_key()).encode()
    ),
    "empty HMAC secret": lambda f: f.hmac(b""),
    "another key": lambda f: f.by_own_key(),
    "a key of its own in jwk": lambda f: f.by_own_key(jwk=f.jwk()),
    "a key set in jku": lambda f: f.by_own_key(jku="http://evil.example/jwks.json"),
    "a certificate in x5u": lambda f: f.by_own_key(x5u="http://evil.example/cert.pem"),
    "a certificate in x5c": lambda f: f.by_own_key(x5c=[part(b"certificate")]),
    "unknown key id": lambda f: f.by_auth({"kid": "unknown"}),
    "key id of a path": lambda f: f.by_auth({"kid": "../../dev/null"}),
    "no key id": lambda f: f.by_auth({"kid": ""}),
    "another type": lambda f: f.by_auth({"typ": "JWT"}),
    "type of a service token": lambda f: f.by_auth({"typ": SERVICE_TYPE}),
    "another issuer": lambda f: f.by_auth(iss="somebody"),
    "no issuer": lambda f: f.by_auth(iss=None),
    "another audience": lambda f: f.by_auth(aud="another shop"),
    "no audience": lambda f: f.by_auth(aud=None),
    "expired": lambda f: f.by_auth(exp=int(time.time()) - 60),
    "never expires": lambda f: f.by_auth(exp=None),
    "not valid yet": lambda f: f.by_auth(nbf=int(time.time()) + 600),
    "issued in the future": lambda f: f.by_auth(iat=int(time.time()) + 600),
    "no version": lambda f: f.by_auth(ver=None),
    "version that is no number": lambda f: f.by_auth(ver="latest"),
    "older version": lambda f: f.by_auth(ver=0),
    "no subject": lambda f: f.by_auth(sub=None),
    "subject that is no id": lambda f: f.by_auth(sub="admin"),
    "subject without account": lambda f: f.by_auth(sub="0198c5d2-0000-7000-8000-000000000000"),
    "raised version, old signature": lambda f: ".".join(
        (part(f.header), part(f.claims | {"ver": 99}), f.signature)
    ),
    "admin role, old signature": lambda f: ".".join(
        (part(f.header), part(f.claims | {"roles": ["admin"]}), f.signature)
    ),
    "a refresh token": lambda f: str(f.person.tokens["refresh_token"]),
    "a service's token for another": lambda f: ServiceTokens(
        "cart", f.desk.keys.private["cart"]
    ).for_audience("payments"),
    "no token at all": lambda f: "x",
    "three dots": lambda f: "...",
    "a header that is no JSON": lambda f: f"{part(b'{')}.{part(f.claims)}.{f.signature}",
    "a header that is a list": lambda f: f"{part([])}.{part(f.claims)}.{f.signature}",
}


@pytest.fixture
async def forger(desk: Desk) -> Forger:
    return Forger(desk, await desk.register())


async def test_no_forgery_is_believed(forger: Forger) -> None:
    client = forger.desk.client
    believed = {}
    for name, forge in FORGERIES.items():
        headers = {"Authorization": f"Bearer {forge(forger)}"}
        answer = await client.get("/me", headers=headers)
        if answer.status_code != 401:
            believed[name] = answer.status_code
    assert believed == {}
    # The forger's means are good: unchanged, the token passes.
    headers = {"Authorization": f"Bearer {forger.by_auth()}"}
    assert (await client.get("/me", headers=headers)).status_code == 200


async def test_an_access_token_is_no_refresh_token(forger: Forger) -> None:
    body = {"refresh_token": forger.person.tokens["access_token"][:200]}
    answer = await forger.desk.client.post("/refresh", json=body)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_refresh_token")
