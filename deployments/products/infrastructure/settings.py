from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from deployments.shared.settings import ServiceSettings


class ProductsSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="MERCATO_PRODUCTS_", extra="ignore")

    storage: Literal["folder", "s3"] = Field("folder", description="where pictures are kept")
    media_folder: Path = Field(Path(".mercato/media"), description="with storage=folder")
    media_path: str = Field(
        "/products/media", description="path below the API's address that serves the folder"
    )
    s3_bucket: str = Field("", description="with storage=s3")
    s3_region: str = "us-east-1"
    s3_endpoint_url: str | None = Field(None, description="of an S3-compatible server; else AWS")
    s3_access_key_id: str | None = Field(None, description="else from the environment or role")
    s3_secret_access_key: SecretStr | None = None
    s3_public_url: str | None = Field(
        None, description="address of the bucket for browsers, e.g. of a CDN"
    )
    max_image_bytes: int = 10_000_000
    max_image_pixels: int = 40_000_000
    encoders: int = Field(2, ge=1, description="pictures encoded at once")
    low_stock_at: int = Field(
        5, ge=0, description="units at which a variant without a threshold of its own is low"
    )
