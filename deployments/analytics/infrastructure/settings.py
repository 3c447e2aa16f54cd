from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from deployments.shared.settings import ServiceSettings


class AnalyticsSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="MERCATO_ANALYTICS_", extra="ignore")
