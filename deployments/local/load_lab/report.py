"""A load on one page: a table, a drawing and the advice, without anything from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from deployments.local.load_lab.advice import Advice
from deployments.local.load_lab.drawing import drawing
from deployments.local.load_lab.figures import Step

COLUMNS: Final = (
    "due/s",
    "got/s",
    "p50",
    "p95",
    "p99",
    "failed",
    "lexical",
    "search",
    "embed",
    "known",
    "batch",
    "cores",
)
EXPLAINED: Final = (
    "due/s and got/s: requests due and answered a second; p50, p95, p99: latency in ms from the "
    "moment a request was due; lexical: answered by words alone; search, embed: replicas; known: "
    "queries whose vector was remembered; batch: queries encoded together; cores: how busy the "
    "machine was."
)
_STYLE: Final = """
body{font:15px/1.5 system-ui,sans-serif;color:#1E1B17;background:#FCFBF8;max-width:60rem;
margin:2rem auto;padding:0 1rem}
h1{font-family:Georgia,serif;font-size:1.7rem}h2{font-family:Georgia,serif;font-size:1.2rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13px}
th,td{padding:.35rem .5rem;border-bottom:1px solid #E5E0D6;text-align:right;white-space:nowrap}
td.why{text-align:left;white-space:normal}th:first-child,td:first-child{text-align:left}
tr.knee td{background:#E7F0EB;font-weight:600}
svg{width:100%;height:auto;background:#fff;border:1px solid #E5E0D6;border-radius:12px}
text{font:12px system-ui,sans-serif;fill:#4A453D}.note{color:#6A6459}
"""


def cells(step: Step) -> list[str]:
    """A row of ``COLUMNS``."""
    return [
        f"{step.rate:g}",
        f"{step.throughput:.1f}",
        *(_number(step.p(share)) for share in (0.5, 0.95, 0.99)),
        str(step.failed),
        _share(step.without_meaning),
        str(step.replicas.get("search", "–")),
        str(step.replicas.get("embedder", "–")),
        _share(step.cache_hits),
        _number(step.mean_batch, 1),
        _share(step.cores_busy),
    ]


def _number(value: float, digits: int = 0) -> str:
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def _share(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.0%}"


def html(steps: Sequence[Step], advice: Advice, *, target_p95_ms: float, about: str) -> str:
    """The page; ``about`` names the store, the machine and the moment."""
    head = "".join(f"<th>{escape(name)}</th>" for name in COLUMNS)
    rows = "".join(
        f"<tr{' class=knee' if step is advice.knee else ''}>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells(step))
        + "</tr>"
        for step in steps
    )
    pieces = "".join(
        f"<tr><td>{escape(piece.setting)}</td><td><b>{escape(piece.value)}</b></td>"
        f"<td class=why>{escape(piece.why)}</td></tr>"
        for piece in advice.pieces
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Load on search</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head>
<body><h1>Load on search</h1><p class="note">{escape(about)}</p>
<p>{escape(advice.summary)}</p>
{drawing(steps, target_p95_ms)}
<h2>Steps</h2><div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
</div><p class="note">{escape(EXPLAINED)} The shaded row is the knee.</p>
<h2>Settings</h2><div class="scroll"><table><tbody>{pieces}</tbody></table></div></body></html>
"""
