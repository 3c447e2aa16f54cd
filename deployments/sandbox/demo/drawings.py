"""Objects drawn here, because the picture package has none like them, and the stand-in that is
shown for every product when the package cannot be fetched."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

_SCALE = 3
_SIZE = 256

Box = tuple[float, float, float, float]


def drawing(name: str) -> Image.Image | None:
    """The drawing of that name, 256 px, transparent; None when there is none."""
    draw = _DRAWINGS.get(name)
    return None if draw is None else draw()


def parcel() -> Image.Image:
    """A plain wrapped box: the picture of a product whose own is not to be had."""
    canvas = _canvas()
    _solid(canvas, (44, 84, 212, 222), 20, (120, 170, 235), (74, 112, 205))
    _solid(canvas, (34, 62, 222, 108), 14, (140, 190, 245), (96, 136, 222))
    _solid(canvas, (114, 62, 142, 222), 4, (255, 214, 130), (242, 164, 84))
    return _finish(canvas)


def _canvas() -> Image.Image:
    return Image.new("RGBA", (_SIZE * _SCALE, _SIZE * _SCALE), (0, 0, 0, 0))


def _finish(canvas: Image.Image) -> Image.Image:
    return canvas.resize((_SIZE, _SIZE), Image.Resampling.LANCZOS)


def _solid(
    canvas: Image.Image,
    box: Box,
    radius: float,
    light: tuple[int, int, int],
    dark: tuple[int, int, int],
    *,
    round_body: bool = False,
) -> None:
    """A rounded shape shaded from ``light`` to ``dark``: across, or as a cylinder with a sheen."""
    left, top, right, bottom = (round(value * _SCALE) for value in box)
    width, height = right - left, bottom - top
    ramp = Image.linear_gradient("L").rotate(90).resize((width, height))
    if round_body:
        # A cylinder: dark edges, the brightest line a third from the left.
        strip = Image.new("L", (width, 1))
        strip.putdata([_cylinder(x / max(width - 1, 1)) for x in range(width)])
        ramp = strip.resize((width, height))
    body = Image.composite(
        Image.new("RGB", (width, height), dark), Image.new("RGB", (width, height), light), ramp
    )
    mask = Image.new("L", (width, height), 0)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, width - 1, height - 1), round(radius * _SCALE), fill=255
    )
    shade = Image.linear_gradient("L").resize((width, height)).point(lambda v: int(v * 0.22))
    body = Image.composite(Image.new("RGB", (width, height), dark), body, shade)
    canvas.paste(body, (left, top), mask)


def _cylinder(x: float) -> int:
    sheen = max(0.0, 1 - abs(x - 0.3) / 0.34)
    edge = max(0.0, x - 0.55) / 0.45
    return round(255 * min(1.0, max(0.0, 0.52 - 0.52 * sheen + 0.5 * edge)))


def _glow(canvas: Image.Image, box: Box, opacity: int) -> None:
    """A soft reflection on what is drawn already."""
    layer = Image.new("L", canvas.size, 0)
    ImageDraw.Draw(layer).rounded_rectangle(
        [round(value * _SCALE) for value in box], 8 * _SCALE, fill=opacity
    )
    layer = layer.filter(ImageFilter.GaussianBlur(3 * _SCALE))
    layer = ImageChops.multiply(layer, canvas.getchannel("A"))
    canvas.paste(Image.new("RGBA", canvas.size, (255, 255, 255, 255)), (0, 0), layer)


_BODY = ((104, 190, 150), (32, 104, 84))
_METAL = ((236, 238, 246), (158, 162, 182))
_LID = ((96, 92, 112), (44, 40, 58))


def _travel_mug() -> Image.Image:
    canvas = _canvas()
    _solid(canvas, (74, 58, 182, 232), 22, *_METAL, round_body=True)
    _solid(canvas, (70, 78, 186, 214), 18, *_BODY, round_body=True)
    _solid(canvas, (66, 36, 190, 70), 13, *_LID, round_body=True)
    _solid(canvas, (104, 20, 152, 42), 9, *_LID, round_body=True)
    _glow(canvas, (90, 92, 100, 196), 120)
    return _finish(canvas)


def _flask() -> Image.Image:
    canvas = _canvas()
    _solid(canvas, (96, 14, 160, 72), 12, *_METAL, round_body=True)
    _solid(canvas, (90, 62, 166, 86), 8, *_LID, round_body=True)
    _solid(canvas, (80, 78, 176, 242), 26, *_BODY, round_body=True)
    _solid(canvas, (80, 206, 176, 222), 2, *_METAL, round_body=True)
    _glow(canvas, (94, 100, 103, 196), 120)
    return _finish(canvas)


_DRAWINGS: dict[str, Callable[[], Image.Image]] = {"mug": _travel_mug, "flask": _flask}
