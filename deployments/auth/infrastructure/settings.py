from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from deployments.shared.settings import ServiceSettings


class AuthSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="MERCATO_AUTH_", extra="ignore")

    signing_key: SecretStr = Field(
        description="Ed25519 private key of access tokens, base64url raw"
    )
    published_keys: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="further Ed25519 public keys to verify with: the next and the previous one",
    )
    pepper: SecretStr = Field(description="secret mixed into every password before hashing")
    access_token_seconds: int = 900
    bcrypt_cost: int = Field(12, ge=4, le=16)
    bcrypt_workers: int = Field(2, ge=1, description="passwords hashed at once in a replica")
    bcrypt_queue: int = Field(
        12, ge=0, description="others that may wait for it; more get 503, so that slots stay free"
    )
    guesses_per_account: int = Field(5, ge=1, description="wrong passwords before the first pause")
    guesses_per_address: int = Field(50, ge=1, description="the same for a client's address")
    first_pause_seconds: float = Field(1.0, gt=0, description="then doubled")
    longest_pause_seconds: float = Field(900.0, gt=0)

    @field_validator("published_keys", mode="before")
    @classmethod
    def _comma_separated(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value
