"""The models this process has loaded: the one of the settings, and those that versions of the
index name."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from deployments.search.application.ports import ModelRef
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.model_shape import read_dimension
from deployments.search.infrastructure.settings import EncoderSettings
from deployments.shared.errors import Invalid
from models.search.tables import DIMENSION

Load = Callable[[EncoderSettings], Encoder]


def settings_of(model: ModelRef | None, configured: EncoderSettings) -> EncoderSettings:
    """How ``model`` is loaded.

    Raises:
        Invalid: ``unknown_model`` when no folder is known for it.
    """
    if model is None or (model.name == configured.name and model.path is None):
        return configured
    if model.path is not None:
        update = {"model_path": Path(model.path), "model_name": model.name}
        return configured.model_copy(update=update)
    installed = configured.model_copy(update={"model_path": None, "model_name": ""})
    if model.name == installed.name:
        return installed
    raise Invalid(
        "unknown_model",
        f"no folder is known for the model {model.name}; "
        "set MERCATO_SEARCH_MODEL_PATH, or build its index with --model FOLDER",
    )


def check_dimension(settings: EncoderSettings) -> None:
    """Refuse, before it is loaded, a model whose vectors the index cannot hold.

    Raises:
        Invalid: ``no_model`` or ``wrong_dimension``.
    """
    dimension = read_dimension(settings.folder)
    if dimension != DIMENSION:
        raise Invalid(
            "wrong_dimension",
            f"{settings.name} makes vectors of {dimension} numbers; the index holds {DIMENSION}",
        )


class Encoders:
    """Keeps the ``most`` used last, and the configured one. Called from any thread; a model is
    loaded by one of them while the others wait.

    Args:
        most: models kept beside the configured one.
    """

    def __init__(
        self, configured: EncoderSettings, *, most: int = 1, load: Load = Encoder.load
    ) -> None:
        self._configured = configured
        self._most = most
        self._load = load
        self._loaded: OrderedDict[tuple[str, str], Encoder] = OrderedDict()
        self._loading = threading.Lock()

    def loaded(self, model: ModelRef | None) -> Encoder | None:
        """The encoder, if it need not be loaded."""
        key = self._key(settings_of(model, self._configured))
        encoder = self._loaded.get(key)
        if encoder is not None:
            self._loaded.move_to_end(key)
        return encoder

    def get(self, model: ModelRef | None) -> Encoder:
        """
        Raises:
            Invalid: ``unknown_model``, ``no_model`` or ``wrong_dimension``.
        """
        with self._loading:
            if (encoder := self.loaded(model)) is not None:
                return encoder
            settings = settings_of(model, self._configured)
            check_dimension(settings)
            encoder = self._load(settings)
            self._loaded[self._key(settings)] = encoder
            self._forget()
            return encoder

    def _forget(self) -> None:
        own = self._key(self._configured)
        others = [key for key in self._loaded if key != own]
        for key in others[: max(0, len(others) - self._most)]:
            del self._loaded[key]

    @staticmethod
    def _key(settings: EncoderSettings) -> tuple[str, str]:
        return settings.name, str(settings.folder)


def query_encoders(encoded_by: Literal["auto", "search", "embedder"]) -> Encoders | None:
    """What a search replica encodes its queries with; None where the Embedder does it."""
    settings = EncoderSettings()
    if encoded_by == "embedder":
        return None
    if encoded_by == "auto":
        if settings.engine == "torch" or settings.resolved_device != "cpu":
            return None
        # Where ONNX Runtime cannot run the model, torch stays in the one process that has it.
        settings = settings.model_copy(update={"engine": "onnx"})
    encoders = Encoders(settings)
    try:
        encoders.get(None).queries(["warm up"])
    except Invalid as error:
        if encoded_by == "search" or error.code != "engine_unfit":
            raise
        return None
    return encoders
