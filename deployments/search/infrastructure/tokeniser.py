"""Texts to token ids as the model's own tokeniser makes them, without the libraries around it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deployments.search.infrastructure.engine import Unfit


def read_json(path: Path) -> Any:
    """
    Raises:
        Unfit: when it is missing or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unfit(f"{path} cannot be read") from error


class Tokeniser:
    """
    Args:
        parallel: use all cores, which a GPU is quick enough to need.

    Raises:
        Unfit: when the folder has no tokenizer.json, or texts need more than that.
    """

    def __init__(self, folder: Path, *, parallel: bool = False) -> None:
        from tokenizers import Tokenizer

        os.environ.setdefault("TOKENIZERS_PARALLELISM", str(parallel).lower())

        if (folder / "config_sentence_transformers.json").exists():
            prompts = read_json(folder / "config_sentence_transformers.json")
            if prompts.get("default_prompt_name"):
                raise Unfit("the model puts a prompt before each text")
        shape = read_json(folder / "sentence_bert_config.json")
        if shape.get("do_lower_case"):
            raise Unfit("the model lower-cases texts outside its tokeniser")
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # The library raises Exception itself.
            raise Unfit(f"{folder} has no readable tokenizer.json") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_longest(folder, shape))

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        # Half-read characters cannot be passed on as UTF-8.
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(clean)]


def _longest(folder: Path, shape: dict[str, Any]) -> int:
    """Tokens a text is cut to, as sentence-transformers cuts it."""
    if shape.get("max_seq_length"):
        return int(shape["max_seq_length"])
    config = read_json(folder / "config.json")
    tokenizer = read_json(folder / "tokenizer_config.json")
    longest = config.get("max_position_embeddings"), tokenizer.get("model_max_length")
    known = [int(value) for value in longest if value]
    if not known:
        raise Unfit("how long a text may be is not stated")
    return min(known)
