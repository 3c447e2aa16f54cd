from __future__ import annotations

import json
from pathlib import Path

import pytest

from webapp.build_plugins import PLACEHOLDER, PortableAddresses, make_portable
from webapp.delivery import CacheAndProtect
from webapp.frontend import environment, fingerprint, is_built, kept


def test_the_address_of_the_build_becomes_that_of_the_page() -> None:
    code = 'var e={PING:"http://store.invalid:9/ping",EVENT:`ws://store.invalid:9/_event`}'
    assert make_portable(code) == (
        'var e={PING:(location.origin+"/ping"),'
        'EVENT:(location.origin.replace("http","ws")+"/_event")}'
    )


def test_a_build_without_the_placeholder_fails_instead_of_shipping(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("let x = 1")
    with pytest.raises(RuntimeError, match="no event address"):
        PortableAddresses().post_build(static_dir=tmp_path)


def test_every_script_of_a_build_is_made_portable(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    script = tmp_path / "assets" / "a.js"
    script.write_text(f'let x = "{PLACEHOLDER}/ping"')
    PortableAddresses().post_build(static_dir=tmp_path)
    assert "store.invalid" not in script.read_text()


def test_a_build_counts_only_for_the_sources_it_was_made_from(tmp_path: Path) -> None:
    page = tmp_path / ".web" / "build" / "client" / "index.html"
    page.parent.mkdir(parents=True)
    page.touch()
    stamp = tmp_path / "built.json"
    assert not is_built(tmp_path, {})
    stamp.write_text(json.dumps({"fingerprint": fingerprint({})}))
    assert is_built(tmp_path, {})
    assert not is_built(tmp_path, {"MERCATO_WEBAPP_SHOP_NAME": "Other"})
    page.unlink()
    assert not is_built(tmp_path, {})


def test_ports_and_addresses_need_no_new_build() -> None:
    one = {"MERCATO_WEBAPP_PORT": "3000", "MERCATO_PUBLIC_API_URL": "http://127.0.0.1:8000"}
    other = {"MERCATO_WEBAPP_PORT": "4000", "MERCATO_PUBLIC_API_URL": "https://api.example"}
    assert fingerprint(one) == fingerprint(other)


def test_two_stacks_build_in_folders_of_their_own(tmp_path: Path) -> None:
    base = {"NPM_CONFIG_REGISTRY": "https://registry.example/", "PATH": "/usr/bin"}
    one, other = environment(tmp_path / "a", base), environment(tmp_path / "b", base)
    for name in ("REFLEX_WEB_WORKDIR", "REFLEX_STATES_WORKDIR", "REFLEX_DIR"):
        assert one[name].startswith(str(tmp_path / "a"))
        assert one[name] != other[name]


def test_pinned_packages_stay_as_they_are(tmp_path: Path) -> None:
    pinned = tmp_path / "package.json"
    pinned.write_text("{}")
    with kept(tmp_path):
        pinned.write_text('{"changed": true}')
        (tmp_path / "package-lock.json").write_text("new")
    assert pinned.read_text() == "{}"
    assert (tmp_path / "package-lock.json").read_text() == "new"


async def _answer(path: str, status: int = 200) -> tuple[str, dict[str, str]]:
    """The path that reaches the file server, and the headers that reach the browser."""
    seen: dict[str, str] = {}

    async def files(scope: object, receive: object, send: object) -> None:
        seen["path"] = scope["path"]  # type: ignore[index]
        await send({"type": "http.response.start", "status": status, "headers": []})  # type: ignore[operator]

    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    app = CacheAndProtect(files)  # type: ignore[arg-type]
    await app({"type": "http", "path": path, "headers": []}, None, send)  # type: ignore[arg-type]
    headers = {k.decode(): v.decode() for k, v in sent[0]["headers"]}  # type: ignore[attr-defined]
    return seen["path"], headers


async def test_files_with_a_hash_are_kept_for_ever_and_pages_are_asked_for_again() -> None:
    _, script = await _answer("/assets/entry-abc.js")
    _, page = await _answer("/products")
    _, missing = await _answer("/assets/gone.js", status=404)
    assert "immutable" in script["cache-control"]
    assert page["cache-control"] == missing["cache-control"] == "no-cache"
    assert page["x-frame-options"] == "DENY"


async def test_pages_are_answered_without_a_redirect() -> None:
    assert (await _answer("/account/orders"))[0] == "/account/orders/"
    assert (await _answer("/"))[0] == "/"
    assert (await _answer("/store.css"))[0] == "/store.css"
    assert (await _answer("/_event"))[0] == "/_event"
    assert (await _answer("/ping"))[0] == "/ping"
