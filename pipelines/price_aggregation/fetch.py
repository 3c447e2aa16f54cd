"""Reading merchants' sites politely: robots.txt, a name, a size limit, few retries."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpx

_ATTEMPTS = 3
_MAX_REDIRECTS = 3
_MAX_WAIT_SECONDS = 5.0
_RETRIED = frozenset({429, 500, 502, 503, 504})


class FetchError(Exception):
    """A source could not be read; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """``max_bytes`` counts after decompression, so a small archive cannot fill the memory."""

    user_agent: str
    timeout_seconds: float
    max_bytes: int


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Fetcher:
    """Reads pages of one site. Redirects to another site are refused.

    Args:
        pause, transport: replaced in tests.
    """

    def __init__(
        self,
        limits: FetchLimits,
        *,
        pause: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._limits = limits
        self._pause = pause
        self._robots: dict[str, RobotFileParser] = {}
        self._client = httpx.Client(
            timeout=httpx.Timeout(limits.timeout_seconds, connect=3.0),
            headers={"User-Agent": limits.user_agent},
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, url: str) -> bytes:
        """The body at ``url``.

        Raises:
            FetchError: forbidden by robots.txt, too large, refused or not answering.
        """
        if not self._policy(origin(url)).can_fetch(self._limits.user_agent, url):
            raise FetchError(f"{url}: robots.txt does not allow it")
        status, body = self._attempts(url)
        if status != httpx.codes.OK:
            raise FetchError(f"{url}: answered {status}")
        return body

    def _policy(self, site: str) -> RobotFileParser:
        """RFC 9309: without a robots.txt all is allowed, while it cannot be read nothing is."""
        if site not in self._robots:
            policy = RobotFileParser()
            status, body = self._attempts(f"{site}/robots.txt")
            if status == httpx.codes.OK:
                policy.parse(body.decode("utf-8", "replace").splitlines())
            elif status >= httpx.codes.INTERNAL_SERVER_ERROR:
                policy.parse(["User-agent: *", "Disallow: /"])
            else:
                policy.parse([])
            self._robots[site] = policy
        return self._robots[site]

    def _attempts(self, url: str) -> tuple[int, bytes]:
        for attempt in range(1, _ATTEMPTS + 1):
            wait = 0.3 * 2**attempt
            try:
                response, body = self._follow(url)
            except httpx.TransportError as error:
                if attempt == _ATTEMPTS:
                    raise FetchError(f"{url}: {error or type(error).__name__}") from error
            else:
                if response.status_code not in _RETRIED or attempt == _ATTEMPTS:
                    return response.status_code, body
                asked = response.headers.get("Retry-After", "")
                wait = float(asked) if asked.isdigit() else wait
            self._pause(min(wait, _MAX_WAIT_SECONDS))
        raise AssertionError("unreachable")

    def _follow(self, url: str) -> tuple[httpx.Response, bytes]:
        for _ in range(_MAX_REDIRECTS + 1):
            response, body = self._read(url)
            if not response.has_redirect_location:
                return response, body
            target = urljoin(url, response.headers["Location"])
            if urlsplit(target).hostname != urlsplit(url).hostname:
                raise FetchError(f"{url}: redirects to another site ({origin(target)})")
            url = target
        raise FetchError(f"{url}: redirects too often")

    def _read(self, url: str) -> tuple[httpx.Response, bytes]:
        with self._client.stream("GET", url) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._limits.max_bytes:
                    raise FetchError(f"{url}: larger than {self._limits.max_bytes:,} bytes")
        return response, bytes(body)
