"""Products from a table with one product a row and a column mapping."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from deployments.products.catalogue_file import values
from deployments.products.catalogue_file.catalogue_checks import Uniqueness
from deployments.products.catalogue_file.mapping import ColumnMapping
from deployments.products.catalogue_file.plain_text import plain_text
from deployments.products.catalogue_file.problems import (
    CellError,
    ParsedProduct,
    RefusedProduct,
    RowProblem,
)
from deployments.products.catalogue_file.shopify import invalid
from deployments.products.catalogue_file.tables import Row, Table
from deployments.products.contract import ProductImport, VariantInput

_MAX_TITLE = 300
_MAX_DESCRIPTION = 20_000
_MAX_ATTRIBUTES = 200
_MAX_VALUE = 5_000
_MAX_NAME = 100


def parse_mapped(
    table: Table,
    mapping: ColumnMapping,
    currency: str,
    *,
    minor_prices: bool = False,
) -> Iterator[ParsedProduct | RefusedProduct]:
    """Products in the order of the file.

    Raises:
        UnreadableFileError: the file is damaged further down.
    """
    handle_column = mapping.columns["handle"]
    unique = Uniqueness(handle_column, mapping.column("sku") or handle_column)
    reader = _RowReader(mapping, currency, minor_prices)
    for number, row in table.rows():
        if isinstance(row, RowProblem):
            yield RefusedProduct(number, [row])
            continue
        try:
            parsed = reader.read(number, row)
        except CellError as error:
            yield RefusedProduct(number, [error.at(number)])
            continue
        except ValidationError as error:
            yield RefusedProduct(number, invalid(number, error))
            continue
        problems = unique.claim(number, parsed.product)
        yield RefusedProduct(number, problems) if problems else parsed


class _RowReader:
    def __init__(self, mapping: ColumnMapping, currency: str, minor_prices: bool) -> None:
        self._mapping = mapping
        self._currency = currency
        self._minor = minor_prices

    def read(self, number: int, row: Row) -> ParsedProduct:
        """Raises ``CellError`` or the contract's ``ValidationError``."""
        remarks: list[RowProblem] = []
        handle = self._needed(row, "handle")
        title = plain_text(self._needed(row, "title"))
        if len(title) > _MAX_TITLE:
            remarks.append(
                RowProblem(number, self._column("title"), f"cut to {_MAX_TITLE} characters")
            )
        product = ProductImport(
            handle=handle,
            title=values.shortened(title, _MAX_TITLE),
            description=values.shortened(
                plain_text(self._cell(row, "description")), _MAX_DESCRIPTION
            ),
            brand=self._cell(row, "brand") or None,
            category_names=self._category(row),
            tags=[tag for tag in values.listed(self._cell(row, "tags")) if len(tag) <= 100][:50],
            attributes=self._attributes(number, row, remarks),
            currency=self._currency,
            variants=[self._variant(number, row, handle, remarks)],
            image_urls=self._images(number, row, remarks),
        )
        return ParsedProduct(number, product, remarks)

    def _column(self, name: str) -> str:
        return self._mapping.column(name) or name

    def _cell(self, row: Row, name: str) -> str:
        column = self._mapping.column(name)
        return row[column].strip() if column else ""

    def _needed(self, row: Row, name: str) -> str:
        if cell := self._cell(row, name):
            return cell
        raise CellError(self._column(name), "is empty")

    def _category(self, row: Row) -> list[str]:
        cell = self._cell(row, "category")
        # Without blanks a slash is part of a name: "Input/output".
        return values.listed(cell, ">" if ">" in cell else " / ")

    def _variant(
        self, number: int, row: Row, handle: str, remarks: list[RowProblem]
    ) -> VariantInput:
        price = self._price(row, "price")
        if price is None:
            raise CellError(self._column("price"), "is empty")
        before = self._price(row, "compare_at")
        sku = self._cell(row, "sku") or values.made_sku(handle)
        if len(sku) > values.MAX_SKU:
            raise CellError(self._column("sku"), f"is longer than {values.MAX_SKU} characters")
        code = self._cell(row, "barcode")
        barcode = values.barcode(code)
        if code and barcode is None:
            remarks.append(
                RowProblem(number, self._column("barcode"), f"{code!r} is no GTIN, left out")
            )
        stock = self._cell(row, "stock")
        return VariantInput(
            sku=sku,
            barcode=barcode,
            price=price,
            compare_at=before if before is not None and before > price else None,
            on_hand=values.count(stock, self._column("stock")) if stock else None,
        )

    def _price(self, row: Row, name: str) -> int | None:
        cell = self._cell(row, name)
        if not cell:
            return None
        return values.price(cell, self._column(name), self._currency, minor=self._minor)

    def _attributes(self, number: int, row: Row, remarks: list[RowProblem]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, column in self._mapping.attributes.items():
            found.setdefault(name, row[column].strip())
        for column in self._mapping.pairs:
            for part in row[column].split(" | "):
                name, _, value = part.partition(": ")
                found.setdefault(name.strip(), value.strip())
        for column in self._mapping.flags:
            for part in row[column].split(" | "):
                found.setdefault(part.strip(), "yes")
        kept = {
            values.shortened(name, _MAX_NAME): values.shortened(value, _MAX_VALUE)
            for name, value in found.items()
            if name and value
        }
        if len(kept) > _MAX_ATTRIBUTES:
            remarks.append(RowProblem(number, None, f"the first {_MAX_ATTRIBUTES} attributes kept"))
        return dict(list(kept.items())[:_MAX_ATTRIBUTES])

    def _images(self, number: int, row: Row, remarks: list[RowProblem]) -> list[str]:
        addresses = values.listed(self._cell(row, "image"))
        sound = [each for each in addresses if each.startswith(("http://", "https://"))]
        if len(sound) < len(addresses):
            remarks.append(
                RowProblem(number, self._column("image"), "not an http address, left out")
            )
        return sound[:20]
