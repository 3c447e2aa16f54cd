"""The models a process has loaded."""

from __future__ import annotations

import json
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest

from deployments.search.application.ports import IndexVersion, ModelRef
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.encoders import Encoders, settings_of
from deployments.search.infrastructure.settings import EncoderSettings
from deployments.shared.errors import Invalid, Unavailable

INSTALLED = "all-minilm-l6-v2"


class Loader:
    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, settings: EncoderSettings) -> Encoder:
        self.names.append(settings.name)
        time.sleep(0.01)
        return cast(Encoder, f"encoder of {settings.name}")


def folder(parent: Path, name: str, dimension: int = 384) -> str:
    path = parent / name
    path.mkdir()
    (path / "modules.json").write_text("[]")
    (path / "config.json").write_text(json.dumps({"hidden_size": dimension}))
    return str(path)


def test_a_version_names_its_model() -> None:
    assert IndexVersion(3, "other", "ready", "/models/other").ref == ModelRef(
        "other", "/models/other"
    )


def test_the_settings_model_is_found_by_none_and_by_its_name() -> None:
    load = Loader()
    encoders = Encoders(EncoderSettings(), load=load)
    assert encoders.loaded(None) is None
    assert encoders.get(None) is encoders.get(ModelRef(INSTALLED))
    assert encoders.loaded(ModelRef(INSTALLED)) is encoders.get(None)
    assert load.names == [INSTALLED]


def test_the_installed_model_is_known_when_another_is_set(tmp_path: Path) -> None:
    configured = EncoderSettings(model_path=Path(folder(tmp_path, "mine")), encoder_threads=3)
    assert settings_of(None, configured) is configured
    assert settings_of(ModelRef("mine"), configured) is configured
    installed = settings_of(ModelRef(INSTALLED), configured)
    assert (installed.name, installed.model_path) == (INSTALLED, None)
    assert installed.encoder_threads == 3


def test_the_model_used_longest_ago_goes_and_the_settings_one_stays(tmp_path: Path) -> None:
    load = Loader()
    encoders = Encoders(EncoderSettings(), most=1, load=load)
    first, second = (ModelRef(name, folder(tmp_path, name)) for name in ("first", "second"))
    for model in (None, first, second, None, second):
        encoders.get(model)
    assert load.names == [INSTALLED, "first", "second"]
    assert encoders.loaded(first) is None
    encoders.get(first)
    assert load.names[-1] == "first"
    assert encoders.loaded(second) is None
    assert encoders.loaded(None) is not None


def test_a_model_several_ask_for_is_loaded_once() -> None:
    load = Loader()
    encoders = Encoders(EncoderSettings(), load=load)
    with ThreadPoolExecutor(8) as pool:
        barrier = threading.Barrier(8)

        def get(_: int) -> Any:
            barrier.wait()
            return encoders.get(None)

        assert len(set(pool.map(get, range(8)))) == 1
    assert load.names == [INSTALLED]


def test_what_cannot_be_served_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    load = Loader()
    encoders = Encoders(EncoderSettings(), load=load)
    for model, code in (
        (ModelRef("elsewhere"), "unknown_model"),
        (ModelRef("gone", str(tmp_path / "gone")), "no_model"),
        (ModelRef("large", folder(tmp_path, "large", 768)), "wrong_dimension"),
    ):
        with pytest.raises(Invalid) as refusal:
            encoders.get(model)
        assert refusal.value.code == code
    assert load.names == []


def test_a_refusal_survives_the_way_from_a_replica() -> None:
    refused = pickle.loads(pickle.dumps(Invalid("wrong_dimension", "768 numbers", found=768)))  # noqa: S301
    assert (refused.code, refused.detail, str(refused)) == (
        "wrong_dimension",
        "768 numbers",
        "768 numbers",
    )
    assert refused.extra == {"found": 768}
    later = pickle.loads(pickle.dumps(Unavailable("busy", "later", retry_after=7)))  # noqa: S301
    assert (later.code, later.retry_after) == ("busy", 7)
