from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class IndexSettings(BaseSettings):
    """Where the index lies (shared with the search service)."""

    model_config = SettingsConfigDict(env_prefix="MERCATO_SEARCH_", extra="ignore")

    database_url: str


class WorkerSettings(BaseSettings):
    """The pool of actors that make vectors."""

    model_config = SettingsConfigDict(env_prefix="MERCATO_INDEX_", extra="ignore")

    actors: int = Field(0, ge=0, description="0: one per GPU, without GPUs one")
    actor_cpus: float = Field(
        0.1,
        gt=0,
        description="CPUs Ray reserves for an actor; little, so that a full laptop starts",
    )
    actor_threads: int = Field(0, ge=0, description="CPU threads of an actor; 0: all cores")
