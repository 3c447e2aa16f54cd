from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SalesAnalyticsSettings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="MERCATO_ANALYTICS_", extra="ignore", populate_by_name=True
    )

    database_url: str
    lake_folder: Path = Field(
        Path(".mercato/lake"),
        validation_alias="MERCATO_LAKE_FOLDER",
        description="folder of the Parquet files; on a cluster one that every node sees",
    )
