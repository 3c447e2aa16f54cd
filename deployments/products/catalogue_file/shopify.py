"""Shopify's product CSV: a product is a run of rows with one handle, a row a variant or a
further picture."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import ValidationError

from deployments.products.catalogue_file import values
from deployments.products.catalogue_file.catalogue_checks import Uniqueness
from deployments.products.catalogue_file.plain_text import plain_text
from deployments.products.catalogue_file.problems import (
    CellError,
    ParsedProduct,
    RefusedProduct,
    RowProblem,
    UnreadableFileError,
)
from deployments.products.catalogue_file.safe_cells import original
from deployments.products.catalogue_file.shopify_export import ATTRIBUTES, OPTIONS
from deployments.products.catalogue_file.tables import Row, Table
from deployments.products.contract import ProductImport, VariantInput

REQUIRED = ("Handle", "Title", "Variant Price")
_SHOPIFY_ONLY = "Variant Price"
_MAX_IMAGES = 20
_POSITION = re.compile(r"^[0-9]{1,6}$")
_MAX_DESCRIPTION = 20_000

Rows = Sequence[tuple[int, Row]]


def is_shopify(columns: Sequence[str]) -> bool:
    return "Handle" in columns and _SHOPIFY_ONLY in columns


def parse_shopify(table: Table, currency: str) -> Iterator[ParsedProduct | RefusedProduct]:
    """Products in the order of the file.

    Raises:
        UnreadableFileError: a column is missing, or the file is damaged further down.
    """
    require_columns(table.columns)
    unique = Uniqueness("Handle", "Variant SKU")
    for _, group in itertools.groupby(table.rows(), key=_same_product):
        rows: list[tuple[int, Row]] = []
        for number, row in group:
            if isinstance(row, RowProblem):
                yield RefusedProduct(number, [row])
            else:
                rows.append((number, row))
        if rows:
            yield _parsed(rows, currency, unique)


def require_columns(columns: Sequence[str]) -> None:
    """Raises ``UnreadableFileError`` naming the columns an export of Shopify has and this lacks."""
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise UnreadableFileError(
            f"not a Shopify product export: no column {', '.join(map(repr, missing))}; "
            f"the file has {', '.join(columns[:8])}"
        )


def _same_product(item: tuple[int, Row | RowProblem]) -> str | int:
    number, row = item
    return number if isinstance(row, RowProblem) else _cell(row, "Handle")


def _parsed(rows: Rows, currency: str, unique: Uniqueness) -> ParsedProduct | RefusedProduct:
    first = rows[0][0]
    try:
        parsed = _product(rows, currency)
    except _Refusal as refusal:
        return RefusedProduct(first, refusal.problems)
    problems = unique.claim(first, parsed.product)
    return RefusedProduct(first, problems) if problems else parsed


class _Refusal(Exception):
    def __init__(self, problems: list[RowProblem]) -> None:
        super().__init__(problems)
        self.problems = problems


def _cell(row: Row, column: str) -> str:
    return original(row.get(column, "").strip())


def _product(rows: Rows, currency: str) -> ParsedProduct:
    first, head = rows[0]
    handle = _cell(head, "Handle")
    problems: list[RowProblem] = []
    remarks: list[RowProblem] = []
    if not handle:
        raise _Refusal([RowProblem(first, "Handle", "is empty")])
    title = _cell(head, "Title")
    if not title:
        problems.append(RowProblem(first, "Title", "is empty"))
    names = [_cell(head, f"Option{number} Name") for number in OPTIONS]
    variants: list[VariantInput] = []
    for number, row in rows:
        if not _is_variant(row):
            continue
        try:
            variant, left_out = _variant(names, row, currency)
            variants.append(variant)
            if left_out:
                remarks.append(left_out.at(number))
        except CellError as error:
            problems.append(error.at(number))
    if not variants and not problems:
        problems.append(RowProblem(first, "Variant Price", "the product has no variant"))
    try:
        status = _status(head)
        attributes = _attributes(head)
    except CellError as error:
        problems.append(error.at(first))
    if problems:
        raise _Refusal(problems)
    description = plain_text(_cell(head, "Body (HTML)"))
    if len(description) > _MAX_DESCRIPTION:
        remarks.append(RowProblem(first, "Body (HTML)", f"cut to {_MAX_DESCRIPTION} characters"))
    try:
        product = ProductImport(
            handle=handle,
            title=plain_text(title),
            description=values.shortened(description, _MAX_DESCRIPTION),
            brand=_cell(head, "Vendor") or None,
            category_names=_category(head),
            tags=values.listed(_cell(head, "Tags"))[:50],
            attributes=attributes,
            status=status,
            currency=currency,
            variants=variants,
            image_urls=_images(rows, remarks),
        )
    except ValidationError as error:
        raise _Refusal(invalid(first, error)) from error
    return ParsedProduct(first, product, remarks)


def invalid(row: int, error: ValidationError) -> list[RowProblem]:
    """A product that breaks a rule of the contract, in words."""
    return [
        RowProblem(row, ".".join(str(part) for part in each["loc"]) or None, each["msg"].lower())
        for each in error.errors()
    ]


def _is_variant(row: Row) -> bool:
    """Rows of further pictures hold a handle and a picture only."""
    return any(_cell(row, name) for name in ("Variant Price", "Variant SKU", "Option1 Value"))


def _variant(
    names: Sequence[str], row: Row, currency: str
) -> tuple[VariantInput, CellError | None]:
    """The variant, and what was left out of it."""
    options = {
        name: value
        for index, name in zip(OPTIONS, names, strict=True)
        if (value := _cell(row, f"Option{index} Value"))
        and name
        # How Shopify writes "there is only one".
        and (name, value) != ("Title", "Default Title")
    }
    price = values.price(row.get("Variant Price", ""), "Variant Price", currency)
    sku = _cell(row, "Variant SKU").lstrip("'") or values.made_sku(
        _cell(row, "Handle"), *options.values()
    )
    if len(sku) > values.MAX_SKU:
        raise CellError("Variant SKU", f"is longer than {values.MAX_SKU} characters")
    code = _cell(row, "Variant Barcode")
    barcode = values.barcode(code)
    left_out = CellError("Variant Barcode", f"{code!r} is no GTIN, left out")
    stock = _cell(row, "Variant Inventory Qty")
    variant = VariantInput(
        sku=sku,
        barcode=barcode,
        options=options,
        price=price,
        compare_at=_compare_at(row, price, currency),
        on_hand=values.count(stock, "Variant Inventory Qty") if stock else None,
    )
    return variant, left_out if code and barcode is None else None


def _compare_at(row: Row, price: int, currency: str) -> int | None:
    """Shopify, too, shows no crossed-out price that is not the higher one."""
    column = "Variant Compare At Price"
    text = _cell(row, column)
    if not text:
        return None
    before = values.price(text, column, currency)
    return before if before > price else None


def _status(head: Row) -> Literal["draft", "published", "archived"]:
    if status := _cell(head, "Status").lower():
        if status == "archived":
            return "archived"
        if status == "draft":
            return "draft"
        if status != "active":
            raise CellError("Status", f"{status!r} is not active, draft or archived")
    published = _cell(head, "Published")
    if published and not values.yes_or_no(published, "Published"):
        return "draft"
    return "published"


def _category(head: Row) -> list[str]:
    if kind := _cell(head, "Type") or _cell(head, "Custom Product Type"):
        return [kind]
    return values.listed(_cell(head, "Product Category"), ">")


def _attributes(head: Row) -> dict[str, str]:
    grams = _cell(head, "Variant Grams")
    weight = {"Weight": f"{grams} g"} if grams.strip("0.") else {}
    google = {
        name: value
        for name in ("Gender", "Age Group", "MPN", "Condition")
        if (value := _cell(head, f"Google Shopping / {name}"))
    }
    return weight | google | _own_attributes(_cell(head, ATTRIBUTES))


def _own_attributes(cell: str) -> dict[str, str]:
    """Raises ``CellError``."""
    try:
        found = json.loads(cell) if cell else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise CellError(ATTRIBUTES, 'is not written like {"Material": "Steel"}')
    return found


def _images(rows: Rows, remarks: list[RowProblem]) -> list[str]:
    """Addresses in the order of their positions, those of variants last."""
    found: list[tuple[int, int, str]] = []
    for number, row in rows:
        if address := _cell(row, "Image Src"):
            position = _cell(row, "Image Position")
            place = int(position) if _POSITION.match(position) else len(found) + 1
            found.append((place, number, address))
    ordered = [address for _, _, address in sorted(found)]
    ordered += [address for _, row in rows if (address := _cell(row, "Variant Image"))]
    sound = []
    for address in dict.fromkeys(ordered):
        if address.startswith(("http://", "https://")) and not any(map(str.isspace, address)):
            sound.append(address)
        else:
            remarks.append(RowProblem(rows[0][0], "Image Src", f"{address!r} left out"))
    if len(sound) > _MAX_IMAGES:
        remarks.append(RowProblem(rows[0][0], "Image Src", f"{_MAX_IMAGES} pictures taken"))
    return sound[:_MAX_IMAGES]
