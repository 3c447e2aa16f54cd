"""The address book."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.service.auth.desk import ADDRESS, Desk, Person


async def add(desk: Desk, person: Person, **changes: Any) -> Any:
    return await desk.client.post("/me/addresses", json=ADDRESS | changes, headers=person.headers)


async def book(desk: Desk, person: Person) -> list[tuple[str, bool]]:
    answer = await desk.client.get("/me/addresses", headers=person.headers)
    return [(entry["city"], entry["is_default"]) for entry in answer.json()]


async def test_the_first_address_is_the_default_until_another_is_chosen(desk: Desk) -> None:
    ada = await desk.register()
    await add(desk, ada, city="Berlin")
    await add(desk, ada, city="Köln")
    assert await book(desk, ada) == [("Berlin", True), ("Köln", False)]
    await add(desk, ada, city="Bonn", is_default=True)
    assert await book(desk, ada) == [("Bonn", True), ("Köln", False), ("Berlin", False)]


async def test_an_address_is_read_changed_and_removed(desk: Desk) -> None:
    ada = await desk.register()
    entry = (await add(desk, ada)).json()
    path = f"/me/addresses/{entry['id']}"
    assert (await desk.client.get(path, headers=ada.headers)).json() == entry
    changed = await desk.client.put(path, json=ADDRESS | {"city": "Bonn"}, headers=ada.headers)
    assert changed.json() == entry | {"city": "Bonn", "is_default": True}
    assert (await desk.client.delete(path, headers=ada.headers)).status_code == 204
    for method in ("GET", "DELETE"):
        gone = await desk.client.request(method, path, headers=ada.headers)
        assert (gone.status_code, gone.json()["code"]) == (404, "address_not_found")


async def test_when_the_default_goes_the_newest_other_takes_its_place(desk: Desk) -> None:
    ada = await desk.register()
    first = (await add(desk, ada, city="Berlin")).json()
    await add(desk, ada, city="Köln")
    await add(desk, ada, city="Bonn")
    await desk.client.delete(f"/me/addresses/{first['id']}", headers=ada.headers)
    assert await book(desk, ada) == [("Bonn", True), ("Köln", False)]


async def test_another_persons_address_does_not_exist(desk: Desk) -> None:
    ada, bob = await desk.register(), await desk.register("bob@example.com")
    path = f"/me/addresses/{(await add(desk, ada)).json()['id']}"
    for method in ("GET", "PUT", "DELETE"):
        body = ADDRESS if method == "PUT" else None
        answer = await desk.client.request(method, path, json=body, headers=bob.headers)
        assert answer.status_code == 404
    assert len(await book(desk, ada)) == 1
    assert (await desk.client.get(path)).status_code == 401


async def test_a_book_holds_twenty_also_when_filled_at_once(desk: Desk) -> None:
    ada = await desk.register()
    answers = await asyncio.gather(*[add(desk, ada) for _ in range(25)])
    assert sorted(answer.status_code for answer in answers) == [201] * 20 + [409] * 5
    assert [default for _, default in await book(desk, ada)] == [True] + [False] * 19


async def test_of_defaults_chosen_at_once_one_stays(desk: Desk) -> None:
    ada = await desk.register()
    answers = await asyncio.gather(*[add(desk, ada, is_default=True) for _ in range(5)])
    assert {answer.status_code for answer in answers} == {201}
    assert [default for _, default in await book(desk, ada)].count(True) == 1


BAD: list[dict[str, Any]] = [
    {"country": "Germany"},
    {"line1": ""},
    {"city": "x" * 121},
    {"name": "Ada\x00"},
    {"user_id": "0198c5d2-0000-7000-8000-000000000000"},
    {"is_default": "yes please"},
]


async def test_a_bad_address_is_refused(desk: Desk) -> None:
    ada = await desk.register()
    for change in BAD:
        assert (await add(desk, ada, **change)).status_code == 422, change
    assert await book(desk, ada) == []
