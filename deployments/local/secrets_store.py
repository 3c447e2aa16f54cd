"""Secrets of a local stack: made once, kept in its data folder, readable by the owner only."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deployments.local.layout import read_json, write_json
from deployments.shared.settings import OPERATOR, SERVICES
from deployments.shared.tokens import encode_key, encode_public_key, private_key


def _new_key() -> str:
    key = Ed25519PrivateKey.generate()
    return encode_key(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))


def _new_secret() -> str:
    return secrets.token_urlsafe(36)


@dataclass(frozen=True)
class StackSecrets:
    service_keys: dict[str, str] = field(
        default_factory=lambda: {name: _new_key() for name in (*SERVICES, OPERATOR)}
    )
    database_passwords: dict[str, str] = field(
        default_factory=lambda: {name: secrets.token_urlsafe(24) for name in SERVICES}
    )
    signing_key: str = field(default_factory=_new_key)
    pepper: str = field(default_factory=_new_secret)
    pseudonym_secret: str = field(default_factory=_new_secret)
    stripe_api_key: str = field(default_factory=lambda: "sk_test_" + secrets.token_hex(24))
    stripe_publishable_key: str = field(default_factory=lambda: "pk_test_" + secrets.token_hex(24))
    stripe_webhook_secret: str = field(default_factory=lambda: "whsec_" + secrets.token_hex(24))
    proxy_secret: str = field(default_factory=lambda: secrets.token_hex(32))
    metrics_token: str = field(default_factory=lambda: secrets.token_hex(32))
    ray_token: str = field(default_factory=lambda: secrets.token_hex(32))

    def public_keys(self) -> dict[str, str]:
        return {
            name: encode_public_key(private_key(key).public_key())
            for name, key in self.service_keys.items()
        }


def load_or_create(data: Path) -> StackSecrets:
    path = data / "secrets.json"
    saved = read_json(path)
    known = {entry.name for entry in fields(StackSecrets)}
    result = StackSecrets(**{name: value for name, value in saved.items() if name in known})
    if asdict(result) != saved:
        write_json(path, asdict(result), mode=0o600)
    return result
