"""Texts to vectors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deployments.search.application.ports import Vectors
from deployments.search.infrastructure.batches import length_sorted
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.engine import Batching
from deployments.search.infrastructure.language_words import read_language_words
from deployments.search.infrastructure.model_shape import read_dimension
from deployments.search.infrastructure.settings import EncoderSettings
from deployments.shared.errors import Invalid

TEXTS = [
    "lamp",
    "Summit vacuum flask. Hiking. Double-walled steel keeps drinks warm for hours.",
    "",
    "Trail bottle " * 200,
    "夜のランプ 🔥",
    "half a character \ud83d",
    "USB-C hub 7 in 1",
]


class CountingEngine:
    """A text's vector tells its length."""

    name = "counting"
    dimension = 2
    batching = Batching(2, 1000)
    query_batching = Batching(1, 1)

    def __init__(self) -> None:
        self.tokenised: list[int] = []
        self.batches: list[int] = []

    def tokenise(self, texts: Sequence[str]) -> Sequence[str]:
        self.tokenised.append(len(texts))
        return texts

    def vectors(self, batches: Sequence[Sequence[Any]]) -> list[Vectors]:
        self.batches += [len(batch) for batch in batches]
        return [np.array([[len(text), 0] for text in batch], dtype=np.float32) for batch in batches]


def test_batches_hold_texts_of_like_length_and_every_text_once() -> None:
    lengths = [5, 90, 1, 40, 41, 2, 91]
    assert length_sorted(lengths, Batching(3, 1000)) == [[6, 1, 4], [3, 0, 5], [2]]
    assert length_sorted([], Batching(3, 1000)) == []
    assert length_sorted([3, 3], Batching(1, 1000)) == [[0], [1]]


def test_a_batch_padded_to_its_longest_stays_within_the_token_budget() -> None:
    lengths = [5, 90, 1, 40, 41, 2, 91]
    batches = length_sorted(lengths, Batching(100, 120))
    assert batches == [[6], [1], [4, 3], [0, 5, 2]]
    # One that is longer than the budget goes alone.
    assert length_sorted([300, 1], Batching(100, 120)) == [[0], [1]]
    assert length_sorted([0, 0], Batching(100, 120)) == [[0, 1]]


def test_vectors_come_in_the_order_of_the_texts() -> None:
    engine = CountingEngine()
    encoder = Encoder("fake", engine)
    vectors = encoder.encode(["aaa", "a", "aaaaa", "aa", "aaaa"])
    assert vectors[:, 0].tolist() == [3, 1, 5, 2, 4]
    assert engine.batches == [2, 2, 1]
    assert encoder.encode([]).shape == (0, 2)


def test_many_texts_are_tokenised_in_parts_and_keep_their_order() -> None:
    engine = CountingEngine()
    texts = ["x" * (number % 7) for number in range(10_000)]
    vectors = Encoder("fake", engine).encode(texts)
    assert vectors[:, 0].tolist() == [number % 7 for number in range(10_000)]
    assert engine.tokenised == [4096, 4096, 1808]


def test_queries_are_made_alone_where_batch_mates_would_change_them() -> None:
    engine = CountingEngine()
    Encoder("fake", engine).queries(["a", "bb", "ccc"])
    assert engine.batches == [1, 1, 1]


@pytest.fixture(scope="module")
def torch_encoder() -> Encoder:
    return Encoder.load(EncoderSettings(engine="torch", encoder_threads=2))


@pytest.fixture(scope="module")
def reference() -> Vectors:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(EncoderSettings().folder), device="cpu", local_files_only=True)
    clean = [text.encode("utf-8", "replace").decode() for text in TEXTS]
    vectors: Vectors = model.encode(clean, normalize_embeddings=True, show_progress_bar=False)
    return vectors


def test_torch_vectors_equal_those_of_sentence_transformers(
    torch_encoder: Encoder, reference: Vectors
) -> None:
    vectors = torch_encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), 384)
    assert np.abs(vectors - reference).max() < 1e-5
    alone = np.stack([torch_encoder.encode([text])[0] for text in TEXTS])
    assert np.abs(vectors - alone).max() < 1e-5


def test_the_default_on_a_cpu_is_onnx_and_agrees_with_torch(reference: Vectors) -> None:
    encoder = Encoder.load(EncoderSettings(device="cpu", encoder_threads=2))
    assert encoder.engine.name == "onnx int8"
    vectors = encoder.encode(TEXTS)
    cosines = (vectors * reference).sum(axis=1)
    assert cosines.mean() > 0.98
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_an_onnx_vector_does_not_depend_on_its_batch() -> None:
    encoder = Encoder.load(EncoderSettings(device="cpu", encoder_threads=2))
    alone = np.stack([encoder.queries([text])[0] for text in TEXTS])
    assert np.array_equal(encoder.queries(TEXTS), alone)
    assert np.array_equal(encoder.encode(TEXTS), alone)


def test_the_index_learns_which_model_made_a_vector() -> None:
    assert EncoderSettings().name == "all-minilm-l6-v2"
    assert Encoder("mine", CountingEngine()).embed(["lamp"]).model == "mine"
    assert EncoderSettings(model_path=Path("/models/other")).name == "other"
    assert EncoderSettings(model_path=Path("/models/other"), model_name="mine").name == "mine"


def test_a_models_dimension_is_read_without_loading_it(tmp_path: Path) -> None:
    assert read_dimension(EncoderSettings().folder) == 384
    with pytest.raises(Invalid, match="sentence-transformers model"):
        read_dimension(tmp_path)
    modules = [
        {"type": "sentence_transformers.models.Transformer", "path": ""},
        {"type": "sentence_transformers.models.Dense", "path": "2_Dense"},
    ]
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    (tmp_path / "2_Dense").mkdir()
    (tmp_path / "2_Dense" / "config.json").write_text(json.dumps({"out_features": 128}))
    assert read_dimension(tmp_path) == 128


def test_the_models_words_are_words_of_the_language(tmp_path: Path) -> None:
    found = read_language_words(EncoderSettings().folder)
    assert {"hike", "coffee", "mountain"} <= found
    assert "headphnoes" not in found
    assert not any(word.startswith("#") for word in found)
    assert read_language_words(tmp_path) == frozenset()
