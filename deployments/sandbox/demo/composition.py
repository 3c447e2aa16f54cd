"""One product picture: an object on a soft backdrop, with a shadow where it stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from deployments.sandbox.demo.colours import lch, main_hue

SIDE = 800
# The source is 256 px: larger than this it would look soft.
_LARGEST = 510
_AREA = 350
_COARSE = 4


@dataclass(frozen=True)
class _Place:
    """Where an object goes: centre (0–1 of the side), size relative to a single, tilt."""

    x: float
    y: float
    size: float
    tilt: float = 0.0


_GROUPS: dict[int, list[_Place]] = {
    1: [_Place(0.5, 0.49, 1.0)],
    2: [_Place(0.35, 0.45, 0.72, 6), _Place(0.65, 0.56, 0.78, -5)],
    3: [_Place(0.5, 0.33, 0.6), _Place(0.31, 0.62, 0.64, 7), _Place(0.69, 0.62, 0.64, -7)],
    4: [
        _Place(0.32, 0.33, 0.54, 5),
        _Place(0.68, 0.33, 0.54, -5),
        _Place(0.32, 0.67, 0.54, -4),
        _Place(0.68, 0.67, 0.54, 4),
    ],
}


def compose(objects: Sequence[Image.Image]) -> Image.Image:
    """One to four objects (RGBA) side by side on a backdrop that takes its hue from the first."""
    hue, chroma = main_hue(_pixels(objects[0]))
    tinted = min(chroma, 0.16) / 0.16
    canvas = _backdrop(hue, tinted)
    places = _GROUPS[min(len(objects), 4)]
    for item, place in zip(objects, places, strict=False):
        _stand(canvas, item, place, hue, tinted)
    return canvas


def _pixels(image: Image.Image) -> NDArray[np.float32]:
    return np.asarray(image.convert("RGBA"), dtype=np.float32) / np.float32(255)


def _backdrop(hue: float, tinted: float) -> Image.Image:
    # Smooth everywhere, so a quarter of the size is drawn and enlarged.
    grid = np.linspace(0, 1, SIDE // _COARSE, dtype=np.float32)
    x, y = np.meshgrid(grid, grid)
    glow = np.clip(1 - np.hypot(x - 0.45, y - 0.38) / 0.85, 0, 1)[..., None]
    edge = lch(0.895, 0.012 + 0.032 * tinted, hue)
    middle = lch(0.975, 0.004 + 0.012 * tinted, hue)
    # Below the horizon the floor is a shade deeper; the transition is a soft cove.
    floor = np.clip((y - 0.66) / 0.3, 0, 1)[..., None]
    wall = edge + (middle - edge) * glow**1.2 - floor * floor * (3 - 2 * floor) * 0.035
    return _enlarged(wall)


def _enlarged(colours: NDArray[np.float32]) -> Image.Image:
    small = Image.fromarray((np.clip(colours, 0, 1) * 255).round().astype(np.uint8))
    return small.resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def _stand(
    canvas: Image.Image, item: Image.Image, place: _Place, hue: float, tinted: float
) -> None:
    bounds = item.getchannel("A").point(lambda value: 255 if value > 8 else 0).getbbox()
    cut = item.crop(bounds) if bounds else item
    solid = float((np.asarray(cut.getchannel("A")) > 127).mean()) or 1.0
    by_area = _AREA / math.sqrt(solid * cut.width * cut.height)
    scale = min(_LARGEST / max(cut.size), by_area * 1.15) * place.size
    size = (round(cut.width * scale), round(cut.height * scale))
    sharp = cut.filter(ImageFilter.UnsharpMask(radius=1, percent=60, threshold=2))
    sharp.putalpha(cut.getchannel("A"))
    # Premultiplied, so that no dark fringe appears at the outline.
    big = sharp.convert("RGBa").resize(size, Image.Resampling.LANCZOS)
    if place.tilt:
        big = big.rotate(place.tilt, resample=Image.Resampling.BICUBIC, expand=True)
    big = big.convert("RGBA")
    left = round(place.x * SIDE - big.width / 2)
    top = round(place.y * SIDE - big.height / 2)
    _shadow(canvas, big, left, top, lch(0.42, 0.02 + 0.04 * tinted, hue))
    canvas.paste(big, (left, top), big)


def _shadow(
    canvas: Image.Image, item: Image.Image, left: int, top: int, colour: NDArray[np.float32]
) -> None:
    """A wide soft shadow of the outline and a darker one where it touches the ground."""
    side = SIDE // _COARSE
    small = item.getchannel("A").resize(
        (max(item.width // _COARSE, 1), max(item.height // _COARSE, 1))
    )
    at = (left // _COARSE, top // _COARSE)
    wide = Image.new("L", (side, side), 0)
    wide.paste(small.point(lambda value: int(value * 0.34)), (at[0], at[1] + 7))
    wide = wide.filter(ImageFilter.GaussianBlur(8))
    contact = Image.new("L", (side, side), 0)
    flat = small.resize((round(small.width * 0.9), max(round(small.height * 0.08), 3)))
    contact.paste(
        flat.point(lambda value: int(value * 0.5)),
        (at[0] + round(small.width * 0.05), at[1] + small.height - flat.height // 2),
    )
    contact = contact.filter(ImageFilter.GaussianBlur(3.2))
    mask = np.maximum(np.asarray(wide), np.asarray(contact))
    shade = Image.fromarray(mask, "L").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    red, green, blue = (int(value * 255) for value in colour)
    canvas.paste((red, green, blue), (0, 0), shade)
