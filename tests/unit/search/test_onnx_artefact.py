"""Models prepared for ONNX Runtime: made once, whole, and only if they pass."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deployments.search.infrastructure import onnx_artefact
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.engine import Unfit
from deployments.search.infrastructure.onnx_artefact import ensure, find, prepare
from deployments.search.infrastructure.onnx_gate import Agreement, judge
from deployments.search.infrastructure.onnx_graph import Shape, bert_graph, read_weights
from deployments.search.infrastructure.onnx_recipe import recipe_key
from deployments.search.infrastructure.settings import EncoderSettings
from deployments.search.infrastructure.tokeniser import Tokeniser
from deployments.shared.errors import Invalid


class Maker:
    """Writes a small file instead of a model, and counts."""

    def __init__(self, *, refuse: bool = False) -> None:
        self.made = 0
        self.refuse = refuse
        self._here = threading.Semaphore(1)

    def __call__(self, folder: Path, target: Path) -> dict[str, Any]:
        assert self._here.acquire(blocking=False), "two make the same model at once"
        time.sleep(0.02)
        self.made += 1
        target.write_bytes(b"model of " + str(folder).encode())
        self._here.release()
        if self.refuse:
            raise Unfit("its vectors are too far off")
        return {"mean_cosine": 0.99}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    return folder


def test_a_model_is_made_once_however_many_want_it(model: Path, tmp_path: Path) -> None:
    make, cache = Maker(), tmp_path / "cache"
    with ThreadPoolExecutor(6) as pool:
        paths = set(pool.map(lambda _: prepare(model, cache, make=make), range(6)))
    assert make.made == 1
    assert paths == {cache / recipe_key(model) / "model.onnx"}
    # What was under way is gone.
    assert {path.name for path in cache.iterdir()} == {".lock", recipe_key(model)}


def test_another_model_is_another_artefact(model: Path, tmp_path: Path) -> None:
    make, cache = Maker(), tmp_path / "cache"
    first = prepare(model, cache, make=make)
    (model / "config.json").write_text('{"hidden_size": 384}')
    assert prepare(model, cache, make=make) != first
    assert make.made == 2


@pytest.mark.parametrize("damage", ["cut", "changed", "no model", "no description", "not JSON"])
def test_a_damaged_artefact_is_made_again(model: Path, tmp_path: Path, damage: str) -> None:
    make, cache = Maker(), tmp_path / "cache"
    path = prepare(model, cache, make=make)
    about = path.with_name("about.json")
    whole = path.read_bytes()
    match damage:
        case "cut":
            path.write_bytes(whole[:5])
        case "changed":
            path.write_bytes(b"X" + whole[1:])
        case "no model":
            path.unlink()
        case "no description":
            about.unlink()
        case _:
            about.write_text("[")
    assert find(cache, recipe_key(model)) is None
    assert prepare(model, cache, make=make).read_bytes() == whole
    assert make.made == 2


def test_that_a_model_did_not_pass_is_remembered(model: Path, tmp_path: Path) -> None:
    make, cache = Maker(refuse=True), tmp_path / "cache"
    for _ in range(2):
        with pytest.raises(Unfit, match="too far off"):
            prepare(model, cache, make=make)
    assert make.made == 1
    assert not list(cache.rglob("model.onnx"))


def test_a_failure_of_the_machine_is_tried_again(model: Path, tmp_path: Path) -> None:
    def full(folder: Path, target: Path) -> dict[str, Any]:
        raise OSError("no space left on device")

    cache = tmp_path / "cache"
    with pytest.raises(OSError, match="no space"):
        prepare(model, cache, make=full)
    assert prepare(model, cache, make=Maker()).exists()


def test_only_close_agreement_passes() -> None:
    good = Agreement(2e-7, 0.993, 0.98, 0.96)
    assert judge(good) is good
    for figures, reason in (
        ((2e-5, 0.993, 0.98, 0.96), "exported model differs"),
        ((float("nan"), 0.993, 0.98, 0.96), "exported model differs"),
        ((2e-7, 0.9, 0.85, 0.96), "too far off"),
        ((2e-7, 0.993, float("nan"), 0.96), "too far off"),
        ((2e-7, 0.993, 0.98, 0.5), "50% of the nearest"),
    ):
        with pytest.raises(Unfit, match=reason):
            judge(Agreement(*figures))


def test_the_installed_model_passed_its_gate() -> None:
    settings = EncoderSettings()
    path = ensure(settings.folder, settings.cache)
    about = json.loads(path.with_name("about.json").read_text())
    assert about["difference"] < 1e-5
    assert about["mean_cosine"] > 0.98


def test_without_a_passing_model_torch_answers_unless_onnx_was_demanded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = EncoderSettings().folder
    refused = tmp_path / recipe_key(folder)
    refused.mkdir()
    (refused / "about.json").write_text('{"refused": "its vectors are too far off"}')
    loaded = object()
    monkeypatch.setattr(
        "deployments.search.infrastructure.torch_engine.load_torch_engine",
        lambda settings, device: _Torch(loaded),
    )
    settings = EncoderSettings(engine_cache=tmp_path, device="cpu")
    assert isinstance(Encoder.load(settings).engine, _Torch)
    with pytest.raises(Invalid, match="too far off") as refusal:
        Encoder.load(settings.model_copy(update={"engine": "onnx"}))
    assert refusal.value.code == "engine_unfit"


class _Torch:
    dimension = 384

    def __init__(self, loaded: object) -> None:
        self.loaded = loaded


def test_a_folder_that_cannot_be_written_is_a_reason_and_no_crash(
    model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")

    def run(command: list[str], **_: object) -> Any:
        with pytest.raises(OSError):  # noqa: PT011 - whichever the system gives
            prepare(model, in_the_way)
        return type("Done", (), {"stderr": "mercato: it cannot be written\n"})

    monkeypatch.setattr(onnx_artefact.subprocess, "run", run)
    with pytest.raises(Unfit, match="cannot be written"):
        ensure(model, in_the_way)


def _small_bert(folder: Path, **changed: object) -> None:
    config = {
        "model_type": "bert",
        "hidden_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
    }
    (folder / "config.json").write_text(json.dumps(config | changed))
    modules = [
        {"type": "sentence_transformers.models.Transformer", "path": ""},
        {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir(exist_ok=True)


@pytest.mark.parametrize(
    ("pooling", "means"),
    [
        ({"pooling_mode_mean_tokens": True}, "sum"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "first"),
        ({"pooling_mode": "mean"}, "sum"),
        ({"pooling_mode": "cls"}, "first"),
    ],
)
def test_pooling_is_as_the_model_states(
    model: Path, pooling: dict[str, object], means: str
) -> None:
    _small_bert(model)
    (model / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    assert Shape.read(model).pooling == means


def test_a_model_of_another_shape_is_refused_with_the_reason(model: Path) -> None:
    _small_bert(model, model_type="roberta")
    with pytest.raises(Unfit, match="model_type is roberta"):
        Shape.read(model)
    _small_bert(model)
    (model / "1_Pooling" / "config.json").write_text('{"pooling_mode_max_tokens": true}')
    with pytest.raises(Unfit, match="pools by max_tokens"):
        Shape.read(model)
    (model / "1_Pooling" / "config.json").write_text('{"pooling_mode": "mean"}')
    with pytest.raises(Unfit, match="safetensors"):
        read_weights(model)
    with pytest.raises(Unfit, match="no weight embeddings"):
        bert_graph(Shape.read(model), {"other": np.zeros(3, dtype=np.float32)})


def test_a_model_that_puts_a_prompt_before_texts_is_left_to_its_library(model: Path) -> None:
    stated = model / "config_sentence_transformers.json"
    stated.write_text('{"default_prompt_name": "query", "prompts": {"query": "query: "}}')
    with pytest.raises(Unfit, match="prompt"):
        Tokeniser(model)
