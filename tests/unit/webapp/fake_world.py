"""What there is in the fake world: products, accounts, carts, orders."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from deployments.auth.contract import Account, SavedAddress, Tokens
from deployments.cart.contract import Coupon, OrderView
from deployments.payments.contract import PaymentView
from deployments.products.contract import (
    CategoryReference,
    Image,
    ProductDetail,
    QueuedReview,
    StockMovement,
    Variant,
)
from deployments.search.contract import Synonym
from deployments.shared.errors import Forbidden, NotFound, Unauthenticated
from deployments.shared.ids import new_id
from deployments.shared.schemas import MoneySchema

GROUNDS = ("#EFE4D2", "#DCE9E1", "#F3DCD2", "#DFE5F0", "#EEDDE4", "#E7E4CE")
_NAMES = UUID("0198c2f4-7a52-7c3e-9f0a-6f1f6d5f2a11")


START = datetime(2026, 3, 1, 9, tzinfo=UTC)


PASSWORD = "correct horse battery"


_LONG = "Reading lamp with a very long name that needs two lines"
# title, category, brand, price, compare-at price, picture
_CATALOGUE: list[tuple[str, str, str, int, int | None, str]] = [
    ("Trail bottle 750 ml", "outdoor/camping", "Nordwind", 2490, 2990, "1f9cb"),
    ("Two-person dome tent", "outdoor/camping", "Fernweh", 18900, None, "26fa"),
    ("Canvas day backpack", "outdoor/bags", "Fernweh", 7900, 9900, "1f392"),
    ("Running shoes Velo 3", "sport/running", "Kite", 12900, None, "1f45f"),
    ("Training football", "sport/ball-games", "Kite", 2990, None, "26bd"),
    ("Travel guitar with gig bag", "music/strings", "Larkwood", 21900, 24900, "1f3b8"),
    ("Snare drum, maple", "music/drums", "Larkwood", 15900, None, "1f941"),
    (
        _LONG,
        "home/light",
        "Hygge & Sons",
        5990,
        None,
        "1f4a1",
    ),
    ("Linen armchair", "home/seating", "Hygge & Sons", 34900, 39900, "1fa91"),
    ("Cast-iron pan 26 cm", "kitchen/cookware", "Brasa", 4490, None, "1f373"),
    ("Teapot with strainer", "kitchen/tea-coffee", "Brasa", 3290, None, "1fad6"),
    ("Stovetop coffee maker", "kitchen/tea-coffee", "Brasa", 3990, None, "2615"),
    ("Film camera Mono 35", "tech/cameras", "Lumen", 27900, None, "1f4f7"),
    ("Wireless headphones", "tech/audio", "Lumen", 14900, 19900, "1f3a7"),
    ("Wooden train set", "toys/classics", "Klick", 4990, None, "1f682"),
    ("Plush bear, medium", "toys/classics", "Klick", 2490, None, "1f9f8"),
    ("Cotton T-shirt", "clothing/tops", "Plain", 1990, None, "1f455"),
    ("Wool scarf", "clothing/accessories", "Plain", 3990, None, "1f9e3"),
]
# title -> option -> values
_OPTIONS: dict[str, dict[str, list[str]]] = {
    "Trail bottle 750 ml": {
        "Colour": ["Navy", "Forest green", "Sand"],
        "Size": ["500 ml", "750 ml"],
    },
    "Canvas day backpack": {"Colour": ["Red", "Olive"]},
    "Running shoes Velo 3": {"Size": ["41", "42", "43"]},
    _LONG: {"Colour": ["Black", "Cream"]},
    "Wireless headphones": {"Colour": ["Black", "White", "Coral"]},
    "Cotton T-shirt": {"Colour": ["Navy", "White", "Rose"], "Size": ["S", "M", "L", "XL"]},
}


def identity(name: str) -> UUID:
    return uuid5(_NAMES, name)


def euro(amount: int) -> MoneySchema:
    return MoneySchema(amount=amount, currency="EUR")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _variants(slug: str, price: int, compare_at: int | None, options: dict[str, list[str]]) -> Any:
    combinations: list[dict[str, str]] = [{}]
    for name, values in options.items():
        combinations = [{**kept, name: value} for kept in combinations for value in values]
    return [
        Variant(
            id=identity(f"{slug}-{index}"),
            sku=f"{slug[:6].upper()}-{index:02}",
            options=combination,
            price=euro(price + (400 if index % 5 == 4 else 0)),
            compare_at=euro(compare_at) if compare_at else None,
            available=0 if index == 1 and len(combinations) > 1 else 3 + 7 * (index % 3),
            position=index,
            image_id=identity(f"{slug}-image-{index % 2}"),
        )
        for index, combination in enumerate(combinations)
    ]


def _product(index: int, row: Any) -> ProductDetail:
    title, path, brand, price, compare_at, picture = row
    options = _OPTIONS.get(title, {})
    slug = _slug(title)
    leaf = path.split("/")[1]
    return ProductDetail(
        id=identity(slug),
        slug=slug,
        title=title,
        description=(
            f"{title} by {brand}: made to be used every day and to be repaired, not replaced. "
            "Quiet in design, precise in the details.\n\n"
            "Comes in plain packaging with a booklet that says where each part is from."
        ),
        brand=brand,
        category=CategoryReference(slug=leaf, name=leaf.replace("-", " & ").title(), path=path),
        attributes={"Material": "Steel", "Weight": "320 g", "Made in": "Portugal"},
        status="published",
        images=[
            Image(
                id=identity(f"{slug}-image-{shade}"),
                url=f"/products/media/{picture}-{(index + 2 * shade) % len(GROUNDS)}",
                alt=title,
                width=800,
                height=800,
                position=shade,
            )
            for shade in range(2)
        ],
        variants=_variants(slug, price, compare_at, options),
        created_at=START + timedelta(days=index),
        updated_at=START + timedelta(days=index),
        version=1,
    )


@dataclass
class Cart:
    id: UUID = field(default_factory=new_id)
    version: int = 0
    lines: dict[UUID, tuple[UUID, int]] = field(default_factory=dict)


@dataclass
class World:
    """All there is, and what the store asked for (``calls``)."""

    products: dict[UUID, ProductDetail] = field(default_factory=dict)
    accounts: dict[str, tuple[Account, str]] = field(default_factory=dict)
    access: dict[str, UUID] = field(default_factory=dict)
    refresh: dict[str, UUID] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    carts: dict[str, Cart] = field(default_factory=dict)
    orders: dict[UUID, OrderView] = field(default_factory=dict)
    owners: dict[UUID, UUID] = field(default_factory=dict)
    keys: dict[str, UUID] = field(default_factory=dict)
    payments: dict[UUID, PaymentView] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    addresses: dict[UUID, SavedAddress] = field(default_factory=dict)
    mailed: dict[str, UUID] = field(default_factory=dict)
    coupons: dict[str, Coupon] = field(default_factory=dict)
    entered: dict[UUID, str] = field(default_factory=dict)
    changed_prices: dict[UUID, int] = field(default_factory=dict)
    refunds: dict[str, UUID] = field(default_factory=dict)
    bought: set[UUID] = field(default_factory=set)
    reviews: dict[UUID, QueuedReview] = field(default_factory=dict)
    authors: dict[UUID, UUID] = field(default_factory=dict)
    synonyms: list[Synonym] = field(default_factory=list)
    movements: dict[UUID, list[StockMovement]] = field(default_factory=dict)
    disabled: set[UUID] = field(default_factory=set)
    stale_tokens: set[str] = field(default_factory=set)
    retry_after: int = 0
    free_delivery: bool = False
    sessions: list[UUID | None] = field(default_factory=list)
    settle_seconds: float = 0.0
    stale: bool = False
    pictures: Path | None = None

    def __post_init__(self) -> None:
        for index, row in enumerate(_CATALOGUE):
            product = _product(index, row)
            self.products[product.id] = product
        self.add_account("shopper@example.com", "Ada Lovelace")
        self.add_account("merchant@example.com", "Milan Merchant", roles=("merchant", "shopper"))
        self.add_account("admin@example.com", "Adrian Admin", roles=("admin", "shopper"))

    def add_account(
        self,
        email: str,
        name: str,
        password: str = PASSWORD,
        roles: tuple[str, ...] = ("shopper",),
        *,
        verified: bool = True,
    ) -> Account:
        account = Account(
            id=new_id(),
            email=email,
            email_verified=verified,
            name=name,
            roles=list(roles),
            created_at=START,
        )
        self.accounts[email] = (account, password)
        return account

    def account(self, user_id: UUID) -> Account:
        return next(a for a, _ in self.accounts.values() if a.id == user_id)

    def change_account(self, user_id: UUID, password: str | None = None, **changes: Any) -> Account:
        old = self.account(user_id)
        _, kept = self.accounts.pop(old.email)
        new = old.model_copy(update=changes)
        self.accounts[new.email] = (new, password or kept)
        return new

    def end_sign_ins(self, user_id: UUID) -> None:
        """Refuse all tokens there are, as after a change of the account."""
        self.stale_tokens |= {t for t, owner in self.access.items() if owner == user_id}
        self.refresh = {t: owner for t, owner in self.refresh.items() if owner != user_id}

    def tokens(self, account: Account) -> Tokens:
        access, refresh = f"access-{new_id()}", f"refresh-{new_id()}"
        self.access[access] = self.refresh[refresh] = account.id
        return Tokens(access_token=access, expires_in=900, refresh_token=refresh, account=account)

    def variant(self, variant_id: UUID) -> tuple[ProductDetail, Variant]:
        for product in self.products.values():
            for variant in product.variants:
                if variant.id == variant_id:
                    return product, variant
        raise NotFound("unknown_variant", "there is no such variant")

    def user(self, authorization: str | None) -> UUID | None:
        token = (authorization or "").removeprefix("Bearer ")
        if token in self.stale_tokens:
            raise Unauthenticated("token_revoked", "the account has changed; sign in again")
        return self.access.get(token)

    def require_role(self, authorization: str | None, *roles: str) -> UUID:
        user = self.require(authorization)
        if not {*roles, "admin"} & set(self.account(user).roles):
            raise Forbidden("wrong_role", f"this needs the role {' or '.join(roles)}")
        return user

    def require(self, authorization: str | None) -> UUID:
        user = self.user(authorization)
        if user is None:
            raise Unauthenticated("not_authenticated", "sign in first")
        return user
