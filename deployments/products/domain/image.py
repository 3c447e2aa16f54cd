"""Pictures of a product."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from deployments.shared.errors import Invalid
from deployments.shared.ids import new_id

MAX_ALT = 300
MAX_IMAGES = 50
KEY = re.compile(r"^[0-9a-f]{32}-[0-9]{1,5}\.webp$")
_MAX_URL = 2000


@dataclass(frozen=True, slots=True)
class Size:
    """One stored rendering; width and height in pixels."""

    key: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Image:
    """Kept by us (``sizes``, largest first) or elsewhere (``external_url``)."""

    id: UUID
    digest: str
    sizes: tuple[Size, ...]
    external_url: str | None
    alt: str
    position: int
    variant_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Rendering:
    key: str
    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """A picture re-encoded at several widths, largest first; ``digest`` names the original."""

    digest: str
    renderings: tuple[Rendering, ...]

    @property
    def sizes(self) -> tuple[Size, ...]:
        return tuple(Size(r.key, r.width, r.height) for r in self.renderings)


def external_images(urls: Sequence[str], alt: str) -> tuple[Image, ...]:
    """Images kept elsewhere, in order, each address once.

    Raises:
        Invalid: ``invalid_image_url`` unless every address is absolute http(s).
    """
    images = []
    for position, url in enumerate(dict.fromkeys(urls)):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or len(url) > _MAX_URL:
            raise Invalid("invalid_image_url", f"not an absolute http(s) address: {url[:100]!r}")
        if any(ord(char) <= 32 for char in url):
            raise Invalid("invalid_image_url", f"an address has no spaces: {url[:100]!r}")
        digest = hashlib.sha256(url.encode()).hexdigest()
        images.append(Image(new_id(), digest, (), url, alt[:MAX_ALT], position))
    return tuple(images)
