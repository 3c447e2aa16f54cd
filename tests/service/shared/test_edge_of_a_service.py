"""What every service does at its edge, shown on analytics."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import httpx
import pytest
from limits import parse
from pydantic import SecretStr

from deployments.analytics.api import create_api
from deployments.analytics.infrastructure.settings import AnalyticsSettings
from deployments.shared import rate_limit, service_app
from deployments.shared.settings import PlatformSettings
from tests.support import Keys, running

SECRET = "s3cret" * 8


@pytest.fixture
def own(database_url: Callable[[str], str], keys: Keys) -> AnalyticsSettings:
    return AnalyticsSettings(
        database_url=database_url("analytics"), service_key=keys.encoded("analytics")
    )


async def answer(
    platform: PlatformSettings,
    own: AnalyticsSettings,
    path: str,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    async with running(create_api(platform, own)) as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize("sent", [None, "Bearer ", "Bearer wrong", "Basic bWV0cmljcw=="])
async def test_metrics_need_their_token(
    platform: PlatformSettings, own: AnalyticsSettings, sent: str | None
) -> None:
    headers = {"Authorization": sent} if sent is not None else None
    with_token = platform.model_copy(update={"metrics_token": SecretStr(SECRET)})
    assert (await answer(with_token, own, "/metrics", headers)).status_code == 404


async def test_metrics_are_off_without_a_token_set(
    platform: PlatformSettings, own: AnalyticsSettings
) -> None:
    for sent in ("Bearer ", "Bearer None"):
        assert (await answer(platform, own, "/metrics", {"Authorization": sent})).status_code == 404


async def test_metrics_with_the_token(platform: PlatformSettings, own: AnalyticsSettings) -> None:
    with_token = platform.model_copy(update={"metrics_token": SecretStr(SECRET)})
    shown = await answer(with_token, own, "/metrics", {"Authorization": f"Bearer {SECRET}"})
    assert shown.status_code == 200
    assert "mercato_http_request" in shown.text


@pytest.fixture
def production(platform: PlatformSettings) -> PlatformSettings:
    return platform.model_copy(update={"environment": "production"})


async def test_plain_http_is_sent_to_https_in_production(
    production: PlatformSettings, own: AnalyticsSettings
) -> None:
    headers = {"X-Forwarded-Proto": "http", "Host": "shop.example"}
    plain = await answer(production, own, "/health?x=1", headers)
    assert plain.status_code == 308
    assert plain.headers["location"] == "https://shop.example/health?x=1"
    secure = await answer(production, own, "/health", {"X-Forwarded-Proto": "http, https"})
    assert secure.status_code == 200
    assert "max-age" in secure.headers["strict-transport-security"]


async def test_calls_from_inside_and_in_development_stay_on_http(
    production: PlatformSettings, platform: PlatformSettings, own: AnalyticsSettings
) -> None:
    assert (await answer(production, own, "/health")).status_code == 200
    plain = await answer(platform, own, "/health", {"X-Forwarded-Proto": "http"})
    assert plain.status_code == 200
    assert "strict-transport-security" not in plain.headers


async def test_only_a_trusted_proxys_word_counts(
    production: PlatformSettings, own: AnalyticsSettings
) -> None:
    elsewhere = production.model_copy(update={"trusted_proxies": ["10.0.0.0/8"]})
    answered = await answer(elsewhere, own, "/health", {"X-Forwarded-Proto": "http"})
    assert answered.status_code == 200


async def test_docs_are_off_in_production(
    production: PlatformSettings, platform: PlatformSettings, own: AnalyticsSettings
) -> None:
    for path in ("/docs", "/openapi.json", "/redoc"):
        assert (await answer(production, own, path)).status_code == 404
    assert (await answer(platform, own, "/openapi.json")).status_code == 200


async def test_only_listed_origins_get_cors_headers(
    platform: PlatformSettings, own: AnalyticsSettings
) -> None:
    listed = platform.model_copy(update={"allowed_origins": ["https://shop.example"]})
    async with running(create_api(listed, own)) as client:
        for origin, allowed in (("https://shop.example", True), ("https://evil.example", False)):
            plain = await client.get("/health", headers={"Origin": origin})
            asked = await client.options(
                "/events", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
            )
            for response in (plain, asked):
                assert ("access-control-allow-origin" in response.headers) is allowed
    none = await answer(platform, own, "/health", {"Origin": "https://shop.example"})
    assert "access-control-allow-origin" not in none.headers


async def test_security_headers_are_on_every_answer(
    platform: PlatformSettings, own: AnalyticsSettings
) -> None:
    for path in ("/health", "/nothing-here", "/dashboard"):
        headers = (await answer(platform, own, path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"


async def test_a_prefix_taken_off_by_serve_comes_back_in_the_redirect(
    production: PlatformSettings, own: AnalyticsSettings
) -> None:
    app = create_api(production, own)
    transport = httpx.ASGITransport(app=app, root_path="/analytics")
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        moved = await client.get("/dashboard", headers={"X-Forwarded-Proto": "http"})
    assert moved.headers["location"] == "https://shop.example/analytics/dashboard"


async def test_bad_tokens_and_readiness_are_limited_too(
    platform: PlatformSettings, own: AnalyticsSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limit, "_REFUSED_TOKENS", parse("3/minute"))
    monkeypatch.setattr(service_app, "_READY_LIMIT", "3/minute")
    limited = platform.model_copy(update={"rate_limits_enabled": True})
    address = {"X-Forwarded-For": f"2001:db8:{secrets.randbelow(65536):x}::1"}
    async with running(create_api(limited, own)) as client:
        bad = {**address, "Authorization": "Bearer nonsense"}
        codes = [(await client.get("/dashboard", headers=bad)).status_code for _ in range(5)]
        assert codes == [401, 401, 401, 429, 429]
        codes = [(await client.get("/ready", headers=address)).status_code for _ in range(5)]
        assert codes == [200, 200, 200, 429, 429]
