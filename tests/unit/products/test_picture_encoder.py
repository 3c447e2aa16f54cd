"""Uploaded pictures under attack: what is no picture, what is more than one, what is too much."""

from __future__ import annotations

import asyncio
import io
import random
import struct
import zipfile
import zlib
from contextlib import suppress
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from deployments.products.domain.image import EncodedPicture
from deployments.products.infrastructure.picture_encoder import PillowEncoder, encode
from deployments.shared.errors import Invalid, TooLarge, Unavailable, UnsupportedMedia

PIXELS = 3_000_000


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def plain(mode: str = "RGB", colour: Any = "teal", size: tuple[int, int] = (40, 30)) -> Image.Image:
    return Image.new(mode, size, colour)


def shown(picture: EncodedPicture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.renderings[0].data))
    image.load()
    assert image.format == "WEBP"
    return image


def near(image: Image.Image, expected: tuple[int, ...]) -> bool:
    found = image.convert("RGBA" if len(expected) == 4 else "RGB").getpixel((5, 5))
    return all(abs(a - b) <= 6 for a, b in zip(found, expected, strict=True))  # type: ignore[arg-type]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("evil.js", "alert(document.cookie)")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xef\xbb\xbf<?xml version='1.0'?><svg/>",
        b"GIF89a" + b"\x00" * 50,
        b"%PDF-1.7",
        b"BM" + b"\x00" * 60,
        zipped(),
        b"RIFF\x10\x00\x00\x00AVI LIST",
        b"\x00\x00\x00\x20ftypavif",
        # A JPEG or PNG that starts somewhere else.
        b"\n" + saved(plain(), "PNG"),
        b"<script>" + saved(plain(), "JPEG"),
    ],
)
def test_what_is_no_jpeg_png_or_webp_is_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedMedia):
        encode(data, PIXELS)


@pytest.mark.parametrize("tail", [zipped(), b"<script>alert(1)</script>", b"<?php echo 1 ?>"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_nothing_but_the_pixels_of_a_polyglot_is_kept(kind: str, tail: bytes) -> None:
    picture = encode(saved(plain(), kind) + tail, PIXELS)
    for rendering in picture.renderings:
        for trace in (b"PK\x03\x04", b"<script", b"<?php", b"evil.js"):
            assert trace not in rendering.data
    assert near(shown(picture), (0, 128, 128))


def test_comments_and_metadata_are_not_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ada"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    exif.get_ifd(0x8825)[1] = "N"
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>GPSLatitude 52,31N</x:xmpmeta>")
    text.add_text("Comment", "<script>alert(1)</script>")
    xmp = b"<x:xmpmeta>GPSLatitude 52,31N</x:xmpmeta>"
    for data in (
        saved(plain(), "PNG", pnginfo=text, exif=exif),
        saved(plain(), "JPEG", exif=exif, comment=b"<script>alert(1)</script>", xmp=xmp),
        saved(plain(), "WEBP", exif=exif, xmp=xmp),
    ):
        picture = encode(data, PIXELS)
        image = shown(picture)
        assert dict(image.getexif()) == {}
        assert not {"exif", "xmp", "comment", "icc_profile"} & set(image.info)
        for trace in (b"GPS", b"Ada", b"<script", b"xmpmeta"):
            assert trace not in picture.renderings[0].data


@pytest.mark.parametrize(
    "data",
    [
        png_header(50_000, 50_000) + chunk(b"IDAT", zlib.compress(b"\x00" * 1000)),
        png_header(2**31 - 1, 2**31 - 1) + chunk(b"IDAT", b"x"),
        saved(plain(size=(2000, 1501)), "PNG"),
        saved(plain(size=(2000, 1501)), "JPEG"),
        # WebP takes more memory to decode, so it may have half as many pixels.
        saved(plain(size=(2000, 800)), "WEBP"),
    ],
)
def test_bombs_are_refused_by_their_header(data: bytes) -> None:
    with pytest.raises(TooLarge):
        encode(data, PIXELS)


def test_a_header_without_a_picture_is_refused() -> None:
    for width in (10, 50_000):
        with pytest.raises(Invalid):
            encode(png_header(width, width), PIXELS)


def test_a_text_chunk_that_unpacks_to_much_is_refused() -> None:
    bomb = b"Comment\x00\x00" + zlib.compress(b"\x00" * 3_000_000, 9)
    whole = saved(plain(), "PNG")
    with pytest.raises(Invalid):
        encode(whole[:33] + chunk(b"zTXt", bomb) + whole[33:], PIXELS)


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_taken(kind: str) -> None:
    frames = [plain(colour=colour) for colour in ("red", "blue", "lime")] * 20
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:])
    picture = encode(data, PIXELS)
    image = shown(picture)
    assert getattr(image, "n_frames", 1) == 1
    assert near(image, (255, 0, 0))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (saved(plain("CMYK", (0, 255, 255, 0)), "JPEG"), (255, 0, 0)),
        (saved(plain("L", 128), "JPEG"), (128, 128, 128)),
        (saved(plain("I;16", 32768), "PNG"), (128, 128, 128)),
        (saved(plain("1", 1), "PNG"), (255, 255, 255)),
        (saved(plain("LA", (100, 128)), "PNG"), (100, 100, 100, 128)),
        (saved(plain("RGBA", (200, 10, 10, 128)), "WEBP", lossless=True), (200, 10, 10, 128)),
        (saved(plain().quantize(), "PNG"), (0, 128, 128)),
        (
            saved(plain().quantize(), "PNG", transparency=plain().quantize().getpixel((0, 0))),
            (0, 128, 128, 0),
        ),
    ],
)
def test_every_kind_of_pixel_is_shown_as_it_was(data: bytes, expected: tuple[int, ...]) -> None:
    image = shown(encode(data, PIXELS))
    if len(expected) == 4 and expected[3] == 0:
        assert image.getpixel((5, 5))[3] == 0  # type: ignore[index]
    else:
        assert near(image, expected)


@pytest.mark.parametrize(("kind", "size"), [("JPEG", (3000, 2500)), ("PNG", (5000, 4800))])
def test_a_large_picture_taken_sideways_is_turned_whole(kind: str, size: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    left_dark = plain("L", 250, size)
    left_dark.paste(5, (0, 0, size[0] // 2, size[1]))
    picture = encode(saved(left_dark, kind, exif=exif), 40_000_000)
    height = round(1200 * size[0] / size[1])
    assert (picture.renderings[0].width, picture.renderings[0].height) == (1200, height)
    image = shown(picture).convert("L")
    assert image.getpixel((600, 50)) < 20  # type: ignore[operator]
    assert image.getpixel((600, height - 50)) > 235  # type: ignore[operator]


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1)])
def test_thin_pictures_are_fine(size: tuple[int, int]) -> None:
    assert encode(saved(plain(size=size), "PNG"), PIXELS).renderings


@pytest.mark.parametrize("size", [(1, 20_000), (10, 16_400), (1300, 20_000)])
def test_a_picture_too_high_for_the_format_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(Invalid) as refused:
        encode(saved(plain("L", 9, size), "PNG"), 40_000_000)
    assert refused.value.code == "image_too_narrow"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_damaged_files_are_pictures_or_refused_and_nothing_else(kind: str) -> None:
    dice = random.Random(kind)
    noise = Image.frombytes("RGB", (48, 48), dice.randbytes(48 * 48 * 3))
    whole = saved(noise, kind)
    for _ in range(120):
        data = bytearray(whole[: dice.randint(1, len(whole))])
        for _ in range(dice.randint(0, 5)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        # Any other error would be a 500.
        with suppress(Invalid, TooLarge, UnsupportedMedia):
            encode(bytes(data), PIXELS)


async def test_uploads_wait_for_their_turn_outside_memory() -> None:
    encoder = PillowEncoder(max_bytes=100_000, max_pixels=PIXELS, workers=2)
    data = saved(plain(), "PNG")
    reading, most = 0, 0

    async def read() -> bytes:
        nonlocal reading, most
        reading += 1
        most = max(most, reading)
        await asyncio.sleep(0.01)
        reading -= 1
        return data

    results = await asyncio.gather(*[encoder(read) for _ in range(80)], return_exceptions=True)
    refused = [each for each in results if isinstance(each, Unavailable)]
    assert (len(refused), most) == (16, 2)
    assert all(isinstance(each, EncodedPicture) for each in results if each not in refused)
    encoder.close()
