"""Pictures of the demo catalogue."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from deployments.sandbox.demo import emoji_package
from deployments.sandbox.demo.catalogue import DemoProduct, load_demo_products
from deployments.sandbox.demo.colours import PALETTE, dye, main_hue, named, oklab, srgb
from deployments.sandbox.demo.composition import SIDE
from deployments.sandbox.demo.emoji_package import (
    PicturesUnavailable,
    asset,
    fetch_pictures,
)
from deployments.sandbox.demo.pictures import plan, render_pictures


def entry(slug: str) -> DemoProduct:
    return next(each for each in load_demo_products() if each.product.slug == slug)


def disc(colour: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGBA", (256, 256), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 236, 236), fill=(*colour, 255))
    draw.ellipse((90, 60, 130, 100), fill=(250, 250, 250, 255))
    return image


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    folder = tmp_path / "assets"
    folder.mkdir()
    disc((220, 40, 60)).save(folder / "1f392.webp", lossless=True)
    disc((150, 152, 158)).save(folder / "1f6cf-fe0f.webp", lossless=True)
    return folder


def test_oklab_and_back() -> None:
    colours = np.random.default_rng(1).uniform(0, 1, (50, 3)).astype(np.float32)
    assert np.abs(srgb(oklab(colours)) - colours).max() < 1e-3


@pytest.mark.parametrize("colour", sorted(PALETTE))
@pytest.mark.parametrize("source", [(220, 40, 60), (150, 152, 158)])
def test_a_dye_brings_the_object_near_the_colour(source: tuple[int, int, int], colour: str) -> None:
    pixels = np.asarray(disc(source), dtype=np.float32) / np.float32(255)
    dyed = dye(pixels, colour)
    middle = oklab(dyed[180, 128, :3])
    assert np.abs(middle - oklab(named(colour))).max() < 0.08
    assert (dyed[..., 3] == pixels[..., 3]).all()


def test_other_colours_of_the_object_stay() -> None:
    pixels = np.asarray(disc((220, 40, 60)), dtype=np.float32) / np.float32(255)
    highlight = dye(pixels, "Forest")[80, 110, :3]
    assert np.abs(highlight - pixels[80, 110, :3]).max() < 0.05


def test_a_grey_object_has_no_main_hue() -> None:
    grey = np.asarray(disc((150, 152, 158)), dtype=np.float32) / np.float32(255)
    red = np.asarray(disc((220, 40, 60)), dtype=np.float32) / np.float32(255)
    assert main_hue(grey)[1] == 0
    assert 0 < main_hue(red)[0] < 45


def test_a_picture_for_every_colour_and_one_of_all() -> None:
    planned = plan(entry("campus-zip-backpack"))
    assert [each.colour for each in planned] == ["Raspberry", "Navy", "Mustard", "Graphite", None]
    assert planned[1].alt == "Campus Zip Backpack in navy"
    assert len(planned[-1].dyes) > 1


def test_a_product_in_one_colour_has_one_picture() -> None:
    assert [len(each.dyes) for each in plan(entry("stilla-platform-bed"))] == [1]


def test_pictures_are_drawn_once_and_always_alike(assets: Path, tmp_path: Path) -> None:
    entries = [entry("campus-zip-backpack"), entry("stilla-platform-bed")]
    seen: list[tuple[int, int]] = []
    first = render_pictures(
        entries, assets, tmp_path / "one", lambda done, total: seen.append((done, total)), workers=1
    )
    assert seen[0] == (0, 6)
    assert seen[-1] == (6, 6)
    paths = [picture.path for pictures in first.values() for picture in pictures]
    with Image.open(paths[0]) as image:
        assert (image.format, image.size) == ("WEBP", (SIDE, SIDE))
    stamps = [path.stat().st_mtime_ns for path in paths]
    assert render_pictures(entries, assets, tmp_path / "one", workers=1) == first
    assert [path.stat().st_mtime_ns for path in paths] == stamps
    again = render_pictures(entries, assets, tmp_path / "two", workers=1)
    others = [picture.path for pictures in again.values() for picture in pictures]
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in others]
    assert len({path.read_bytes() for path in paths}) == len(paths)


def test_without_the_package_there_is_a_plain_picture(tmp_path: Path) -> None:
    pictures = render_pictures([entry("campus-zip-backpack")], None, tmp_path, workers=1)
    (only,) = pictures["campus-zip-backpack"]
    with Image.open(only.path) as image:
        assert image.size == (SIDE, SIDE)


def test_every_picture_is_in_the_package_or_drawn(tmp_path: Path) -> None:
    """The package's files are named by code point, some with a variation selector."""
    (tmp_path / "1f6cf-fe0f.webp").touch()
    (tmp_path / "231a.webp").touch()
    assert asset(tmp_path, "🛏️") == tmp_path / "1f6cf-fe0f.webp"
    assert asset(tmp_path, "🛏") == tmp_path / "1f6cf-fe0f.webp"
    assert asset(tmp_path, "⌚") == tmp_path / "231a.webp"
    assert asset(tmp_path, "🦄") is None


def test_no_network_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failed:
        returncode = 1
        stdout = ""
        stderr = (
            "npm error code ENOTFOUND\n"
            "npm error network request to the registry failed, reason: getaddrinfo ENOTFOUND\n"
        )

    monkeypatch.setattr(emoji_package, "npm", lambda *_, **__: Failed())
    with pytest.raises(PicturesUnavailable, match=r"could not fetch .*: network request .* fail"):
        fetch_pictures(tmp_path)


def test_the_package_is_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"fluent-emoji-3d-{emoji_package.VERSION}").mkdir()
    monkeypatch.setattr(emoji_package, "npm", lambda *_, **__: pytest.fail("fetched again"))
    assert fetch_pictures(tmp_path).is_dir()
