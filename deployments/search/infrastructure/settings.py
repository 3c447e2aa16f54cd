from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from deployments.search.domain.ranking import Fusion
from deployments.shared.settings import ServiceSettings


class SearchSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="MERCATO_SEARCH_", extra="ignore")

    embed_timeout_seconds: float = Field(
        0.3, gt=0, description="a query's vector that takes longer is done without"
    )
    index_timeout_seconds: float = Field(
        30, gt=0, description="the same for a batch of products to be indexed"
    )
    query_cache_size: int = Field(10_000, ge=0, description="query vectors kept in memory")
    text_candidates: int = Field(500, ge=10, le=5000)
    meaning_candidates: int = Field(200, ge=10, le=1000)
    ef_search: int = Field(100, ge=10, le=1000, description="HNSW: higher finds more, slower")
    meaning_weight: float = Field(0.3, ge=0, le=1, description="share of meaning in the score")
    coverage_weight: float = Field(1.0, ge=0)
    min_similarity: float = Field(
        0.35, ge=-1, le=1, description="cosine below which a product is not near in meaning"
    )
    min_coverage: float = Field(
        0.3, ge=0, le=1, description="part of the query's words a product must hold"
    )

    @property
    def fusion(self) -> Fusion:
        return Fusion(
            meaning_weight=self.meaning_weight,
            coverage_weight=self.coverage_weight,
            min_similarity=self.min_similarity,
            min_coverage=self.min_coverage,
        )


class EncoderSettings(BaseSettings):
    """The model and how it runs; read by the Embedder and by pipeline workers."""

    model_config = SettingsConfigDict(env_prefix="MERCATO_SEARCH_", extra="ignore")

    model_path: str = Field(
        "", description="folder of a sentence-transformers model; empty: the one installed"
    )
    device: str = Field("auto", description="auto, cpu or cuda")
    encoder_threads: int = Field(
        0, ge=0, description="CPU threads of one encoder; 0: as many as Ray gave, else all"
    )
