"""Prepare a model for ONNX Runtime: python -m deployments.search.prepare_engine [FOLDER [CACHE]]

Does nothing when it is prepared. Without FOLDER: the model of the settings; then a model that
ONNX Runtime cannot run is only reported, because torch runs it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from deployments.search.infrastructure.engine import Unfit
from deployments.search.infrastructure.onnx_artefact import prepare
from deployments.search.infrastructure.settings import EncoderSettings


def main(arguments: list[str]) -> int:
    settings = EncoderSettings()
    folder = Path(arguments[0]) if arguments else settings.folder
    cache = Path(arguments[1]) if len(arguments) > 1 else settings.cache
    try:
        prepare(folder, cache)
    except Unfit as error:
        print(f"mercato: ONNX Runtime cannot run {folder}: {error}", file=sys.stderr)
        return 1 if arguments else 0
    except OSError as error:
        print(
            f"mercato: {cache} cannot be written ({error}); "
            "name another folder by MERCATO_SEARCH_ENGINE_CACHE",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
