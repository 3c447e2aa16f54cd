"""What can be wrong with a file and with a row."""

from __future__ import annotations

from dataclasses import dataclass, field

from deployments.products.contract import ProductImport


class UnreadableFileError(Exception):
    """Nothing of the file can be imported; the message says why and what to do."""


@dataclass(frozen=True)
class RowProblem:
    """``row`` counts as a spreadsheet does: 1 is the header."""

    row: int
    column: str | None
    reason: str

    def __str__(self) -> str:
        where = f"row {self.row}" + (f", column {self.column}" if self.column else "")
        return f"{where}: {self.reason}"


class CellError(Exception):
    """The value of one cell can't be used."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason

    def at(self, row: int) -> RowProblem:
        return RowProblem(row, self.column, self.reason)


@dataclass(frozen=True)
class ParsedProduct:
    """A product that starts in ``row``. ``remarks``: what was left out or shortened."""

    row: int
    product: ProductImport
    remarks: list[RowProblem] = field(default_factory=list)


@dataclass(frozen=True)
class RefusedProduct:
    """A product that can't be imported and all that is wrong with it."""

    row: int
    problems: list[RowProblem]
