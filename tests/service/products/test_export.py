"""The exported file holds every product, runs no formula and can be read back."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import httpx

from deployments.products.catalogue_file.open_file import open_product_file
from deployments.products.catalogue_file.problems import ParsedProduct
from tests.service.products.conftest import bottle, simple
from tests.support import Keys

Headers = dict[str, str]
Body = dict[str, Any]


async def test_what_is_exported_is_read_back_as_it_was(
    products: httpx.AsyncClient, merchant: Headers, tmp_path: Path
) -> None:
    for name, parent in (("Outdoor", None), ("Camping & more", "outdoor")):
        body = {"name": name, "parent": parent}
        await products.post("/categories", json=body, headers=merchant)
    hostile = bottle(
        sku="=X",
        title='=HYPERLINK("http://evil.example")',
        description='+1 "quoted",\nsecond line; -2',
        brand="@brand",
        category="outdoor/camping-more",
        attributes={"=Material": "-Steel", "N\u00e4hte": "4"},
        tags=["=cmd", "two"],
    )
    many = {str(n): f"={n}" for n in range(5)}
    plain = simple("P", 5, 7, status="draft", description="")
    plain["variants"][0] |= {"options": many, "barcode": "01234567"}
    for body in (hostile, plain):
        answer = await products.post("", json=body, headers=merchant)
        assert answer.status_code == 201, answer.text

    exported = await products.get("/export", headers=merchant)
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    cells = [c for row in csv.reader(io.StringIO(exported.text)) for c in row]
    assert not [each for each in cells if each.startswith(("=", "+", "-", "@"))]

    path = tmp_path / "products.csv"
    path.write_bytes(exported.content)
    first, second = open_product_file(path).products()
    assert isinstance(first, ParsedProduct)
    assert isinstance(second, ParsedProduct)
    for parsed, sent in ((first, hostile), (second, plain)):
        read = parsed.product.model_dump(exclude_none=True)
        for name in ("title", "brand", "attributes", "tags"):
            assert read.get(name, type(read.get(name))()) == sent.get(name, read.get(name)), name
        for variant, original in zip(read["variants"], sent["variants"], strict=True):
            assert {k: variant[k] for k in original} == original
    assert first.product.category_names == ["Outdoor", "Camping & more"]
    assert second.product.status == "draft"


async def test_all_pages_of_the_catalogue_are_exported(
    products: httpx.AsyncClient, merchant: Headers, operator: Headers, keys: Keys
) -> None:
    items = [simple(f"S{n}", handle=f"h{n}") for n in range(201)]
    for start in (0, 200):
        batch = {"source": "s", "products": items[start : start + 200]}
        await products.post("/import", json=batch, headers=operator)
    rows = list(csv.DictReader(io.StringIO((await products.get("/export", headers=merchant)).text)))
    assert {row["Variant SKU"] for row in rows} == {f"S{n}" for n in range(201)}
    assert (await products.get("/export", headers=keys.user("customer"))).status_code == 403
    assert (await products.get("/export")).status_code == 401
