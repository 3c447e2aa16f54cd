"""What someone wants a product to be, and the rules that hold for every product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from deployments.shared.errors import Invalid

Status = Literal["draft", "published", "archived"]
MAX_PRICE = 1_000_000_00
MAX_VARIANTS = 100
_MAX_OPTIONS = 5
_MAX_ATTRIBUTES = 200


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """``price`` and ``compare_at`` in minor units; ``on_hand`` None leaves the stock as it is."""

    sku: str
    price: int
    barcode: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    compare_at: int | None = None
    on_hand: int | None = None


@dataclass(frozen=True, slots=True)
class ProductDraft:
    title: str
    variants: tuple[VariantDraft, ...]
    slug: str | None = None
    description: str = ""
    brand: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    status: Status = "published"
    currency: str = "EUR"

    def check(self) -> None:
        """Raises ``Invalid`` naming the first rule that is broken."""
        if not self.title.strip():
            raise Invalid("invalid_title", "a product needs a title")
        if any("\0" in text for text in self._texts()):
            raise Invalid("invalid_text", "texts can't contain the NUL character")
        if not 1 <= len(self.variants) <= MAX_VARIANTS:
            raise Invalid("invalid_variants", f"a product has 1 to {MAX_VARIANTS} variants")
        _check_pairs("attribute", self.attributes, _MAX_ATTRIBUTES, 100, 5000)
        for tag in self.tags:
            if not 1 <= len(tag) <= 100:
                raise Invalid("invalid_tag", "a tag has 1 to 100 characters")
        for variant in self.variants:
            _check_variant(variant)
        self._check_variants_together()

    def _texts(self) -> Iterator[str]:
        yield from (self.title, self.description, self.brand or "", *self.tags)
        yield from (*self.attributes.keys(), *self.attributes.values())
        for variant in self.variants:
            yield from (variant.sku, *variant.options.keys(), *variant.options.values())

    def _check_variants_together(self) -> None:
        skus = [variant.sku for variant in self.variants]
        if twice := _repeated(skus):
            raise Invalid("duplicate_sku", f"two variants have the SKU {twice!r}")
        names = {frozenset(variant.options) for variant in self.variants}
        if len(names) > 1:
            raise Invalid("invalid_options", "all variants have the same options, e.g. Size")
        choices = [", ".join(sorted(map(str, v.options.items()))) for v in self.variants]
        if twice := _repeated(choices):
            raise Invalid("duplicate_options", "two variants can't be told apart by their options")


def _repeated(values: list[str]) -> str | None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            # An empty choice is a repeat too, and must not read as "none".
            return value or "no option"
        seen.add(value)
    return None


def _check_pairs(what: str, pairs: Mapping[str, str], most: int, name: int, value: int) -> None:
    if len(pairs) > most:
        raise Invalid(f"invalid_{what}s", f"at most {most} {what}s")
    for key, text in pairs.items():
        if not 1 <= len(key) <= name or len(text) > value or not (text or what == "attribute"):
            raise Invalid(
                f"invalid_{what}s",
                f"{what} {key[:40]!r}: a name has 1 to {name} characters, a value up to {value}",
            )


def _check_variant(variant: VariantDraft) -> None:
    if not 1 <= len(variant.sku) <= 64:
        raise Invalid("invalid_sku", "a SKU has 1 to 64 characters")
    if not 0 <= variant.price <= MAX_PRICE:
        raise Invalid("invalid_price", f"{variant.sku}: a price is 0 to {MAX_PRICE} minor units")
    if variant.compare_at is not None and not variant.price < variant.compare_at <= MAX_PRICE:
        raise Invalid(
            "invalid_compare_at", f"{variant.sku}: the price compared with must be the higher one"
        )
    _check_pairs("option", variant.options, _MAX_OPTIONS, 60, 100)
