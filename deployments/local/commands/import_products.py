"""``mercato import products FILE``: a catalogue from Shopify's CSV, or from any CSV or Parquet."""

from __future__ import annotations

import asyncio
import csv
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from deployments.products.contract import ImportRequest, ImportResponse, ProductsClient
from deployments.shared.errors import DomainError, Unavailable
from deployments.shared.operator_client import operator_http

if TYPE_CHECKING:
    from deployments.products.catalogue_file.open_file import ProductFile
    from deployments.products.catalogue_file.problems import ParsedProduct, RowProblem

# At most 200 products a call; long descriptions fill a call sooner.
_BATCH_PRODUCTS = 100
_BATCH_BYTES = 1_000_000
_AT_ONCE = 3
_ATTEMPTS = 3
_SHOWN = 20


@dataclass
class Report:
    """``counts``: created, updated, unchanged, refused."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[RowProblem] = field(default_factory=list)
    remarks: list[RowProblem] = field(default_factory=list)
    store_asked: bool = True


def import_products(
    *,
    file: Annotated[Path, typer.Argument(help="CSV (Shopify's or any other) or Parquet")],
    layout: Annotated[
        str, typer.Option("--format", help="auto, shopify, or mapped: one product a row")
    ] = "auto",
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="handle, title, description, brand, category, tags, price, compare_at, sku, "
            "barcode, stock, image; attribute[:NAME]=COLUMN; pairs=COLUMN for 'a: 1 | b: 2'; "
            "flags=COLUMN for 'a | b'. Repeat it; what is not named is recognised by name.",
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Whose catalogue this is: the same source again updates [the format]"),
    ] = None,
    currency: Annotated[str, typer.Option(help="Currency of the prices")] = "EUR",
    price_unit: Annotated[
        str, typer.Option(help="major: 12.50 is twelve fifty; minor: 1250 is")
    ] = "major",
    stock: Annotated[
        int | None, typer.Option(min=0, help="Pieces of every variant for which none are given")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first products")] = None,
    errors: Annotated[Path | None, typer.Option(help="Write all problems to this CSV file")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, write nothing")
    ] = False,
) -> None:
    """Import products. A second import of the same source updates and doubles nothing.

    Exit codes: 0 all went in; 1 some products were refused; 2 the file can't be read; 3 the store
    does not answer.
    """
    # Polars takes a moment to import; the other commands need not wait for it.
    from deployments.products.catalogue_file.open_file import open_product_file
    from deployments.products.catalogue_file.problems import UnreadableFileError

    console = Console(highlight=False)
    _check_choice(console, "--format", layout, ("auto", "shopify", "mapped"))
    _check_choice(console, "--price-unit", price_unit, ("major", "minor"))
    started = time.monotonic()
    try:
        opened = open_product_file(
            file,
            layout=layout,  # type: ignore[arg-type]  # checked above
            map_options=mapping or [],
            currency=currency.upper(),
            minor_prices=price_unit == "minor",
        )
        _print_mapping(console, opened)
        job = Import(opened, source=source, stock=stock, limit=limit, dry_run=dry_run)
        asyncio.run(_connected(job, console))
    except UnreadableFileError as error:
        _leave(console, str(error), 2)
    except Unavailable as error:
        _leave(console, f"{error.detail}. Is the store running? Start it with: mercato up", 3)
    except DomainError as error:
        _leave(console, error.detail, 1)
    report = job.report
    _print_report(console, report, time.monotonic() - started, dry_run)
    if errors is not None:
        _write_problems(errors, [*report.problems, *report.remarks])
        console.print(f"All problems are in {escape(str(errors))}.")
    if stock is None and opened.without_stock and report.counts["created"]:
        console.print("The file has no stock column: new products are sold out (see --stock).")
    if report.counts["refused"]:
        raise typer.Exit(1)


class Import:
    """Parses, sends and counts; a few calls are under way at once."""

    def __init__(
        self,
        opened: ProductFile,
        *,
        source: str | None = None,
        stock: int | None = None,
        limit: int | None = None,
        dry_run: bool = False,
    ) -> None:
        self.report = Report()
        self._file = opened
        self._source = source or opened.layout
        self._stock = stock
        self._limit = limit
        self._dry_run = dry_run

    async def run(self, client: ProductsClient, console: Console) -> None:
        waiting = self._batches()
        columns = (
            TextColumn("Importing products"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[products]:,} products"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console) as bars:
            bar = bars.add_task("", total=self._file.table.total, products=0)

            async def worker() -> None:
                for batch in waiting:
                    await self._send(client, batch)
                    done = self.report.counts.total()
                    bars.update(bar, completed=self._file.table.read, products=done)

            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(_AT_ONCE):
                        group.create_task(worker())
            except ExceptionGroup as errors:
                # The first says what happened; the others ended because of it.
                raise errors.exceptions[0] from None
            bars.update(bar, completed=self._file.table.total)

    def _batches(self) -> Iterator[list[ParsedProduct]]:
        """Reads as far as the sending has come, so that memory stays flat."""
        batch: list[ParsedProduct] = []
        size = 0
        for parsed in self._products():
            batch.append(parsed)
            size += len(parsed.product.model_dump_json())
            if len(batch) == _BATCH_PRODUCTS or size > _BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _products(self) -> Iterator[ParsedProduct]:
        from deployments.products.catalogue_file.problems import ParsedProduct

        for number, item in enumerate(self._file.products(), start=1):
            if isinstance(item, ParsedProduct):
                self.report.remarks += item.remarks
                yield self._stocked(item)
            else:
                self.report.counts["refused"] += 1
                self.report.problems += item.problems
            if number == self._limit:
                return

    def _stocked(self, parsed: ParsedProduct) -> ParsedProduct:
        if self._stock is not None:
            for variant in parsed.product.variants:
                if variant.on_hand is None:
                    variant.on_hand = self._stock
        return parsed

    async def _send(self, client: ProductsClient, batch: list[ParsedProduct]) -> None:
        from deployments.products.catalogue_file.problems import RowProblem

        request = ImportRequest(
            source=self._source,
            products=[parsed.product for parsed in batch],
            dry_run=self._dry_run,
        )
        try:
            answer = await _sent(client, request)
        except Unavailable:
            if not self._dry_run:
                raise
            # A dry run without a store still checks the file.
            self.report.store_asked = False
            self.report.counts["correct"] += len(batch)
            return
        for parsed, outcome in zip(batch, answer.outcomes, strict=True):
            self.report.counts[outcome.outcome] += 1
            if outcome.outcome == "refused":
                reason = f"{outcome.handle}: {outcome.reason}"
                self.report.problems.append(RowProblem(parsed.row, None, reason))


async def _connected(job: Import, console: Console) -> None:
    http = operator_http("products", timeout_seconds=120)
    try:
        await job.run(ProductsClient(http), console)
    finally:
        await http.aclose()


async def _sent(client: ProductsClient, request: ImportRequest) -> ImportResponse:
    """Sent again when the store does not answer: importing twice changes nothing."""
    for attempt in range(1, _ATTEMPTS):
        try:
            return await client.import_batch(request)
        except Unavailable:
            await asyncio.sleep(0.5 * attempt)
    return await client.import_batch(request)


def _check_choice(console: Console, option: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        _leave(console, f"{option} is one of {', '.join(choices)}, not {value!r}", 2)


def _leave(console: Console, message: str, code: int) -> None:
    console.print(f"[red]{escape(message)}[/red]")
    raise typer.Exit(code)


def _print_mapping(console: Console, opened: ProductFile) -> None:
    if options := opened.mapping_options:
        console.print("Columns:", " ".join(f"--map {escape(_quoted(each))}" for each in options))


def _quoted(option: str) -> str:
    return f'"{option}"' if " " in option else option


def _print_report(console: Console, report: Report, seconds: float, dry_run: bool) -> None:
    for problem in report.problems[:_SHOWN]:
        console.print(f"[red]{escape(str(problem))}[/red]")
    if (more := len(report.problems) - _SHOWN) > 0:
        console.print(f"[red]… and {more:,} more; --errors FILE writes all of them[/red]")
    for remark in report.remarks[:_SHOWN]:
        console.print(f"[dim]{escape(str(remark))}[/dim]")
    if (more := len(report.remarks) - _SHOWN) > 0:
        console.print(f"[dim]… and {more:,} more remarks[/dim]")
    counts = report.counts
    total = counts.total()
    if not report.store_asked:
        console.print("The store does not answer: only the file itself was checked.")
    shown = [name for name in ("correct", "created", "updated", "unchanged") if counts[name]]
    parts = [f"{counts[name]:,} {name}" for name in [*shown, "refused"]]
    speed = f"{total / max(seconds, 0.001):,.0f} a second"
    console.print(f"{total:,} products: {', '.join(parts)} ({seconds:.1f} s, {speed})")
    if dry_run:
        console.print("Dry run: nothing was written.")


def _write_problems(path: Path, problems: list[RowProblem]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "column", "reason"))
        writer.writerows((each.row, each.column or "", each.reason) for each in problems)
