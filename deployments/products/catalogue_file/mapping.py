"""Which column of a file feeds which field of a product."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from deployments.products.catalogue_file.problems import UnreadableFileError

# Each with the names such a column commonly has; the first that a file has is suggested.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "handle": ("handle", "product id", "id", "item id", "slug", "sku", "article number"),
    "title": ("title", "product name", "product title", "name", "item name"),
    "description": ("description", "body", "long description", "details", "text"),
    "brand": ("brand", "vendor", "supplier", "manufacturer", "maker"),
    "category": ("category", "product type", "type", "category path", "department"),
    "tags": ("tags", "keywords", "labels"),
    "price": ("price", "unit price", "sale price", "amount", "retail price"),
    "compare_at": ("compare at", "compare at price", "list price", "rrp", "old price"),
    "sku": ("sku", "item number", "article number", "product code"),
    "barcode": ("barcode", "gtin", "ean", "ean13", "upc"),
    "stock": ("stock", "quantity", "on hand", "inventory", "stock quantity"),
    "image": ("image", "image url", "image link", "picture", "images"),
}
# May be given for several columns.
SEVERAL = ("attribute", "pairs", "flags")
_REQUIRED = ("handle", "title", "price")


@dataclass(frozen=True)
class ColumnMapping:
    """``columns``: field → column. ``attributes``: name → column of a plain attribute; ``pairs``:
    columns like ``width: 5 | height: 3``; ``flags``: columns like ``waterproof | foldable``."""

    columns: Mapping[str, str]
    attributes: Mapping[str, str] = field(default_factory=dict)
    pairs: Sequence[str] = ()
    flags: Sequence[str] = ()

    def column(self, name: str) -> str | None:
        return self.columns.get(name)


def parse_mapping(options: Iterable[str], available: Sequence[str]) -> ColumnMapping:
    """``field=column`` options; fields not named are suggested from the columns there are.

    ``attribute=COLUMN`` takes a column as an attribute under its own name,
    ``attribute:NAME=COLUMN`` under another, and ``FIELD=`` leaves a field out.

    Raises:
        UnreadableFileError: an unknown field or column, or a required field without a column.
    """
    columns: dict[str, str] = {}
    attributes: dict[str, str] = {}
    several: dict[str, list[str]] = {"pairs": [], "flags": []}
    for option in options:
        name, separator, column = (part.strip() for part in option.partition("="))
        kind, _, label = (part.strip() for part in name.partition(":"))
        _check(option, bool(separator), kind, column, available)
        if kind == "attribute":
            attributes[label or _label(column)] = column
        elif kind in several:
            several[kind].append(column)
        else:
            columns[kind] = column
    used = {*columns.values(), *several["pairs"], *several["flags"]}
    chosen = {**suggest(available, used), **columns}
    found = {name: column for name, column in chosen.items() if column}
    missing = [name for name in _REQUIRED if name not in found]
    if missing:
        raise UnreadableFileError(_unmapped(missing, available, found))
    return ColumnMapping(found, attributes, several["pairs"], several["flags"])


def suggest(available: Sequence[str], used: Iterable[str] = ()) -> dict[str, str]:
    """Field → column, from the columns' names; a column may serve as handle and SKU."""
    by_name = {_normal(column): column for column in available}
    taken = set(used)
    found: dict[str, str] = {}
    for name, candidates in FIELDS.items():
        for candidate in candidates:
            column = by_name.get(candidate)
            shared = name == "sku" and column == found.get("handle")
            if column is not None and (shared or column not in taken):
                found[name] = column
                taken.add(column)
                break
    return found


def guess_structured(
    available: Sequence[str], samples: Sequence[Mapping[str, str]], used: Iterable[str]
) -> tuple[list[str], list[str]]:
    """Columns that look like ``pairs`` and like ``flags``, judged by their values."""
    pairs: list[str] = []
    flags: list[str] = []
    for column in available:
        if column in set(used):
            continue
        cells = [cell for sample in samples if (cell := sample.get(column, "").strip())]
        barred = [cell for cell in cells if " | " in cell]
        if not cells or len(barred) < 0.3 * len(cells):
            continue
        parts = [part for cell in cells for part in cell.split(" | ")]
        named = sum(": " in part for part in parts)
        (pairs if named > 0.8 * len(parts) else flags).append(column)
    return pairs, flags


def as_options(mapping: ColumnMapping) -> list[str]:
    """The mapping as ``--map`` options, to print, copy and change."""
    return [
        *(f"{name}={column}" for name, column in mapping.columns.items()),
        *(f"attribute:{name}={column}" for name, column in mapping.attributes.items()),
        *(f"pairs={column}" for column in mapping.pairs),
        *(f"flags={column}" for column in mapping.flags),
    ]


def _check(option: str, has_sign: bool, kind: str, column: str, available: Sequence[str]) -> None:
    if not has_sign:
        raise UnreadableFileError(f"--map {option}: write it as field=column")
    if kind not in FIELDS and kind not in SEVERAL:
        known = ", ".join((*FIELDS, *SEVERAL))
        raise UnreadableFileError(f"--map {option}: no field {kind!r}; there are {known}")
    if column and column not in available:
        raise UnreadableFileError(
            f"--map {option}: the file has no column {column!r}; it has {', '.join(available)}"
        )


def _unmapped(missing: list[str], available: Sequence[str], found: Mapping[str, str]) -> str:
    hints = " ".join(f"--map {name}=COLUMN" for name in missing)
    guessed = ", ".join(f"{name}={column}" for name, column in found.items()) or "nothing"
    return (
        f"no column for {', '.join(missing)}: name it with {hints}. "
        f"The file has {', '.join(available)}; recognised: {guessed}"
    )


def _normal(column: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", column.lower()).strip()


def _label(column: str) -> str:
    return re.sub(r"[_\s]+", " ", column).strip().capitalize()
