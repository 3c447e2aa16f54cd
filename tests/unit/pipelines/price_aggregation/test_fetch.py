"""Reading sites politely, on a transport that reaches nothing."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from pipelines.price_aggregation.fetch import Fetcher, FetchError, FetchLimits

Answer = Callable[[httpx.Request], httpx.Response]
LIMITS = FetchLimits("TestBot/1.0", 1.0, 1000)


class Site:
    """Answers by path; a list is used up call by call, its last answer stays."""

    def __init__(self, **pages: list[httpx.Response | Exception]) -> None:
        self.pages = {f"/{name}": answers for name, answers in pages.items()}
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answers = self.pages.get(request.url.path, [httpx.Response(404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def paths(self) -> list[str]:
        return [request.url.path for request in self.requests]


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def fetch(pauses: list[float]) -> Callable[[Site, str], bytes]:
    def get(site: Site, path: str) -> bytes:
        transport = httpx.MockTransport(site)
        with Fetcher(LIMITS, pause=pauses.append, transport=transport) as fetcher:
            return fetcher.get(f"https://shop.example{path}")

    return get


def ok(body: bytes = b"body") -> httpx.Response:
    return httpx.Response(200, content=body)


def test_a_page_is_read_with_our_name(fetch: Callable[[Site, str], bytes]) -> None:
    site = Site(page=[ok()])
    assert fetch(site, "/page") == b"body"
    assert site.paths() == ["/robots.txt", "/page"]
    assert {request.headers["user-agent"] for request in site.requests} == {"TestBot/1.0"}


def test_robots_txt_is_obeyed(fetch: Callable[[Site, str], bytes]) -> None:
    rules = b"User-agent: *\nAllow: /\n\nUser-agent: TestBot\nDisallow: /page\n"
    site = Site(page=[ok()], other=[ok()], **{"robots.txt": [ok(rules)]})
    with pytest.raises(FetchError, match=r"robots\.txt"):
        fetch(site, "/page")
    assert "/page" not in site.paths()
    assert fetch(site, "/other") == b"body"


def test_while_robots_txt_cannot_be_read_nothing_is(fetch: Callable[[Site, str], bytes]) -> None:
    site = Site(page=[ok()], **{"robots.txt": [httpx.Response(503)]})
    with pytest.raises(FetchError, match=r"robots\.txt"):
        fetch(site, "/page")


def test_hiccups_are_tried_again(fetch: Callable[[Site, str], bytes], pauses: list[float]) -> None:
    busy = httpx.Response(429, headers={"Retry-After": "2"})
    site = Site(page=[busy, httpx.ReadTimeout("slow"), ok()])
    assert fetch(site, "/page") == b"body"
    assert pauses[0] == 2
    assert len(pauses) == 2


def test_a_patient_site_does_not_hold_the_run_up(
    fetch: Callable[[Site, str], bytes], pauses: list[float]
) -> None:
    site = Site(page=[httpx.Response(503, headers={"Retry-After": "86400"}), ok()])
    assert fetch(site, "/page") == b"body"
    assert pauses == [5.0]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (httpx.Response(500), "answered 500"),
        (httpx.ConnectError("refused"), "refused"),
    ],
)
def test_what_stays_broken_is_an_error(
    fetch: Callable[[Site, str], bytes], answer: httpx.Response | Exception, message: str
) -> None:
    site = Site(page=[answer])
    with pytest.raises(FetchError, match=message):
        fetch(site, "/page")
    assert site.paths().count("/page") == 3


def test_a_missing_page_is_not_tried_again(fetch: Callable[[Site, str], bytes]) -> None:
    site = Site()
    with pytest.raises(FetchError, match="answered 404"):
        fetch(site, "/page")
    assert site.paths().count("/page") == 1


def test_size_counts_after_decompression(fetch: Callable[[Site, str], bytes]) -> None:
    import gzip

    packed = gzip.compress(b"0" * 100_000)
    assert len(packed) < LIMITS.max_bytes
    site = Site(page=[httpx.Response(200, content=packed, headers={"Content-Encoding": "gzip"})])
    with pytest.raises(FetchError, match="larger than 1,000 bytes"):
        fetch(site, "/page")


def moved(target: str) -> httpx.Response:
    return httpx.Response(302, headers={"Location": target})


def test_redirects_stay_on_the_site_and_end(fetch: Callable[[Site, str], bytes]) -> None:
    assert fetch(Site(page=[moved("/new")], new=[ok(b"new")]), "/page") == b"new"
    with pytest.raises(FetchError, match="another site"):
        fetch(Site(page=[moved("http://169.254.169.254/latest")]), "/page")
    with pytest.raises(FetchError, match="too often"):
        fetch(Site(page=[moved("/page")]), "/page")
