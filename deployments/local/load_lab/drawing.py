"""Latency against throughput, and the replicas, as SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from deployments.local.load_lab.figures import Step

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 860, 380, 62, 46, 26, 54
_EDGE: Final = _WIDTH - _RIGHT
_FLOOR: Final = _HEIGHT - _BOTTOM
_SHARES: Final = (("p50", 0.5, "#1B4D3E"), ("p95", 0.95, "#D9A441"), ("p99", 0.99, "#A63F25"))
_REPLICAS: Final = (("search", "#8C8577", -5), ("embedder", "#D6D0C4", 5))

Place = Callable[[float], float]


def drawing(steps: Sequence[Step], target_p95_ms: float) -> str:
    """Latency (logarithmic) against answers a second, replicas as steps below."""
    drawn = sorted((s for s in steps if s.latencies), key=lambda step: step.rate)
    if not drawn:
        return ""
    widest = max(step.throughput for step in drawn) * 1.05
    values = [step.p(share) for step in drawn for share in (0.5, 0.99)]
    low = math.floor(math.log10(max(0.5, min([*values, target_p95_ms]))))
    high = max(low + 1, math.ceil(math.log10(max([*values, target_p95_ms]))))
    most = max(1, *(max(step.replicas.values(), default=0) for step in drawn))

    def x(rate: float) -> float:
        return _LEFT + rate / widest * (_WIDTH - _LEFT - _RIGHT)

    def y(milliseconds: float) -> float:
        place = (math.log10(max(milliseconds, 10**low)) - low) / (high - low)
        return _FLOOR - place * (_FLOOR - _TOP)

    def replicas_y(count: float) -> float:
        return _FLOOR - count / (most * 3) * (_FLOOR - _TOP)

    parts = [*_grid(x, y, widest, range(low, high + 1))]
    parts.append(
        f'<line x1="{_LEFT}" x2="{_EDGE}" y1="{y(target_p95_ms):.1f}" y2="{y(target_p95_ms):.1f}" '
        'stroke="#A63F25" stroke-dasharray="6 4"/>'
        f'<text x="{_EDGE - 4}" y="{y(target_p95_ms) - 5:.1f}" text-anchor="end">'
        f"target p95 {target_p95_ms:g} ms</text>"
    )
    parts += _replica_bars(drawn, x, replicas_y)
    for place, (name, share, colour) in enumerate(_SHARES):
        points = [(x(step.throughput), y(step.p(share))) for step in drawn]
        line = " ".join(f"{left:.1f},{top:.1f}" for left, top in points)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
        )
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{colour}"/>' for a, b in points]
        parts.append(
            f'<circle cx="{_LEFT + 12 + 60 * place}" cy="12" r="5" fill="{colour}"/>'
            f'<text x="{_LEFT + 21 + 60 * place}" y="16">{name}</text>'
        )
    parts.append(
        f'<text x="{_LEFT + 200}" y="16">bars below: replicas of search (dark) and of the '
        "Embedder (light)</text>"
        f'<text x="{(_LEFT + _EDGE) / 2:.0f}" y="{_HEIGHT - 8}" text-anchor="middle">'
        "answers a second</text>"
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="Latency against answers a second">{"".join(parts)}</svg>'
    )


def _grid(x: Place, y: Place, widest: float, powers: range) -> list[str]:
    parts = []
    lines = [factor * 10.0**power for power in powers[:-1] for factor in (1, 2, 5)]
    for value in [*lines, 10.0 ** powers[-1]]:
        height = y(value)
        name = f"{value:g} ms" if value < 1000 else f"{value / 1000:g} s"
        parts.append(
            f'<line x1="{_LEFT}" x2="{_EDGE}" y1="{height:.1f}" y2="{height:.1f}" '
            'stroke="#E9E4DA"/>'
            f'<text x="{_LEFT - 8}" y="{height + 4:.1f}" text-anchor="end">{name}</text>'
        )
    pace = _pace(widest)
    for tick in range(int(widest / pace) + 1):
        parts.append(
            f'<text x="{x(tick * pace):.1f}" y="{_FLOOR + 18}" text-anchor="middle">'
            f"{tick * pace:g}</text>"
        )
    return parts


def _pace(widest: float) -> float:
    """A round distance between ticks, about six of them."""
    rough = widest / 6
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * factor for factor in (1.0, 2.0, 5.0, 10.0) if size * factor >= rough)


def _replica_bars(drawn: Sequence[Step], x: Place, y: Place) -> list[str]:
    parts = []
    for name, colour, shift in _REPLICAS:
        for step in drawn:
            count = step.replicas.get(name, 0)
            if count:
                left = min(_EDGE - 8, x(step.throughput) + shift - 4)
                top, middle = y(count), left + 4
                parts.append(
                    f'<rect x="{left:.1f}" y="{top:.1f}" width="8" '
                    f'height="{_FLOOR - top:.1f}" fill="{colour}" opacity=".75"/>'
                    f'<text x="{middle:.1f}" y="{top - 3:.1f}" text-anchor="middle">{count}</text>'
                )
    return parts
