"""What a run of the harness prints."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from tests.faults.overload import Overload
from tests.faults.soak import REST_SECONDS, Outcome


def show(outcome: Outcome) -> None:
    console = Console(highlight=False)
    plan, ledger = outcome.plan, outcome.ledger
    console.print(
        f"{plan.shoppers} shoppers, {plan.seconds:.0f} s of faults, seed {plan.seed}: "
        f"{len(ledger.checkouts)} orders acknowledged, {sum(outcome.faults.values())} faults, "
        f"{sum(ledger.attempts.values())} requests"
    )
    for title, counter in (
        ("faults", outcome.faults),
        ("orders by state", outcome.orders),
        ("visits by what the shopper meant to do", ledger.visits),
        ("requests by outcome", ledger.attempts),
    ):
        table = Table(title, "number", box=None, header_style="dim")
        for name, number in sorted(counter.items()):
            table.add_row(name, f"{number:,}")
        console.print(table)
    if outcome.rest_seconds is not None:
        console.print(f"at rest {outcome.rest_seconds:.1f} s after the last fault; I1 to I10 hold")
        return
    console.print(f"not at rest {REST_SECONDS:.0f} s after the last fault:")
    for violation in outcome.violations[:40]:
        console.print(f"  {violation}", style="red")


def show_overload(result: Overload) -> None:
    console = Console(highlight=False)
    refused = len(result.samples.all) - result.served
    console.print(
        f"sustainable {result.sustainable:.0f} requests/s; sent {result.sent:.0f}/s: "
        f"{result.served:,} served, {refused:,} refused; normal p95 "
        f"{result.normal_p95 * 1000:.0f} ms, under load {result.samples.percentile(0.95):.1f} s"
    )
    recovered = "not" if result.recovered is None else f"{result.recovered:.1f} s after"
    console.print(
        f"memory {result.memory / 2**30:.2f} GiB, of the same processes × {result.grown:.2f}, "
        f"{result.new_processes} new processes; normal again: {recovered}"
    )
    table = Table("outcome", "number", box=None, header_style="dim")
    for outcome, number in sorted(result.samples.outcomes().items()):
        table.add_row(outcome, f"{number:,}")
    console.print(table)
