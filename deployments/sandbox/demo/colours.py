"""The catalogue's colour names and how a picture is dyed in one of them.

Colours are handled in OKLab (Ottosson 2020), where equal steps look equal: a dye keeps the
shading of the object and moves its main hue, chroma and lightness to those of the target.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Array = NDArray[np.float32]

PALETTE = {
    "Aqua": "#3cb8dc",
    "Black": "#30323a",
    "Blush": "#f0a6b4",
    "Camel": "#d3a56b",
    "Chestnut": "#8a4b32",
    "Coral": "#fb7563",
    "Cream": "#efe3cb",
    "Crimson": "#d42a42",
    "Denim": "#4a78b8",
    "Emerald": "#12a06e",
    "Forest": "#3a7350",
    "Graphite": "#565b67",
    "Honey": "#e2a040",
    "Lime": "#9bcf3e",
    "Mint": "#8ddcbd",
    "Mustard": "#e6b02e",
    "Navy": "#2c4378",
    "Ocean": "#2a7fd0",
    "Olive": "#7c8345",
    "Orange": "#f58a2a",
    "Raspberry": "#dc2a6a",
    "Rust": "#b8552f",
    "Sage": "#9cb495",
    "Sand": "#dcc8a2",
    "Silver": "#c9cdd6",
    "Slate": "#70839a",
    "Teal": "#1b9696",
    "Terracotta": "#cf7350",
    "Violet": "#7a55cf",
    "White": "#f2f2f5",
}

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)
_FROM_LMS = np.linalg.inv(_TO_LMS).astype(np.float32)
_FROM_LAB = np.linalg.inv(_TO_LAB).astype(np.float32)

# A pixel counts as coloured from this chroma on; an object whose coloured pixels are fewer than
# the share counts as grey and is dyed in its grey parts.
_COLOURED = 0.055
_COLOURED_SHARE = 0.2


def oklab(rgb: Array) -> Array:
    """sRGB 0–1 (…, 3) to OKLab."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lms = np.cbrt(linear.astype(np.float32) @ _TO_LMS.T)
    return np.asarray(lms @ _TO_LAB.T, dtype=np.float32)


def srgb(lab: Array) -> Array:
    """OKLab (…, 3) to sRGB, clipped to 0–1."""
    linear = np.clip((lab @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T, 0, 1)
    gamma = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.clip(gamma, 0, 1), dtype=np.float32)


def lch(lightness: float, chroma: float, hue_degrees: float) -> Array:
    """The sRGB colour of cylindrical OKLab coordinates."""
    hue = np.radians(hue_degrees)
    lab = np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], dtype=np.float32)
    return srgb(lab)


def named(colour: str) -> Array:
    """The sRGB values 0–1 of a palette name; an unknown name is a grey."""
    code = PALETTE.get(colour, "#8a8f99")
    return np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)], dtype=np.float32)


def main_hue(rgba: Array) -> tuple[float, float]:
    """Hue in degrees and mean chroma of an object's dominant colour (chroma 0: a grey object)."""
    lab = oklab(rgba[..., :3])
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    solid = rgba[..., 3] > 0.5
    coloured = solid & (chroma > _COLOURED)
    if coloured.sum() < _COLOURED_SHARE * solid.sum():
        return 260.0, 0.0
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    counts, _ = np.histogram(hue[coloured], bins=72, range=(0, 360), weights=chroma[coloured])
    smooth = sum(np.roll(counts, shift) for shift in range(-4, 5))
    peak = float(np.argmax(smooth)) * 5 + 2.5
    near = coloured & (_hue_distance(hue, peak) < 40)
    return peak, float(np.average(chroma[near]))


def dye(rgba: Array, colour: str, *, grey_parts: bool = False) -> Array:
    """The object (h, w, 4; sRGB 0–1) in a palette colour; its other colours stay.

    Dyed are the parts of its main hue; of a grey object, or on demand, the grey parts.
    """
    lab = oklab(rgba[..., :3])
    light, chroma = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    source_hue, source_chroma = main_hue(rgba)
    if grey_parts:
        source_chroma = 0.0
    if source_chroma:
        mask = _fade(_hue_distance(hue, source_hue), 45, 75) * (1 - _fade(chroma, 0.03, 0.065))
    else:
        mask = _fade(chroma, 0.06, 0.1)
    mask = _calm(mask)
    target = oklab(named(colour))
    target_chroma = float(np.hypot(target[1], target[2]))
    weights = mask * (rgba[..., 3] > 0.5)
    middle = float(np.average(light, weights=weights)) if weights.sum() else 0.7
    contrast = 0.85 if target_chroma > 0.05 else 0.6
    new_light = np.clip(target[0] + (light - middle) * contrast, 0.06, 0.99)
    strength = (
        np.clip(chroma / source_chroma, 0.35, 1.25)
        if source_chroma
        # Highlights stay nearly white, deep shadow nearly black.
        else np.clip(1.15 - np.abs(new_light - target[0]) * 1.6, 0.15, 1.0)
    )
    direction = target[1:] / max(target_chroma, 1e-6)
    dyed = np.empty_like(lab)
    dyed[..., 0] = new_light
    dyed[..., 1:] = (strength * target_chroma)[..., None] * direction
    blended = lab + (dyed - lab) * mask[..., None]
    return np.concatenate([srgb(blended), rgba[..., 3:]], axis=-1)


def _calm(mask: Array) -> Array:
    """The mask without the speckle that compression leaves in dark and pale areas."""
    image = Image.fromarray((mask * 255).astype(np.uint8))
    smooth = image.filter(ImageFilter.MedianFilter(5)).filter(ImageFilter.GaussianBlur(1))
    return np.asarray(smooth, dtype=np.float32) / np.float32(255)


def _hue_distance(hue: Array, centre: float) -> Array:
    distance = np.abs(hue - centre) % 360
    return np.asarray(np.minimum(distance, 360 - distance), dtype=np.float32)


def _fade(values: Array, full: float, none: float) -> Array:
    """1 up to ``full``, 0 from ``none`` on, smooth between."""
    t = np.clip((values - full) / (none - full), 0, 1)
    return np.asarray(1 - t * t * (3 - 2 * t), dtype=np.float32)
