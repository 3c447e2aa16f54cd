"""The demo catalogue: YAML files, one a department, composed into complete products.

The files hold what a person wrote (titles, texts, prices, options); SKUs, barcodes and stock are
derived from them, the same in every run.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from deployments.products.contract import ProductImport, VariantInput

SOURCE = "demo"
CURRENCY = "EUR"
_DATA = Path(__file__).parent / "data"
_SEED = "mercato"
_SOLD_OUT_SHARE = 0.04
# 20–29 are GS1's prefixes for numbers a shop gives itself: they never belong to a real article.
_BARCODE_PREFIX = "2047"


@dataclass(frozen=True)
class DemoProduct:
    """A product to import and what its pictures show.

    ``picture`` is an emoji, or the name of a drawing in drawings.py; ``tint`` colours the picture
    of a product that comes in one colour, ``dye_grey_parts`` says that not the picture's main hue
    takes the colour.
    """

    product: ProductImport
    picture: str
    tint: str | None = None
    dye_grey_parts: bool = False

    @property
    def colours(self) -> list[str]:
        """Values of the option ``Colour`` in the order of the variants; empty without one."""
        found = (variant.options.get("Colour") for variant in self.product.variants)
        return list(dict.fromkeys(colour for colour in found if colour))


def load_catalogue() -> list[ProductImport]:
    """All products of the demo store, ready to import."""
    return [entry.product for entry in load_demo_products()]


@cache
def load_demo_products() -> tuple[DemoProduct, ...]:
    """All products with their pictures, departments in alphabetical order of their files."""
    products: list[DemoProduct] = []
    for path in sorted(_DATA.glob("*.yaml")):
        with path.open(encoding="utf-8") as file:
            department = yaml.load(file, Loader=yaml.CSafeLoader)
        products.extend(_department(department))
    return tuple(products)


def slug_of(title: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", title.replace("'", "")).encode("ascii", "ignore")
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.decode().lower()).strip("-")


def ean13(first_twelve: str) -> str:
    """The barcode with its check digit."""
    digits = [int(digit) for digit in first_twelve]
    total = sum(digits[0::2]) + 3 * sum(digits[1::2])
    return first_twelve + str(-total % 10)


def _department(department: Mapping[str, Any]) -> Iterable[DemoProduct]:
    prefix = str(department["prefix"])
    for position, entry in enumerate(department["products"], start=1):
        code = f"{prefix}-{position:03d}"
        barcode_stem = f"{_BARCODE_PREFIX}{department['number']:02d}{position:03d}"
        slug = slug_of(entry["title"])
        yield DemoProduct(
            product=ProductImport(
                handle=slug,
                slug=slug,
                title=entry["title"],
                description=" ".join(str(entry["text"]).split()),
                brand=entry["brand"],
                category_names=[department["category"], entry["in"]],
                attributes={str(k): str(v) for k, v in entry.get("has", {}).items()},
                tags=[str(tag) for tag in entry.get("tags", [])],
                currency=CURRENCY,
                status="published",
                variants=_variants(entry, code, barcode_stem),
            ),
            picture=entry["picture"],
            tint=entry.get("tint"),
            dye_grey_parts=entry.get("dye") == "grey",
        )


def _cents(euros: Any) -> int:
    return int(Decimal(str(euros)) * 100)


def _surcharges(values: Any) -> dict[str, int]:
    """Option values with what each adds to the price: a list adds nothing."""
    if isinstance(values, Mapping):
        return {str(value): _cents(extra) for value, extra in values.items()}
    return {str(value): 0 for value in values}


def _sku_part(value: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", slug_of(value).upper())[:5]


def _variants(entry: Mapping[str, Any], code: str, barcode_stem: str) -> list[VariantInput]:
    options = {name: _surcharges(values) for name, values in entry.get("options", {}).items()}
    combinations = itertools.product(*(extras.items() for extras in options.values()))
    return [
        _variant(
            entry,
            sku="-".join([code, *(_sku_part(value) for value, _ in combination)]),
            barcode=ean13(f"{barcode_stem}{index:03d}"),
            options={name: value for name, (value, _) in zip(options, combination, strict=True)},
            extra=sum(extra for _, extra in combination),
        )
        for index, combination in enumerate(combinations)
    ]


def _variant(
    entry: Mapping[str, Any], *, sku: str, barcode: str, options: dict[str, str], extra: int
) -> VariantInput:
    return VariantInput(
        sku=sku,
        barcode=barcode,
        options=options,
        price=_cents(entry["price"]) + extra,
        compare_at=_cents(entry["was"]) + extra if "was" in entry else None,
        on_hand=_on_hand(sku, entry.get("stock")),
    )


def _on_hand(sku: str, usual: int | None) -> int:
    """Pieces in stock: around ``usual`` (default: some dozens), now and then none."""
    random = Random(f"{_SEED}:{sku}")
    if usual is not None:
        return usual
    return 0 if random.random() < _SOLD_OUT_SHARE else round(random.triangular(3, 90, 24))
