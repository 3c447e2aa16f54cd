"""Creating, reading, replacing and archiving products over HTTP on a real database."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx

from deployments.shared.ids import new_id
from tests.service.products.conftest import Body, Query, bottle, simple
from tests.support import Keys

Headers = dict[str, str]


async def made(client: httpx.AsyncClient, headers: Headers, body: Body) -> Body:
    answer = await client.post("", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    result: Body = answer.json()
    return result


async def test_created_product_is_read_by_id_and_by_slug(
    products: httpx.AsyncClient, merchant: Headers
) -> None:
    product = await made(products, merchant, bottle())
    assert product["slug"] == "trail-bottle"
    assert product["version"] == 1
    assert [v["price"] for v in product["variants"]] == [
        {"amount": 2490, "currency": "EUR"},
        {"amount": 2690, "currency": "EUR"},
    ]
    assert [v["available"] for v in product["variants"]] == [5, 0]
    by_id = await products.get(f"/{product['id']}")
    by_slug = await products.get("/by-slug/trail-bottle")
    assert by_id.json() == by_slug.json() == product
    assert by_id.headers["etag"] == '"1"'


async def test_options_keep_the_order_the_merchant_gave(
    products: httpx.AsyncClient, merchant: Headers
) -> None:
    product = await made(products, merchant, bottle())
    assert list(product["variants"][0]["options"]) == ["Colour", "Size"]


async def test_first_count_is_on_record_and_the_change_is_announced(
    products: httpx.AsyncClient, merchant: Headers, query: Query
) -> None:
    product = await made(products, merchant, bottle())
    moves = query("SELECT variant_id, delta, actor FROM stock_movements")
    assert [(str(m["variant_id"]), m["delta"]) for m in moves] == [
        (product["variants"][0]["id"], 5)
    ]
    assert moves[0]["actor"].startswith("user:")
    events = query("SELECT topic, type, payload FROM outbox")
    assert events == [
        {
            "topic": "products",
            "type": "product.changed",
            "payload": {"product_id": product["id"], "version": 1},
        }
    ]


CHANGES = [
    ("POST", ""),
    ("PUT", "/{id}"),
    ("DELETE", "/{id}"),
    ("POST", "/{id}/images"),
    ("POST", "/import"),
    ("POST", "/categories"),
    ("POST", "/{id}/variants/{id}/stock"),
]


async def test_only_merchants_change_the_catalogue(products: httpx.AsyncClient, keys: Keys) -> None:
    shopper, analyst = keys.user("shopper"), keys.user("analyst")
    cart, expired = keys.service("cart", "products"), keys.user("merchant", seconds=-60)
    for method, path in CHANGES:
        url = path.replace("{id}", str(new_id()))
        for headers, status in (
            ({}, 401),
            (expired, 401),
            (shopper, 403),
            (analyst, 403),
            (cart, 403),
        ):
            answer = await products.request(method, url, json=bottle(), headers=headers)
            assert answer.status_code == status, (method, path, headers)


async def test_admin_and_operator_may_create(
    products: httpx.AsyncClient, keys: Keys, operator: Headers
) -> None:
    await made(products, keys.user("admin"), simple("A"))
    await made(products, operator, simple("B"))


BAD_PRODUCTS: list[tuple[Body, str]] = [
    ({"title": ""}, "invalid_request"),
    ({"title": "   "}, "invalid_request"),
    ({"title": "x" * 301}, "invalid_request"),
    ({"title": "nul \0"}, "invalid_text"),
    ({"description": "nul \0"}, "invalid_text"),
    ({"attributes": {"a": "nul \0"}}, "invalid_text"),
    ({"attributes": {"": "x"}}, "invalid_attributes"),
    ({"tags": [""]}, "invalid_tag"),
    ({"slug": "Not A Slug"}, "invalid_request"),
    ({"category": "no/such"}, "unknown_category"),
    ({"currency": "euro"}, "invalid_request"),
    ({"status": "sold"}, "invalid_request"),
    ({"unknown": 1}, "invalid_request"),
    ({"variants": []}, "invalid_request"),
    ({"variants": [{"sku": "A", "price": -1}]}, "invalid_request"),
    ({"variants": [{"sku": "A", "price": 10.5}]}, "invalid_request"),
    ({"variants": [{"sku": "A", "price": 10**12}]}, "invalid_request"),
    ({"variants": [{"sku": "A", "price": 100, "compare_at": 100}]}, "invalid_compare_at"),
    ({"variants": [{"sku": "A", "price": 100, "on_hand": -1}]}, "invalid_request"),
    ({"variants": [{"sku": "A", "price": 100, "barcode": "12"}]}, "invalid_request"),
    ({"variants": [{"sku": "A", "price": 1}, {"sku": "A", "price": 2}]}, "duplicate_sku"),
    ({"variants": [{"sku": "A", "price": 1}, {"sku": "B", "price": 2}]}, "duplicate_options"),
]


async def test_bad_product_is_refused_and_nothing_stored(
    products: httpx.AsyncClient, merchant: Headers, query: Query
) -> None:
    for change, code in BAD_PRODUCTS:
        answer = await products.post("", json=bottle(**change), headers=merchant)
        assert answer.status_code == 422, change
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == code, change
    for table in ("products", "variants", "stock", "stock_movements", "outbox"):
        assert query(f"SELECT count(*) AS n FROM {table}") == [{"n": 0}]  # noqa: S608


async def test_broken_json_is_refused(products: httpx.AsyncClient, merchant: Headers) -> None:
    answer = await products.post("", content=b"{", headers=merchant)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"


async def test_equal_titles_get_slugs_of_their_own_even_at_once(
    products: httpx.AsyncClient, merchant: Headers
) -> None:
    answers = await asyncio.gather(
        *[
            products.post("", json=simple(f"S{n}", title="Désk Lamp"), headers=merchant)
            for n in range(5)
        ]
    )
    assert sorted(answer.json()["slug"] for answer in answers) == [
        "desk-lamp",
        "desk-lamp-2",
        "desk-lamp-3",
        "desk-lamp-4",
        "desk-lamp-5",
    ]


async def test_taken_slug_and_sku_are_conflicts(
    products: httpx.AsyncClient, merchant: Headers
) -> None:
    await made(products, merchant, bottle(slug="bottle"))
    slug = await products.post("", json=bottle(slug="bottle", sku="X"), headers=merchant)
    assert (slug.status_code, slug.json()["code"]) == (409, "slug_taken")
    sku = await products.post("", json=bottle(), headers=merchant)
    assert (sku.status_code, sku.json()["code"]) == (409, "sku_taken")
    assert "TB-NAVY" in sku.json()["detail"]


async def test_unknown_product_is_not_found(products: httpx.AsyncClient, merchant: Headers) -> None:
    for answer in (
        await products.get(f"/{uuid4()}"),
        await products.get("/by-slug/none"),
        await products.get("/by-slug/%00"),
        await products.put(f"/{uuid4()}", json=bottle(), headers=merchant),
        await products.delete(f"/{uuid4()}", headers=merchant),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "product_not_found")
    assert (await products.get("/no-uuid")).status_code == 422


async def test_replacing_keeps_variant_ids_by_sku_and_raises_the_version(
    products: httpx.AsyncClient, merchant: Headers
) -> None:
    product = await made(products, merchant, bottle())
    body = bottle(title="Trail bottle 2")
    body["variants"].reverse()
    answer = await products.put(f"/{product['id']}", json=body, headers=merchant)
    changed = answer.json()
    assert answer.status_code == 200
    assert changed["version"] == 2
    assert changed["slug"] == "trail-bottle"
    assert [v["id"] for v in changed["variants"]] == [
        v["id"] for v in reversed(product["variants"])
    ]


async def test_replacing_with_the_same_changes_nothing(
    products: httpx.AsyncClient, merchant: Headers, query: Query
) -> None:
    product = await made(products, merchant, bottle())
    same = await products.put(f"/{product['id']}", json=bottle(), headers=merchant)
    assert same.json() == product
    assert query("SELECT count(*) AS n FROM outbox") == [{"n": 1}]


async def test_stale_version_is_a_conflict(products: httpx.AsyncClient, merchant: Headers) -> None:
    product = await made(products, merchant, bottle())

    async def put(title: str, if_match: str) -> httpx.Response:
        return await products.put(
            f"/{product['id']}",
            json=bottle(title=title),
            headers={**merchant, "If-Match": if_match},
        )

    assert (await put("Second", '"1"')).status_code == 200
    stale = await put("Third", '"1"')
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    assert stale.json()["version"] == 2
    assert (await put("Third", "*")).status_code == 200
    wrong = await put("Fourth", "yesterday")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_if_match")


async def test_of_two_edits_of_one_version_at_once_one_wins(
    products: httpx.AsyncClient, merchant: Headers
) -> None:
    product = await made(products, merchant, bottle())
    answers = await asyncio.gather(
        *[
            products.put(
                f"/{product['id']}",
                json=bottle(title=f"Edit {n}"),
                headers={**merchant, "If-Match": '"1"'},
            )
            for n in range(4)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_absent_stock_is_kept_and_given_stock_is_counted(
    products: httpx.AsyncClient, merchant: Headers, query: Query
) -> None:
    product = await made(products, merchant, bottle())
    body = bottle()
    del body["variants"][0]["on_hand"]
    body["variants"][1]["on_hand"] = 7
    changed = await products.put(f"/{product['id']}", json=body, headers=merchant)
    assert [v["available"] for v in changed.json()["variants"]] == [5, 7]
    moves = query("SELECT delta, reason FROM stock_movements ORDER BY id")
    assert moves == [
        {"delta": 5, "reason": "first count"},
        {"delta": 7, "reason": "count with the product"},
    ]


async def test_dropped_variant_goes_unless_an_order_reserved_it(
    products: httpx.AsyncClient, merchant: Headers, cart: Headers, query: Query
) -> None:
    product = await made(products, merchant, bottle())
    navy, red = (v["id"] for v in product["variants"])
    order = {"order_id": str(new_id()), "lines": [{"variant_id": navy, "quantity": 1}]}
    assert (await products.put("/internal/reservations", json=order, headers=cart)).is_success
    only_new = bottle(variants=[{"sku": "TB-NEW", "price": 2000}])
    changed = await products.put(f"/{product['id']}", json=only_new, headers=merchant)
    assert [v["sku"] for v in changed.json()["variants"]] == ["TB-NEW"]
    left = {str(row["id"]): row["active"] for row in query("SELECT id, active FROM variants")}
    assert red not in left
    assert left[navy] is False
    # The order still gets what it holds; nobody else can buy it; naming the SKU revives it.
    other = order | {"order_id": str(new_id())}
    refused = await products.put("/internal/reservations", json=other, headers=cart)
    assert refused.json()["lines"][0]["available"] == 0
    path = f"/internal/reservations/{order['order_id']}/commit"
    assert (await products.put(path, headers=cart)).json()["state"] == "committed"
    back = await products.put(f"/{product['id']}", json=bottle(), headers=merchant)
    assert back.json()["variants"][0]["id"] == navy


async def test_stock_can_not_be_counted_below_what_is_reserved(
    products: httpx.AsyncClient, merchant: Headers, cart: Headers
) -> None:
    product = await made(products, merchant, bottle())
    line = {"variant_id": product["variants"][0]["id"], "quantity": 3}
    order = {"order_id": str(new_id()), "lines": [line]}
    await products.put("/internal/reservations", json=order, headers=cart)
    body = bottle()
    body["variants"][0]["on_hand"] = 2
    answer = await products.put(f"/{product['id']}", json=body, headers=merchant)
    assert (answer.status_code, answer.json()["code"]) == (409, "stock_below_reserved")
    assert answer.json()["reserved"] == 3


async def test_archived_product_leaves_the_shop_and_the_merchant_still_sees_it(
    products: httpx.AsyncClient, merchant: Headers, query: Query
) -> None:
    product = await made(products, merchant, bottle())
    for _ in range(2):
        assert (await products.delete(f"/{product['id']}", headers=merchant)).status_code == 204
    assert (await products.get(f"/{product['id']}")).status_code == 404
    assert (await products.get("/by-slug/trail-bottle")).status_code == 404
    assert (await products.get("")).json()["items"] == []
    seen = await products.get(f"/{product['id']}", headers=merchant)
    assert seen.json()["status"] == "archived"
    types = [row["type"] for row in query("SELECT type FROM outbox ORDER BY position")]
    assert types == ["product.changed", "product.deleted"]


async def test_draft_is_hidden_and_unpublishing_is_announced_as_deleted(
    products: httpx.AsyncClient, merchant: Headers, keys: Keys, query: Query
) -> None:
    product = await made(products, merchant, bottle())
    draft = bottle(status="draft")
    await products.put(f"/{product['id']}", json=draft, headers=merchant)
    assert (await products.get(f"/{product['id']}")).status_code == 404
    for headers in (keys.user("shopper"), keys.service("search", "products")):
        assert (await products.get(f"/{product['id']}", headers=headers)).status_code == 404
    last = query("SELECT type FROM outbox ORDER BY position DESC LIMIT 1")
    assert last == [{"type": "product.deleted"}]


async def test_stock_adjustment_is_audited_and_announced_when_sold_out(
    products: httpx.AsyncClient, merchant: Headers, query: Query
) -> None:
    product = await made(products, merchant, bottle())
    variant = product["variants"][0]["id"]
    path = f"/{product['id']}/variants/{variant}/stock"

    async def adjust(delta: Any) -> httpx.Response:
        body = {"delta": delta, "reason": "damaged"}
        return await products.post(path, json=body, headers=merchant)

    level = (await adjust(-2)).json()
    assert level == {
        "variant_id": variant,
        "on_hand": 3,
        "reserved": 0,
        "available": 3,
        "low_stock_at": None,
    }
    assert query("SELECT count(*) AS n FROM outbox") == [{"n": 1}]
    assert (await adjust(-3)).json()["available"] == 0
    assert query("SELECT count(*) AS n FROM outbox") == [{"n": 2}]
    assert [(await adjust(bad)).status_code for bad in (-1, 0, 10**7, 1.5, "1")] == [422] * 5
    assert query("SELECT sum(delta) AS total FROM stock_movements WHERE variant_id = %s", variant)[
        0
    ] == {"total": 0}
    unknown = f"/{product['id']}/variants/{new_id()}/stock"
    answer = await products.post(unknown, json={"delta": 1, "reason": "x"}, headers=merchant)
    assert (answer.status_code, answer.json()["code"]) == (404, "variant_not_found")


async def test_documentation_and_health(products: httpx.AsyncClient) -> None:
    schema = (await products.get("/openapi.json")).json()
    assert "/{product_id}/images" in schema["paths"]
    assert (await products.get("/ready")).json()["status"] == "ready"
