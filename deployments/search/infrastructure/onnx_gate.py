"""Whether an ONNX model may stand for the torch model it was made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from deployments.search.application.ports import Vectors
from deployments.search.infrastructure.engine import Unfit
from deployments.search.infrastructure.onnx_session import OnnxSession
from deployments.search.infrastructure.tokeniser import Tokeniser

# Texts to float32 (n, dimension), rows of length 1: the torch model.
Reference = Callable[[Sequence[str]], Vectors]

_EXACT: Final = 1e-5
_MEAN_COSINE: Final = 0.98
_LEAST_COSINE: Final = 0.94
# Mean share of the nearest five that both find.
_SAME_NEAREST: Final = 0.8
_NEAREST: Final = 5

QUERIES: Final = (
    "boots",
    "waterproof hiking boots",
    "keep coffee hot",
    "gift for a cook",
    "usb c hub with hdmi",
    "something to read in bed with",
    "red dress for summer",
    "noise cancelling headphones",
    "desk for a small room",
    "tent for two people",
    "wireless mouse",
    "toy for a three year old",
    "running jacket women",
    "garden hose",
    "4k monitor 27 inch",
    "cordless drill 18v",
)
PRODUCTS: Final = (
    "Trail boots. Waterproof leather hiking boots with a grippy sole, sizes 38 to 46.",
    "Rubber boots. Knee-high rain boots for garden and field.",
    "Vacuum flask 0.75 l. Double-walled steel keeps drinks hot for twelve hours.",
    "Coffee mug. Stoneware mug, 300 ml, dishwasher safe.",
    "Chef's knife. Forged 20 cm blade of German steel with a walnut handle.",
    "Cast iron pan. Pre-seasoned, 26 cm, for all hobs and the oven.",
    "USB-C hub 7 in 1. HDMI 4K, 3 USB-A, SD and microSD, 100 W power delivery.",
    "HDMI cable 2 m. High speed with Ethernet, gold-plated.",
    "Reading lamp. Clip-on LED with warm light and three levels, rechargeable.",
    "Floor lamp. Black metal tripod with a linen shade.",
    "Summer dress. Light red cotton with short sleeves and pockets.",
    "Evening gown. Long silk dress in midnight blue.",
    "Over-ear headphones. Active noise cancelling, 30 h battery, Bluetooth 5.3.",
    "In-ear earphones. Wired, 3.5 mm, with microphone.",
    "Compact desk. 90 x 45 cm oak desk with one drawer.",
    "Standing desk. Electric height adjustment, 160 x 80 cm.",
    "Dome tent. Two persons, 2.1 kg, 3000 mm water column.",
    "Sleeping bag. Down filling, comfort down to -5 °C.",
    "Wireless mouse. Silent clicks, 2.4 GHz receiver, one AA battery.",
    "Mechanical keyboard. Hot-swappable switches, RGB, ISO layout.",
    "Building blocks. 80 wooden blocks in a box, from 2 years.",
    "Jigsaw puzzle. 1000 pieces, night sky, 14+.",
    "Running jacket. Women's windproof and reflective, 190 g.",
    "Yoga mat. 6 mm natural rubber, non-slip.",
    "Garden hose 20 m. With nozzle and wall bracket, frost-proof.",
    "Watering can. 10 l galvanised steel with a brass rose.",
    'Monitor 27". 4K IPS panel, USB-C 90 W, height adjustable.',
    "Laptop stand. Folding aluminium for 10 to 16 inch.",
    "Cordless drill. 18 V brushless, two batteries, 60 Nm.",
    "Screwdriver set. 32 bits, magnetic, in a case.",
    "Olive oil. Extra virgin, first cold pressing, 500 ml.",
    "Dark chocolate 85 %. Organic and fair trade, 100 g.",
)
ODD: Final = (
    "",
    "a",
    "   \t\n ",
    "夜のランプ 🔥 ночная лампа",
    "Crème brûlée-Brenner für 49,99 € — ½ l",
    "<b>bold</b> & 'quoted'; DROP TABLE x; --",
    "supercalifragilisticexpialidocious" * 3,
    "Trail bottle, 1 litre, blue. " * 120,
    "1 2 3 4 5 6 7 8 9 0 " * 10,
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """``difference``: greatest of the exact model; the rest is of the quantised one."""

    difference: float
    mean_cosine: float
    least_cosine: float
    same_nearest: float


def check(folder: Path, exact: Path, quantised: Path, reference: Reference) -> Agreement:
    """
    Raises:
        Unfit: when one of them is not what it stands for.
    """
    texts = [*QUERIES, *PRODUCTS, *ODD]
    tokens = Tokeniser(folder)(texts)
    wanted = reference(texts)
    plain = OnnxSession(exact)
    # Alone, and with padding.
    alone = np.concatenate([plain([one]) for one in tokens])
    together = np.concatenate([plain(tokens[i : i + 8]) for i in range(0, len(tokens), 8)])
    quick = OnnxSession(quantised)
    vectors = np.concatenate([quick([one]) for one in tokens])
    if alone.shape != wanted.shape:
        raise Unfit(f"its vectors are {alone.shape[1]} numbers long, not {wanted.shape[1]}")
    cosines = (vectors * wanted).sum(axis=1)
    return judge(
        Agreement(
            float(max(np.abs(alone - wanted).max(), np.abs(together - wanted).max())),
            float(cosines.mean()),
            float(cosines.min()),
            _same_nearest(wanted, vectors),
        )
    )


def judge(found: Agreement) -> Agreement:
    """
    Raises:
        Unfit: naming the figure that is not good enough; NaN is not.
    """
    if not found.difference < _EXACT:
        raise Unfit(f"the exported model differs from torch by {found.difference:.2g}")
    if not (found.mean_cosine >= _MEAN_COSINE and found.least_cosine >= _LEAST_COSINE):
        raise Unfit(
            f"quantised vectors are too far off: cosine {found.mean_cosine:.3f} on average, "
            f"{found.least_cosine:.3f} at worst"
        )
    if not found.same_nearest >= _SAME_NEAREST:
        raise Unfit(f"quantised vectors find {found.same_nearest:.0%} of the nearest products")
    return found


def _same_nearest(wanted: Vectors, found: Vectors) -> float:
    first, last = len(QUERIES), len(QUERIES) + len(PRODUCTS)

    def nearest(vectors: Vectors) -> list[set[int]]:
        order = np.argsort(-(vectors[:first] @ vectors[first:last].T), axis=1, kind="stable")
        return [set(row) for row in order[:, :_NEAREST].tolist()]

    both = zip(nearest(wanted), nearest(found), strict=True)
    return sum(len(a & b) for a, b in both) / (_NEAREST * first)
