"""Reviews: only buyers write, merchants decide, ratings follow, accounts can be erased."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from deployments.products.application.erase_reviews import EraseReviews
from deployments.products.contract import ReviewInput
from deployments.products.infrastructure.settings import ProductsSettings
from deployments.products.infrastructure.unit_of_work import SqlProductsUnitOfWork
from deployments.shared.database import create_engine, create_session_factory
from deployments.shared.events import ACCOUNTS, Event
from deployments.shared.ids import new_id
from tests.service.products.conftest import Purchases, Query, bottle, simple
from tests.service.products.test_reservations import code
from tests.support import Keys

Headers = dict[str, str]
Body = dict[str, Any]


class Shoppers:
    """Buyers of one product, and the merchant who reads what they write."""

    def __init__(
        self, client: httpx.AsyncClient, keys: Keys, merchant: Headers, purchases: Purchases
    ) -> None:
        self._client = client
        self._keys = keys
        self._merchant = merchant
        self._purchases = purchases
        self.product = ""

    def buyer(self, user_id: UUID | None = None) -> Headers:
        user_id = user_id or new_id()
        self._purchases.add(user_id, self.product)
        return self._keys.user("customer", user_id=user_id)

    async def write(self, buyer: Headers, stars: int = 5, **more: Any) -> httpx.Response:
        path = f"/{self.product}/reviews/mine"
        return await self._client.put(path, json={"stars": stars} | more, headers=buyer)

    async def decide(self, review: str, state: str, **more: Any) -> httpx.Response:
        path = f"/reviews/{review}/decision"
        return await self._client.put(path, json={"state": state} | more, headers=self._merchant)

    async def published(self, stars: int, user_id: UUID | None = None, **more: Any) -> str:
        made = (await self.write(self.buyer(user_id), stars, **more)).json()
        assert (await self.decide(made["id"], "published")).status_code == 200
        identity: str = made["id"]
        return identity

    async def rating(self) -> Body:
        rating: Body = (await self._client.get(f"/{self.product}")).json()["rating"]
        return rating

    async def shown(self, **parameters: Any) -> Body:
        answer = await self._client.get(f"/{self.product}/reviews", params=parameters)
        body: Body = answer.json()
        return body


@pytest.fixture
async def shoppers(
    products: httpx.AsyncClient, keys: Keys, merchant: Headers, purchases: Purchases
) -> Shoppers:
    made = Shoppers(products, keys, merchant, purchases)
    answer = await products.post("", json=bottle(), headers=merchant)
    made.product = answer.json()["id"]
    return made


async def test_a_review_is_shown_and_rated_once_a_merchant_has_published_it(
    products: httpx.AsyncClient, shoppers: Shoppers, merchant: Headers, query: Query
) -> None:
    buyer = shoppers.buyer()
    answer = await shoppers.write(buyer, 4, title="Good", text="Hot.", display_name="Ada L.")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], made["author"], made["verified"]) == ("pending", "Ada L.", True)
    assert (await shoppers.shown())["items"] == []
    assert await shoppers.rating() == {"average": None, "count": 0}
    queue = (await products.get("/reviews", headers=merchant)).json()["items"]
    assert [(each["id"], each["product_title"]) for each in queue] == [(made["id"], "Trail bottle")]

    before = query("SELECT count(*) AS n FROM outbox")[0]["n"]
    for _ in range(2):
        decided = await shoppers.decide(made["id"], "published", updated_at=made["updated_at"])
        made = decided.json()
        assert made["state"] == "published"
    page = await shoppers.shown()
    assert page["items"][0]["text"] == "Hot."
    assert page["summary"] == {
        "average": 4.0,
        "count": 1,
        "distribution": {"1": 0, "2": 0, "3": 0, "4": 1, "5": 0},
    }
    assert await shoppers.rating() == {"average": 4.0, "count": 1}
    card = (await products.get("")).json()["items"][0]
    assert card["rating"] == {"average": 4.0, "count": 1}
    # Search is told once, so that it can index the rating.
    events = query("SELECT type FROM outbox OFFSET %s", before)
    assert events == [{"type": "product.changed"}]


async def test_only_who_bought_the_product_reviews_it(
    products: httpx.AsyncClient, shoppers: Shoppers, keys: Keys, purchases: Purchases
) -> None:
    assert code(await shoppers.write(keys.user("customer"))) == (403, "not_purchased")
    assert (await shoppers.write({})).status_code == 401
    assert code(await shoppers.write(keys.service("cart", "products"))) == (403, "user_required")
    buyer = shoppers.buyer()
    purchases.missing = True
    assert code(await shoppers.write(buyer)) == (503, "cart_unavailable")
    purchases.missing = False
    assert (await shoppers.write(buyer)).status_code == 201
    # Who has reviewed it has bought it: nobody is asked again.
    asked = purchases.asked
    assert (await shoppers.write(buyer, 3)).status_code == 200
    assert purchases.asked == asked
    path = f"/{new_id()}/reviews/mine"
    assert code(await products.put(path, json={"stars": 1}, headers=buyer)) == (
        404,
        "product_not_found",
    )


async def test_one_review_per_buyer_even_when_sent_many_times_at_once(
    shoppers: Shoppers, query: Query
) -> None:
    buyer = shoppers.buyer()
    answers = await asyncio.gather(*[shoppers.write(buyer, 1 + n % 5) for n in range(20)])
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert query("SELECT count(*) AS n FROM reviews")[0]["n"] == 1


async def test_rewriting_takes_the_review_off_the_page_until_it_is_read_again(
    products: httpx.AsyncClient, shoppers: Shoppers
) -> None:
    user = new_id()
    await shoppers.published(5, user, text="Great.")
    buyer = shoppers.buyer(user)
    assert (await shoppers.write(buyer, 5, text="Great.")).json()["state"] == "published"
    changed = (await shoppers.write(buyer, 1, text="Buy at other.example")).json()
    assert changed["state"] == "pending"
    assert (await shoppers.shown())["items"] == []
    assert await shoppers.rating() == {"average": None, "count": 0}
    mine = await products.get(f"/{shoppers.product}/reviews/mine", headers=buyer)
    assert mine.json() == changed


async def test_words_slipped_in_while_a_merchant_reads_are_not_published(
    shoppers: Shoppers,
) -> None:
    buyer = shoppers.buyer()
    read = (await shoppers.write(buyer, 5, text="Fine.")).json()
    await shoppers.write(buyer, 5, text="Buy at other.example")
    answer = await shoppers.decide(read["id"], "published", updated_at=read["updated_at"])
    assert code(answer) == (409, "review_changed")
    assert (await shoppers.shown())["items"] == []


async def test_a_rejected_review_tells_its_author_why(
    products: httpx.AsyncClient, shoppers: Shoppers
) -> None:
    buyer = shoppers.buyer()
    made = (await shoppers.write(buyer, 2)).json()
    assert code(await shoppers.decide(made["id"], "rejected")) == (422, "reason_required")
    await shoppers.decide(made["id"], "rejected", reason="names a person")
    mine = (await products.get(f"/{shoppers.product}/reviews/mine", headers=buyer)).json()
    assert (mine["state"], mine["reason"]) == ("rejected", "names a person")
    assert (await shoppers.shown())["items"] == []
    assert code(await shoppers.decide(str(new_id()), "published")) == (404, "review_not_found")


async def test_the_author_can_take_a_review_back_and_nobody_else(
    products: httpx.AsyncClient, shoppers: Shoppers
) -> None:
    user = new_id()
    await shoppers.published(2, user)
    await shoppers.published(4)
    path = f"/{shoppers.product}/reviews/mine"
    stranger = shoppers.buyer()
    assert code(await products.delete(path, headers=stranger)) == (404, "review_not_found")
    assert code(await products.get(path, headers=stranger)) == (404, "review_not_found")
    assert await shoppers.rating() == {"average": 3.0, "count": 2}
    assert (await products.delete(path, headers=shoppers.buyer(user))).status_code == 204
    assert await shoppers.rating() == {"average": 4.0, "count": 1}


async def test_the_rating_equals_the_published_reviews_after_races(
    products: httpx.AsyncClient, shoppers: Shoppers, query: Query
) -> None:
    buyers = [shoppers.buyer() for _ in range(8)]
    made = [(await shoppers.write(buyer, 1 + n % 5)).json() for n, buyer in enumerate(buyers)]
    work = []
    for n, (buyer, review) in enumerate(zip(buyers, made, strict=True)):
        work += [shoppers.decide(review["id"], "published") for _ in range(2)]
        work.append(shoppers.write(buyer, 5 - n % 5))
        work.append(shoppers.decide(review["id"], "rejected", reason="spam"))
        if n % 3 == 0:
            path = f"/{shoppers.product}/reviews/mine"
            work.append(products.delete(path, headers=buyer))
    answers = await asyncio.gather(*work)
    assert {answer.status_code for answer in answers} <= {200, 201, 204, 404, 409}
    for each in made:
        await shoppers.decide(each["id"], "published")
    stored = query("SELECT rating_sum AS stars, rating_count AS n FROM products")[0]
    true = query(
        "SELECT coalesce(sum(stars), 0) AS stars, count(*) AS n FROM reviews "
        "WHERE state = 'published'"
    )[0]
    assert stored == true
    assert true["n"] >= 5


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("newest", [2, 5, 3, 1, 4]), ("highest", [5, 4, 3, 2, 1]), ("lowest", [1, 2, 3, 4, 5])],
)
async def test_reviews_come_page_by_page_in_each_order(
    shoppers: Shoppers, sort: str, expected: list[int]
) -> None:
    for stars in (4, 1, 3, 5, 2):
        await shoppers.published(stars)
    found, cursor = [], None
    while True:
        parameters = {"sort": sort, "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = await shoppers.shown(**parameters)
        found += [each["stars"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == expected


async def test_cursors_of_other_lists_are_refused(
    products: httpx.AsyncClient, shoppers: Shoppers, merchant: Headers
) -> None:
    for stars in (1, 2, 3):
        await shoppers.published(stars)
        await shoppers.write(shoppers.buyer(), stars)
    cursor = (await shoppers.shown(sort="newest", limit=1))["next_cursor"]
    answer = await products.get("/reviews", params={"cursor": cursor}, headers=merchant)
    assert code(answer) == (422, "invalid_cursor")
    answer = await products.get(
        f"/{shoppers.product}/reviews", params={"sort": "highest", "cursor": cursor}
    )
    assert code(answer) == (422, "invalid_cursor")
    first = (await products.get("/reviews?limit=1", headers=merchant)).json()
    rest = await products.get(f"/reviews?cursor={first['next_cursor']}", headers=merchant)
    assert [each["stars"] for each in (*first["items"], *rest.json()["items"])] == [1, 2, 3]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"stars": 0},
        {"stars": 6},
        {"stars": 4.5},
        {"stars": "5"},
        {"stars": 5, "state": "published"},
        {"stars": 5, "user_id": str(new_id())},
        {"stars": 5, "text": "a\x00b"},
        {"stars": 5, "text": "x" * 5001},
        {"stars": 2**70},
    ],
)
async def test_bad_reviews_are_refused(
    products: httpx.AsyncClient, shoppers: Shoppers, body: Body
) -> None:
    path = f"/{shoppers.product}/reviews/mine"
    answer = await products.put(path, json=body, headers=shoppers.buyer())
    assert answer.status_code == 422


async def test_shoppers_neither_read_the_queue_nor_decide(
    products: httpx.AsyncClient, shoppers: Shoppers
) -> None:
    buyer = shoppers.buyer()
    made = (await shoppers.write(buyer)).json()
    assert code(await products.get("/reviews", headers=buyer)) == (403, "wrong_role")
    path = f"/reviews/{made['id']}/decision"
    answer = await products.put(path, json={"state": "published"}, headers=buyer)
    assert code(answer) == (403, "wrong_role")


async def test_reviews_of_a_hidden_product_are_not_shown(
    products: httpx.AsyncClient, shoppers: Shoppers, merchant: Headers
) -> None:
    user = new_id()
    await shoppers.published(5, user)
    await products.delete(f"/{shoppers.product}", headers=merchant)
    answer = await products.get(f"/{shoppers.product}/reviews")
    assert code(answer) == (404, "product_not_found")
    # Its author still has it in hand.
    path = f"/{shoppers.product}/reviews/mine"
    assert (await products.get(path, headers=shoppers.buyer(user))).json()["stars"] == 5


async def test_an_erased_account_leaves_published_reviews_without_a_name(
    products: httpx.AsyncClient,
    shoppers: Shoppers,
    merchant: Headers,
    settings: ProductsSettings,
    query: Query,
) -> None:
    user, other = new_id(), new_id()
    await shoppers.published(4, user, text="Hot.", display_name="Ada L.")
    await shoppers.published(2, other, display_name="Bob M.")
    second = (await products.post("", json=simple("B"), headers=merchant)).json()
    shoppers.product, first = second["id"], shoppers.product
    await shoppers.write(shoppers.buyer(user), 1, text="never read")
    shoppers.product = first

    engine = create_engine(settings.database_url)
    sessions = create_session_factory(engine)
    erase = EraseReviews(lambda: SqlProductsUnitOfWork(sessions))
    event = Event(ACCOUNTS, "account.erased", {"user_id": str(user)})
    foreign = Event(ACCOUNTS, "account.changed", {"user_id": str(other)})
    for _ in range(2):
        await erase([foreign, event])
    await engine.dispose()

    left = query("SELECT user_id, author, stars, text FROM reviews ORDER BY stars")
    assert left == [
        {"user_id": other, "author": "Bob M.", "stars": 2, "text": ""},
        {"user_id": None, "author": "Verified customer", "stars": 4, "text": "Hot."},
    ]
    assert await shoppers.rating() == {"average": 3.0, "count": 2}
    assert query("SELECT count(*) AS n FROM inbox")[0]["n"] == 1


async def test_auth_exports_what_a_user_wrote(
    products: httpx.AsyncClient, shoppers: Shoppers, keys: Keys
) -> None:
    user = new_id()
    await shoppers.published(4, user, text="Hot.", display_name="Ada L.")
    path = f"/internal/reviews/{user}"
    answer = await products.get(path, headers=keys.service("auth", "products"))
    reviews = answer.json()["reviews"]
    assert [(each["text"], each["author"], each["product_title"]) for each in reviews] == [
        ("Hot.", "Ada L.", "Trail bottle")
    ]
    for headers in (keys.user("admin", user_id=user), keys.service("cart", "products")):
        assert code(await products.get(path, headers=headers)) == (403, "service_only")


def test_the_contract_and_the_domain_agree_on_lengths() -> None:
    from deployments.products.domain import review

    fields = ReviewInput.model_json_schema()["properties"]
    assert fields["title"]["maxLength"] == review.MAX_TITLE
    assert fields["text"]["maxLength"] == review.MAX_TEXT
    assert fields["display_name"]["anyOf"][0]["maxLength"] == review.MAX_AUTHOR
