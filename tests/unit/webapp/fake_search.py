"""Search of the fake catalogue: it understands a price and a colour, and knows two misspellings."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query

from deployments.products.contract import ProductCard, ProductDetail
from deployments.search.contract import (
    Alternatives,
    Chip,
    Facet,
    FacetValue,
    FilterValue,
    IndexStatus,
    IndexVersionInfo,
    Offer,
    PriceComparison,
    PriceSpan,
    Reason,
    SearchHit,
    SearchResponse,
    Suggestion,
    Synonym,
    SynonymInput,
)
from deployments.shared.errors import Conflict, NotFound
from deployments.shared.ids import new_id
from tests.unit.webapp.fake_catalogue import filtered, in_order
from tests.unit.webapp.fake_world import START, World, euro
from webapp.views import card_of_detail

Authorization = Annotated[str | None, Header()]
_UNDER = re.compile(r"under (\d+)")
_SPELLING = {"bottel": "bottle"}
_MEANT = {"lamb": "lamp"}


def search_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/ai")
    _synonyms(world, router)

    @router.get("/search")
    async def search(
        *,
        query: str,
        category: str = "",
        brand: Annotated[list[str] | None, Query()] = None,
        attr: Annotated[list[str] | None, Query()] = None,
        rating_min: int = 0,
        price_min: int = 0,
        price_max: int = 10**9,
        in_stock: bool = False,
        literal: Annotated[list[str] | None, Query()] = None,
        sort: str = "relevance",
    ) -> SearchResponse:
        chips = _chips(query, literal or [])
        asked_max = min([price_max, *(int(c.filters[0].value) for c in chips)])

        def found(low: int, high: int) -> list[ProductDetail]:
            products = filtered(world, category, brand, low, high, in_stock)
            return like(products)

        def like(products: list[ProductDetail]) -> list[ProductDetail]:
            if "hike" in query or "bottle" in query or "bottel" in query:
                return [p for p in products if p.category and "outdoor" in p.category.path]
            return [] if "zzz" in query else products

        products = found(price_min, asked_max)
        cards = in_order(products, sort)
        alternatives = None
        if not cards and chips:
            near = in_order(found(price_min, price_max), sort)
            alternatives = Alternatives(
                relaxed=chips[0].filters,
                label=f"without “{chips[0].label}”",
                items=_hits(near[:3]),
                total=len(near),
            )
        elif not cards and "near" in query:
            near = in_order(list(world.products.values()), sort)[:3]
            alternatives = Alternatives(relaxed=[], label="", items=_hits(near), total=3)
        corrected = next((query.replace(w, c) for w, c in _SPELLING.items() if w in query), None)
        return SearchResponse(
            query=query,
            searched=_UNDER.sub("", query).strip(),
            corrected_query=None if query in (literal or []) else corrected,
            did_you_mean=next((query.replace(w, c) for w, c in _MEANT.items() if w in query), None),
            chips=chips,
            items=_hits(cards),
            total=len(cards),
            alternatives=alternatives,
            facets=_facets(
                products, like(filtered(world, category, None, price_min, asked_max, in_stock))
            ),
            prices=_prices(cards),
            mode="lexical" if "slow" in query else "hybrid",
            index_version="1",
            took_ms=3,
        )

    @router.get("/suggest")
    async def suggest(query: str, limit: int = 8) -> list[Suggestion]:
        typed = query.lower()
        queries = ("keep coffee hot on a hike", "bottle under 30", "warm scarf")
        cards = in_order(list(world.products.values()), "relevance")
        paths = {p.category.path: p.category.name for p in world.products.values() if p.category}
        rows = [
            *(Suggestion(kind="query", text=q, target=q) for q in queries if typed in q),
            *(
                Suggestion(kind="category", text=name, target=path)
                for path, name in paths.items()
                if name.lower().startswith(typed)
            ),
            *(
                Suggestion(kind="product", text=card.title, target=str(card.id), product=card)
                for card in cards
                if typed in card.title.lower()
            ),
        ]
        return rows[:limit]

    @router.get("/similar/{product_id}")
    async def similar(product_id: UUID, limit: int = 8) -> list[ProductCard]:
        return in_order(list(world.products.values()), "relevance")[:limit]

    @router.get("/prices/{product_id}")
    async def prices(product_id: UUID) -> PriceComparison:
        ours = card_of_detail(world.products[product_id]).price_from
        offers = [
            Offer(
                merchant=merchant,
                title="the same",
                url=f"https://{merchant.lower()}.example/p/1",
                price=euro(ours.amount + step),
                shipping=euro(shipping),
                total=euro(ours.amount + step + shipping),
                in_stock=stock,
                matched_by="gtin",
                confidence=1,
                fetched_at=START,
            )
            for merchant, step, shipping, stock in (
                ("Bergkauf", -150, 0, True),
                ("Allerlei", 210, 0, True),
                ("Preisfuchs", 40, 490, False),
            )
        ]
        return PriceComparison(
            product_id=product_id, our_price=ours, offers=offers, position=2, updated_at=START
        )

    return router


def _chips(query: str, literal: list[str]) -> list[Chip]:
    found = _UNDER.search(query)
    if found is None or found[0] in literal:
        return []
    most = FilterValue(name="price_max", value=f"{found[1]}00")
    return [Chip(kind="price", label=f"under {found[1]}.00 EUR", words=found[0], filters=[most])]


def _hits(cards: list[ProductCard]) -> list[SearchHit]:
    reasons = [Reason(kind="meaning"), Reason(kind="title", text="bottle"), Reason(kind="exact")]
    return [
        SearchHit(
            product=card, score=0.5, matched_by=["meaning"], why=[reasons[index % len(reasons)]]
        )
        for index, card in enumerate(cards)
    ]


def _facets(products: list[ProductDetail], of_any_brand: list[ProductDetail]) -> list[Facet]:
    brands = Counter(product.brand or "" for product in of_any_brand)
    categories = Counter((c.path, c.name) for product in products if (c := product.category))
    materials = Counter(product.attributes["Material"] for product in products)
    if not products:
        return []
    return [
        Facet(
            field="category",
            values=[
                FacetValue(value=path, label=name, count=n)
                for (path, name), n in categories.items()
            ],
        ),
        Facet(
            field="brand",
            values=[FacetValue(value=b, label=b, count=n) for b, n in brands.most_common()],
        ),
        Facet(
            field="attr",
            name="Material",
            values=[
                *(
                    FacetValue(value=f"Material:{m}", label=m, count=n)
                    for m, n in materials.items()
                ),
                FacetValue(value="Material:Wood", label="Wood", count=2),
            ],
        ),
        Facet(field="rating_min", values=[FacetValue(value="4", label="4", count=2)]),
    ]


def _prices(cards: list[ProductCard]) -> PriceSpan | None:
    if not cards:
        return None
    amounts = [card.price_from.amount for card in cards]
    return PriceSpan(min=min(amounts), max=max(amounts), currency="EUR")


def _synonyms(world: World, router: APIRouter) -> None:
    def known(synonym_id: UUID) -> Synonym:
        for synonym in world.synonyms:
            if synonym.id == synonym_id:
                return synonym
        raise NotFound("unknown_synonym", "there is no such synonym")

    def checked(body: SynonymInput, own: UUID | None = None) -> None:
        for synonym in world.synonyms:
            if synonym.id != own and set(synonym.terms) & set(body.terms):
                raise Conflict("synonym_taken", "one of these terms is in another synonym")

    @router.get("/synonyms")
    async def synonyms(authorization: Authorization = None) -> list[Synonym]:
        world.require_role(authorization, "merchant")
        return world.synonyms

    @router.post("/synonyms", status_code=201)
    async def add(body: SynonymInput, authorization: Authorization = None) -> Synonym:
        world.require_role(authorization, "merchant")
        checked(body)
        world.synonyms.append(Synonym(id=new_id(), **body.model_dump()))
        return world.synonyms[-1]

    @router.put("/synonyms/{synonym_id}")
    async def change(
        synonym_id: UUID, body: SynonymInput, authorization: Authorization = None
    ) -> Synonym:
        world.require_role(authorization, "merchant")
        checked(body, synonym_id)
        at = world.synonyms.index(known(synonym_id))
        world.synonyms[at] = Synonym(id=synonym_id, **body.model_dump())
        return world.synonyms[at]

    @router.delete("/synonyms/{synonym_id}", status_code=204)
    async def delete(synonym_id: UUID, authorization: Authorization = None) -> None:
        world.require_role(authorization, "merchant")
        world.synonyms.remove(known(synonym_id))

    @router.get("/index/status")
    async def status(authorization: Authorization = None) -> IndexStatus:
        world.require_role(authorization, "merchant")
        version = IndexVersionInfo(
            name="v1",
            model="all-MiniLM-L6-v2",
            status="active",
            vectors=17,
            coverage=17 / 18,
            created_at=START,
            activated_at=START,
        )
        return IndexStatus(documents=18, pending=1, versions=[version])
