"""Text embedding on this machine, against sentence-transformers' own defaults in the same run."""

from __future__ import annotations

import time

from sentence_transformers import SentenceTransformer

from deployments.sandbox.demo.catalogue import load_catalogue
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.settings import EncoderSettings
from tests.bench.records import Record


def measure(records: list[Record]) -> None:
    texts = [f"{p.title}. {p.description}" for p in load_catalogue()][:256]
    settings = EncoderSettings()
    encoder = Encoder.load(settings)
    plain = SentenceTransformer(str(settings.folder), device="cpu", local_files_only=True)
    encoder.encode(texts[:32])
    plain.encode(texts[:32])
    ours, theirs = [], []
    # In turn, so that a machine whose speed drifts favours neither.
    for _ in range(3):
        began = time.perf_counter()
        encoder.encode(texts)
        ours.append(len(texts) / (time.perf_counter() - began))
        began = time.perf_counter()
        plain.encode(texts)
        theirs.append(len(texts) / (time.perf_counter() - began))
    best, other = sorted(ours)[1], sorted(theirs)[1]
    records.append(
        Record(
            "product texts encoded on CPU",
            best,
            "texts/s",
            "sentence-transformers' default",
            best / other,
        )
    )
