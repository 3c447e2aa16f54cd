"""A catalogue of any size, made of a real one: documents and vectors that differ from their
originals as products of one kind differ from each other.

The first round are the products themselves. In each further round a product's copy has a fifth of
the words of its title and description exchanged for words of other products, its title shuffled,
another price, and the original's vector with noise of length 0.35 added (cosine about .94).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import polars as pl

from deployments.sandbox.demo.catalogue import load_catalogue
from deployments.search.application.ports import Vectors
from deployments.search.domain.document import Document
from deployments.search.domain.query import fold
from deployments.search.infrastructure.encoder import Encoder

_NOISE = 0.35
_EXCHANGED = 0.2
_ATTRIBUTES = 12
_NEWEST = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Batch:
    documents: list[Document]
    vectors: Vectors


def _identity(number: int) -> UUID:
    # Of version 4 and spread evenly, as the index sees ids of many moments.
    generator = np.random.default_rng(number)
    return UUID(bytes=generator.bytes(16), version=4)


def _document(
    number: int,
    title: str,
    description: str,
    *,
    brand: str,
    category: str,
    code: str,
    price: int,
    attributes: dict[str, str],
) -> Document:
    identity = _identity(number)
    path = fold(category).replace(" ", "-") or None
    shown = {
        "id": str(identity),
        "slug": f"product-{number}",
        "title": title,
        "brand": brand or None,
        "price_from": {"amount": price, "currency": "EUR"},
        "price_to": {"amount": price, "currency": "EUR"},
        "in_stock": number % 7 != 0,
        "variant_count": 1,
    }
    return Document(
        product_id=identity,
        version=1,
        title=title,
        description=description,
        brand=brand or None,
        category_path=path,
        category_name=category or None,
        attributes=attributes,
        options={},
        tags=(),
        identifiers=(fold(code),),
        price_from=price,
        currency="EUR",
        in_stock=number % 7 != 0,
        rating=1 + number % 5 if number % 3 == 0 else None,
        created_at=_NEWEST - timedelta(minutes=number),
        card=shown,
    )


def chorus(folder: Path) -> list[Document]:
    """The 19,406 products of the data set."""
    documents = []
    for number, row in enumerate(
        pl.read_parquet(folder / "products.parquet").iter_rows(named=True)
    ):
        pairs = [pair.partition(": ") for pair in (row["attrs_text"] or "").split(" | ") if pair]
        documents.append(
            _document(
                number,
                row["title"] or row["name"] or "Product",
                row["description"] or "",
                brand=row["supplier"] or "",
                category=row["product_type"] or "",
                code=row["name"] or row["product_id"],
                price=max(1, int(row["price"] or 0)),
                attributes={name: value for name, _, value in pairs[:_ATTRIBUTES]},
            )
        )
    return documents


def demo() -> list[Document]:
    """The demo shop, where there is nothing larger."""
    return [
        _document(
            number,
            product.title,
            product.description,
            brand=product.brand or "",
            category=product.category_names[-1] if product.category_names else "",
            code=f"demo-{number}",
            price=1000 + 37 * number % 9000,
            attributes=product.attributes,
        )
        for number, product in enumerate(load_catalogue())
    ]


def encoded(documents: list[Document], encoder: Encoder, kept: Path) -> Vectors:
    """Vectors of the originals, remembered in the file ``kept``."""
    if kept.exists():
        vectors: Vectors = np.load(kept)
        if len(vectors) == len(documents):
            return vectors
    vectors = encoder.encode([document.embedding_text for document in documents])
    np.save(kept, vectors)
    return vectors


def enlarged(
    originals: list[Document], vectors: Vectors, size: int, *, batch_size: int = 1000
) -> Iterator[Batch]:
    """``size`` products."""
    words = np.array(
        [word for document in originals for word in document.title.split()], dtype=object
    )
    for start in range(0, size, batch_size):
        numbers = range(start, min(size, start + batch_size))
        generator = np.random.default_rng(start)
        documents = [
            originals[n] if n < len(originals) else _copy(originals, n, words, generator)
            for n in numbers
        ]
        made = vectors[np.array(numbers) % len(originals)].copy()
        copies = np.array(numbers) >= len(originals)
        noise = generator.standard_normal(made.shape).astype(np.float32)
        noise *= _NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        made[copies] += noise[copies]
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        yield Batch(documents, made)


def _copy(
    originals: list[Document], number: int, words: np.ndarray, generator: np.random.Generator
) -> Document:
    original = originals[number % len(originals)]
    title = _exchanged(original.title.split(), words, generator)
    generator.shuffle(title)
    fresh = _document(
        number,
        " ".join(title),
        " ".join(_exchanged(original.description.split(), words, generator)),
        brand=original.brand or "",
        category=original.category_name or "",
        code=f"{original.identifiers[0]}-{number}",
        price=max(1, int(original.price_from * generator.uniform(0.6, 1.6))),
        attributes=dict(original.attributes),
    )
    return replace(fresh, category_path=original.category_path)


def _exchanged(kept: list[str], words: np.ndarray, generator: np.random.Generator) -> list[str]:
    others = generator.choice(words, len(kept))
    exchange = generator.random(len(kept)) < _EXCHANGED
    return [other if new else word for word, other, new in zip(kept, others, exchange, strict=True)]
