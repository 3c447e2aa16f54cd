"""Uploaded pictures: checked, turned upright, stripped of metadata, re-encoded as WebP."""

from __future__ import annotations

import asyncio
import hashlib
import io
import struct
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

from PIL import Image, ImageCms, ImageOps

from deployments.products.domain.image import EncodedPicture, Rendering
from deployments.shared.errors import Invalid, TooLarge, Unavailable, UnsupportedMedia

_WIDTHS = (1200, 640, 320)
_QUALITY = 82
_METHOD = 1  # half the time of the default for 2 % more bytes
_HIGHEST = 16_383  # the format's limit
# Part of every key: other parameters above must make other keys, for keys are cached for ever.
_RECIPE = b"webp-1200-640-320-q82-m1:"
_WAITING = 64
_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"RIFF": "WEBP"}
# Pillow's decoders raise all of these on damaged files.
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error)
_LARGE_PIXELS = 12_000_000
# Large pictures one at a time: each may need 350 MB.
_LARGE = threading.Lock()
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def _format(data: bytes) -> str:
    for magic, name in _MAGIC.items():
        if data.startswith(magic) and (name != "WEBP" or data[8:12] == b"WEBP"):
            return name
    raise UnsupportedMedia("unsupported_image", "send a JPEG, PNG or WebP picture")


def _opened(data: bytes, max_pixels: int) -> Image.Image:
    """Not much larger than the largest rendering, whatever was sent."""
    kind = _format(data)
    # The decoder of WebP holds three copies of the picture.
    most = max_pixels // 2 if kind == "WEBP" else max_pixels
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            pixels = image.width * image.height
            if pixels > most:
                raise _too_many_pixels(most)
            # JPEG is decoded at a half, a quarter or an eighth, if that is large enough.
            image.draft(None, (_WIDTHS[0], _WIDTHS[0]))
            with _LARGE if pixels > _LARGE_PIXELS else nullcontext():
                image.load()
                return _upright_srgb(_reduced(image))
    except _BOMBS as error:
        raise _too_many_pixels(most) from error
    except _DAMAGED as error:
        raise Invalid("invalid_image", "the picture is damaged and can't be decoded") from error


def _reduced(image: Image.Image) -> Image.Image:
    """In a mode whose pixels can be averaged, at most four times as wide as needed."""
    if image.mode.startswith("I"):
        # 16 bits a pixel: convert() would cut off all but the darkest.
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    elif image.mode in ("1", "P", "PA"):
        transparent = image.mode == "PA" or "transparency" in image.info
        image = image.convert("RGBA" if transparent else "RGB")
    shortest = min(image.width, image.height)
    factor = shortest // (2 * _WIDTHS[0])
    return image.reduce(factor) if factor > 1 else image


def _too_many_pixels(max_pixels: int) -> TooLarge:
    return TooLarge(
        "image_too_large", f"a picture has at most {max_pixels // 1_000_000} million pixels"
    )


def _upright_srgb(image: Image.Image) -> Image.Image:
    """Turned as the camera was held, in the colours browsers assume."""
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    transparent = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    mode = "RGBA" if transparent else "RGB"
    if profile and upright.mode in ("RGB", "RGBA", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(upright, source, srgb, outputMode=mode)
        except (ImageCms.PyCMSError, OSError):
            converted = None  # a broken profile: take the pixels as they are
        if converted is not None:
            return converted
    return upright.convert(mode)


def _rendering(image: Image.Image, width: int, stem: str) -> Rendering:
    height = max(1, round(image.height * width / image.width))
    if width == image.width:
        resized = image
    else:
        resized = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    buffer = io.BytesIO()
    resized.save(buffer, "WEBP", quality=_QUALITY, method=_METHOD)
    return Rendering(f"{stem}-{width}.webp", width, height, buffer.getvalue())


def encode(data: bytes, max_pixels: int) -> EncodedPicture:
    """Renderings at up to three widths, never wider than the picture, largest first.

    Raises:
        UnsupportedMedia: ``unsupported_image``, not a JPEG, PNG or WebP.
        Invalid: ``invalid_image``, can't be decoded; ``image_too_narrow``, can't be shown.
        TooLarge: ``image_too_large``, more than ``max_pixels``.
    """
    image = _opened(data, max_pixels)
    digest = hashlib.sha256(_RECIPE + data).hexdigest()
    largest = min(image.width, _WIDTHS[0])
    if image.height * largest > _HIGHEST * image.width:
        raise Invalid("image_too_narrow", "the picture is too high for its width; cut it")
    # A width just below the largest would be one more file for nothing.
    widths = [largest, *[width for width in _WIDTHS if width <= largest * 0.9]]
    return EncodedPicture(digest, tuple(_rendering(image, width, digest[:32]) for width in widths))


class PillowEncoder:
    """Encodes off the event loop, at most ``workers`` pictures at once; Pillow releases the GIL.

    What waits for its turn is not in memory yet, and no more than ``_WAITING`` do.
    """

    def __init__(self, *, max_bytes: int, max_pixels: int, workers: int) -> None:
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="pictures")
        self._turn = asyncio.Semaphore(workers)
        self._waiting = 0

    async def __call__(self, read: Callable[[], Awaitable[bytes]]) -> EncodedPicture:
        """``read`` gives what was uploaded. Raises as ``encode`` does; and ``Unavailable``."""
        if self._waiting >= _WAITING:
            raise Unavailable("encoder_busy", "many pictures are being uploaded; try again soon")
        self._waiting += 1
        try:
            async with self._turn:
                return await self._encode(await read())
        finally:
            self._waiting -= 1

    async def _encode(self, data: bytes) -> EncodedPicture:
        if len(data) > self._max_bytes:
            raise TooLarge(
                "image_too_large", f"a picture has at most {self._max_bytes / 1e6:.0f} MB"
            )
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, encode, data, self._max_pixels)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
