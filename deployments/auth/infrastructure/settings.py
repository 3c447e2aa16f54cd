from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from deployments.shared.settings import ServiceSettings


class AuthSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="MERCATO_AUTH_", extra="ignore")

    signing_key: SecretStr = Field(
        description="Ed25519 private key of access tokens, base64url raw"
    )
    pepper: SecretStr = Field(description="secret mixed into every password before hashing")
    access_token_seconds: int = 900
    bcrypt_cost: int = Field(12, ge=4, le=16)
