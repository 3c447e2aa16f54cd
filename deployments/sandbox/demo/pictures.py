"""Pictures of the demo catalogue: what each product shows, rendered once into a cache folder.

A product gets one picture a colour it comes in; with three colours or more there is also a group
picture, and half of the others have a second view: drawing and uploading all of it is most of the
time that setting up the demo shop takes. The same catalogue gives the same files.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from deployments.sandbox.demo.catalogue import DemoProduct
from deployments.sandbox.demo.colours import dye
from deployments.sandbox.demo.composition import compose
from deployments.sandbox.demo.drawings import drawing, parcel
from deployments.sandbox.demo.emoji_package import asset

Progress = Callable[[int, int], None]

# Part of every file's name: raise it when the look changes, and all pictures are drawn anew.
_STYLE = 1
_QUALITY = 86
_CHUNK = 12


@dataclass(frozen=True)
class Picture:
    """A rendered picture; ``colour`` ties it to the variants in that colour."""

    handle: str
    path: Path
    alt: str
    colour: str | None = None


@dataclass(frozen=True)
class _Plan:
    handle: str
    alt: str
    emoji: str
    dyes: tuple[str | None, ...]
    grey_parts: bool
    colour: str | None = None

    def file_name(self, fallback: bool) -> str:
        drawn = (_STYLE, self.emoji, self.dyes, self.grey_parts, fallback)
        digest = hashlib.sha256(repr(drawn).encode()).hexdigest()[:10]
        return f"{self.handle}-{digest}.webp"


def plan(entry: DemoProduct) -> list[_Plan]:
    """The pictures of a product, the main one first."""

    def picture(alt: str, *dyes: str | None, colour: str | None = None) -> _Plan:
        return _Plan(
            handle=entry.product.handle,
            alt=alt,
            emoji=entry.picture,
            dyes=dyes,
            grey_parts=entry.dye_grey_parts,
            colour=colour,
        )

    title, colours = entry.product.title, entry.colours
    if not colours:
        return [picture(title, entry.tint)]
    singles = [picture(f"{title} in {colour.lower()}", colour, colour=colour) for colour in colours]
    together = picture(f"{title} in {len(colours)} colours", *colours[:4])
    return [*singles, together] if len(colours) > 2 else singles


def render_pictures(
    products: Sequence[DemoProduct],
    assets: Path | None,
    cache: Path,
    progress: Progress = lambda done, total: None,
    workers: int | None = None,
) -> dict[str, list[Picture]]:
    """All pictures by product handle; those in ``cache`` already are not drawn again.

    Args:
        assets: folder of the picture package; None draws a plain parcel for every product.
        progress: called with pictures done and their total.
    """
    cache.mkdir(parents=True, exist_ok=True)
    # The same stand-in several times would tell nothing.
    most = None if assets else 1
    plans = [item for entry in products for item in plan(entry)[:most]]
    missing = [item for item in plans if not (cache / item.file_name(assets is None)).is_file()]
    done = len(plans) - len(missing)
    progress(done, len(plans))
    for count in _render_all(missing, assets, cache, workers or os.cpu_count() or 1):
        done += count
        progress(done, len(plans))
    pictures: dict[str, list[Picture]] = {}
    for item in plans:
        path = cache / item.file_name(assets is None)
        picture = Picture(item.handle, path, item.alt, item.colour)
        pictures.setdefault(item.handle, []).append(picture)
    return pictures


def _render_all(
    plans: Sequence[_Plan], assets: Path | None, cache: Path, workers: int
) -> Iterator[int]:
    """Renders, many in processes; yields how many were done since the last time."""
    if not plans:
        return
    chunks = [plans[start : start + _CHUNK] for start in range(0, len(plans), _CHUNK)]
    if len(chunks) <= 2 or workers == 1:
        # Not worth the start of a process.
        yield from (_render(chunk, assets, cache) for chunk in chunks)
        return
    # Spawned, not forked: the caller may have threads and an event loop.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(chunks)), mp_context=context) as pool:
        tasks = [pool.submit(_render, chunk, assets, cache) for chunk in chunks]
        for task in as_completed(tasks):
            yield task.result()


def _render(plans: Sequence[_Plan], assets: Path | None, cache: Path) -> int:
    for item in plans:
        objects = [_dyed(item.emoji, assets, colour, item.grey_parts) for colour in item.dyes]
        target = cache / item.file_name(assets is None)
        partial = target.with_suffix(f".{os.getpid()}.part")
        compose(objects).save(partial, "WEBP", quality=_QUALITY, method=0)
        partial.rename(target)
    return len(plans)


@lru_cache(maxsize=8)
def _source(emoji: str, assets: Path | None) -> Image.Image:
    if own := drawing(emoji):
        return own
    path = asset(assets, emoji) if assets else None
    if path is None:
        return parcel()
    with Image.open(path) as image:
        return image.convert("RGBA")


@lru_cache(maxsize=16)
def _dyed(emoji: str, assets: Path | None, colour: str | None, grey_parts: bool) -> Image.Image:
    source = _source(emoji, assets)
    if colour is None:
        return source
    pixels = np.asarray(source, dtype=np.float32) / np.float32(255)
    dyed = dye(pixels, colour, grey_parts=grey_parts)
    return Image.fromarray((dyed * 255).round().astype(np.uint8))
