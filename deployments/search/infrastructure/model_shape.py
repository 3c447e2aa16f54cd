"""What a model is, read from its folder without loading it."""

from __future__ import annotations

import json
from pathlib import Path

from deployments.shared.errors import Invalid


def read_dimension(folder: Path) -> int:
    """Length of the model's vectors; ``Invalid`` ``no_model`` when the folder holds none."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        for module in modules:
            shape = folder / module["path"] / "config.json"
            if "Dense" in module["type"]:
                return int(json.loads(shape.read_text(encoding="utf-8"))["out_features"])
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return int(config["hidden_size"])
    except (OSError, ValueError, KeyError) as error:
        raise Invalid(
            "no_model", f"{folder} does not hold a sentence-transformers model"
        ) from error
