"""What must be unique in a whole file."""

from __future__ import annotations

from deployments.products.catalogue_file.problems import RowProblem
from deployments.products.contract import ProductImport


class Uniqueness:
    """Remembers handles and SKUs with the row that used them first."""

    def __init__(self, handle_column: str, sku_column: str) -> None:
        self._handle_column = handle_column
        self._sku_column = sku_column
        self._handles: dict[str, int] = {}
        self._skus: dict[str, int] = {}

    def claim(self, row: int, product: ProductImport) -> list[RowProblem]:
        """Problems with what others have used already; without any the product's are taken."""
        problems = []
        if (first := self._handles.get(product.handle)) is not None:
            reason = f"{product.handle!r} is the product of row {first} already"
            problems.append(RowProblem(row, self._handle_column, reason))
        own: set[str] = set()
        for variant in product.variants:
            first = self._skus.get(variant.sku)
            if first is not None:
                reason = f"{variant.sku!r} is used by the product of row {first}"
                problems.append(RowProblem(row, self._sku_column, reason))
            elif variant.sku in own:
                reason = f"{variant.sku!r} is the SKU of two variants of {product.handle!r}"
                problems.append(RowProblem(row, self._sku_column, reason))
            own.add(variant.sku)
        if not problems:
            self._handles[product.handle] = row
            self._skus.update(dict.fromkeys(own, row))
        return problems
