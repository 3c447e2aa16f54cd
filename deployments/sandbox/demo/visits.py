"""Synthetic visits and orders of one day: the same day and catalogue give the same visits.

Every visit follows one path: search or browse, look at products, fill a cart, start the checkout,
pay. What is bought was in the cart before, and what is in the cart was looked at.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random
from uuid import UUID, uuid5

from deployments.analytics.contract import (
    AddedToCart,
    CheckoutStarted,
    ProductSearched,
    ProductViewed,
    Purchase,
    PurchaseLine,
    SearchClicked,
    VisitEvent,
)
from deployments.products.contract import ProductDetail, Variant
from deployments.sandbox.demo.catalogue import SOURCE, slug_of
from deployments.sandbox.demo.searches import SEARCHES, DemoSearch

_NAMESPACE = UUID("5d0a2f0e-6f1d-5e61-9f5b-6f1d2c0de001")
_SEED = "mercato-history"
_VISITS_A_DAY = 330
_CUSTOMERS = 4000
_REGULARS = 160
_FREE_SHIPPING_FROM = 50_00
_SHIPPING = 4_90
# Monday first.
_WEEKDAYS = (0.92, 0.9, 0.94, 0.98, 0.96, 1.12, 1.3)
_HOURS = tuple(range(6, 23))
_HOUR_WEIGHTS = (1, 2, 3, 4, 4, 5, 6, 5, 4, 4, 4, 5, 6, 8, 9, 7, 4)
_COUNTRIES = ("DE", "AT", "FR", "NL", "IT", "ES", "BE", "DK")
_COUNTRY_WEIGHTS = (34, 22, 12, 9, 8, 7, 5, 3)

Cart = list[tuple[ProductDetail, Variant, int]]


@dataclass(frozen=True)
class Shelf:
    """The catalogue as visitors see it: some products are far more popular than others."""

    products: Sequence[ProductDetail]

    @cached_property
    def weights(self) -> list[float]:
        ranks = list(range(1, len(self.products) + 1))
        Random(_SEED).shuffle(ranks)
        # Cheap things are looked at and bought more than dear ones.
        prices = (product.variants[0].price.amount for product in self.products)
        return [
            1 / (rank + 4) / max(price, 5_00) ** 0.35
            for rank, price in zip(ranks, prices, strict=True)
        ]

    @cached_property
    def departments(self) -> dict[str, tuple[list[ProductDetail], list[float]]]:
        found: dict[str, tuple[list[ProductDetail], list[float]]] = {}
        for product, weight in zip(self.products, self.weights, strict=True):
            products, weights = found.setdefault(department_of(product), ([], []))
            products.append(product)
            weights.append(weight)
        return found

    def pick(self, random: Random, department: str | None) -> ProductDetail:
        products, weights = self.departments.get(department or "", (self.products, self.weights))
        return random.choices(products, weights)[0]

    def companion(self, product: ProductDetail) -> ProductDetail:
        """What is often bought together with it: always the same."""
        return self.pick(Random(f"{_SEED}:with:{product.slug}"), department_of(product))


@dataclass
class Day:
    events: list[VisitEvent] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)


def department_of(product: ProductDetail) -> str:
    """Slug of the root category."""
    return product.category.path.split("/")[0] if product.category else ""


def day_of_visits(shelf: Shelf, day: date) -> Day:
    """All visits of ``day`` (UTC). Purchases are paid on the same day."""
    random = Random(f"{_SEED}:{day.isoformat()}")
    swell = 1 + 0.12 * math.sin(2 * math.pi * day.toordinal() / 23)
    count = round(_VISITS_A_DAY * _WEEKDAYS[day.weekday()] * swell * random.uniform(0.93, 1.07))
    made = Day()
    for number in range(count):
        _Visit(shelf, day, number, random, made).run()
    return made


class _Visit:
    def __init__(self, shelf: Shelf, day: date, number: int, random: Random, made: Day) -> None:
        self._shelf = shelf
        self._random = random
        self._made = made
        self._key = f"{day.isoformat()}:{number}"
        self._day = day
        self._session = uuid5(_NAMESPACE, f"{self._key}:session")
        hour = random.choices(_HOURS, _HOUR_WEIGHTS)[0]
        start = time(hour, random.randrange(60), random.randrange(60), tzinfo=UTC)
        self._now = datetime.combine(day, start)
        self._count = 0

    def run(self) -> None:
        random = self._random
        seen = self._search() if random.random() < 0.42 else []
        if seen is None:
            return
        department = department_of(seen[0]) if seen else None
        for _ in range(random.choices(range(6), (10, 30, 26, 18, 10, 6))[0]):
            stay = department if random.random() < 0.65 else None
            product = self._shelf.pick(random, stay)
            department = department or department_of(product)
            self._view(product)
            seen.append(product)
        if not seen:
            self._view(self._shelf.pick(random, None))
            return
        cart = self._fill_cart(seen)
        if cart and random.random() < 0.58:
            self._add(CheckoutStarted(**self._stamp(), item_count=sum(n for *_, n in cart)))
            if random.random() < 0.7:
                self._pay(cart)

    def _stamp(self) -> dict[str, object]:
        """Fields every event has; some seconds pass since the one before."""
        self._now += timedelta(seconds=self._random.randrange(4, 90))
        self._count += 1
        return {
            "event_id": uuid5(_NAMESPACE, f"{self._key}:{self._count}"),
            "session_id": self._session,
            "occurred_at": self._now,
        }

    def _add(self, event: VisitEvent) -> None:
        self._made.events.append(event)

    def _search(self) -> list[ProductDetail] | None:
        """Products opened from the results; None when nothing was found and the visitor left."""
        random = self._random
        search = random.choices(SEARCHES, [_interest(each, self._day) for each in SEARCHES])[0]
        found = 0 if search.department is None else 4 + len(search.query) % 23
        self._add(ProductSearched(**self._stamp(), query=search.query, result_count=found))
        if search.department is None:
            return None if random.random() < 0.7 else []
        if random.random() < 0.2:
            return []
        position = min(round(random.expovariate(0.6)) + 1, found)
        product = self._shelf.pick(random, slug_of(search.department))
        stamp = self._stamp()
        self._add(
            SearchClicked(**stamp, query=search.query, product_id=product.id, position=position)
        )
        self._view(product)
        return [product]

    def _view(self, product: ProductDetail) -> None:
        self._add(ProductViewed(**self._stamp(), product_id=product.id, title=product.title))

    def _fill_cart(self, seen: Sequence[ProductDetail]) -> Cart:
        cart: Cart = []
        for product in dict.fromkeys(each.slug for each in seen):
            chosen = next(each for each in seen if each.slug == product)
            if self._random.random() < 0.085:
                self._put(cart, chosen)
        if cart and self._random.random() < 0.28:
            companion = self._shelf.companion(cart[0][0])
            if all(line[0].slug != companion.slug for line in cart):
                self._view(companion)
                self._put(cart, companion)
        return cart

    def _put(self, cart: Cart, product: ProductDetail) -> None:
        variant = self._random.choice(product.variants)
        cheap = variant.price.amount < 20_00
        quantity = self._random.choices((1, 2, 3), (70, 22, 8) if cheap else (95, 5, 0))[0]
        self._add(
            AddedToCart(
                **self._stamp(),
                product_id=product.id,
                variant_id=variant.id,
                quantity=quantity,
            )
        )
        cart.append((product, variant, quantity))

    def _pay(self, cart: Cart) -> None:
        self._now += timedelta(seconds=self._random.randrange(60, 300))
        subtotal = sum(variant.price.amount * quantity for _, variant, quantity in cart)
        shipping = 0 if subtotal >= _FREE_SHIPPING_FROM else _SHIPPING
        regular = self._random.random() < 0.4
        customer = round(
            self._random.triangular(1, _REGULARS, 1)
            if regular
            else self._random.uniform(_REGULARS + 1, _CUSTOMERS)
        )
        purchase = Purchase(
            order_id=uuid5(_NAMESPACE, f"{self._key}:order"),
            order_number=f"D{self._day:%y%m%d}-{len(self._made.purchases) + 1:03d}",
            source=SOURCE,
            session_id=self._session,
            customer_key=f"demo-{customer:04d}",
            country=self._random.choices(_COUNTRIES, _COUNTRY_WEIGHTS)[0],
            currency=cart[0][1].price.currency,
            shipping=shipping,
            total=subtotal + shipping,
            paid_at=self._now,
            lines=[
                PurchaseLine(
                    product_id=product.id,
                    variant_id=variant.id,
                    sku=variant.sku,
                    title=product.title,
                    quantity=quantity,
                    unit_price=variant.price.amount,
                )
                for product, variant, quantity in cart
            ],
        )
        self._made.purchases.append(purchase)


def _interest(search: DemoSearch, day: date) -> float:
    """How much a query is asked on a day: each has its own wave, so that some are trending."""
    phase = Random(f"{_SEED}:{search.query}").uniform(0, 2 * math.pi)
    return search.weight * (1 + 0.8 * math.sin(2 * math.pi * day.toordinal() / 31 + phase))
