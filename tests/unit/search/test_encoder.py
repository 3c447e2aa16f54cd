"""Texts to vectors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from deployments.search.application.ports import Vectors
from deployments.search.infrastructure.encoder import Encoder, length_sorted
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
    "USB-C hub 7 in 1",
]


def test_batches_hold_texts_of_like_length_and_every_text_once() -> None:
    texts = ["x" * n for n in (5, 90, 1, 40, 41, 2, 91)]
    batches = [list(batch) for batch in length_sorted(texts, 3)]
    assert batches == [[6, 1, 4], [3, 0, 5], [2]]
    assert list(length_sorted([], 3)) == []


def test_vectors_come_in_the_order_of_the_texts() -> None:
    calls: list[int] = []

    def engine(texts: Sequence[str]) -> Vectors:
        calls.append(len(texts))
        return np.array([[len(text), 0] for text in texts], dtype=np.float32)

    encoder = Encoder("fake", 2, 2, engine)
    vectors = encoder.encode(["aaa", "a", "aaaaa", "aa", "aaaa"])
    assert vectors[:, 0].tolist() == [3, 1, 5, 2, 4]
    assert calls == [2, 2, 1]
    assert encoder.encode([]).shape == (0, 2)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load(EncoderSettings())


def test_vectors_equal_those_of_sentence_transformers(encoder: Encoder) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(
        str(EncoderSettings().folder), device="cpu", local_files_only=True
    ).encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), 384)
    assert np.abs(vectors - reference).max() < 1e-5
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_vector_does_not_depend_on_its_batch(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS)
    alone = np.stack([encoder.encode([text])[0] for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-5


def test_the_index_learns_which_model_made_a_vector(encoder: Encoder) -> None:
    assert encoder.embed(["lamp"]).model == "all-minilm-l6-v2"
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
