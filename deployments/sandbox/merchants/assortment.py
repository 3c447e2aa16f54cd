"""What a demo merchant offers on a day, derived from the demo catalogue.

Everything follows from the shop, the article and the date, so that two runs on one day read the
same prices and a run of next week finds some of them changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from random import Random

from deployments.products.contract import ProductImport, VariantInput
from deployments.sandbox.demo.catalogue import load_catalogue
from deployments.sandbox.merchants.own_articles import OWN_ARTICLES
from deployments.sandbox.merchants.shops import Shop
from deployments.sandbox.merchants.titles import write_title

_SEED = "mercato merchants"
_MULTIPACK_SHARE = 0.05
_MULTIPACK_BELOW = 4000
_OTHER_SIZE_SHARE = 0.05
_MEASURE = re.compile(r"\b(\d+)(\s?(?:ml|l|g|kg|cm)\b)")


@dataclass(frozen=True, slots=True)
class Article:
    """One thing a shop sells. ``price`` and ``shipping`` are minor units of its currency;
    articles of one ``group`` share a page."""

    key: str
    group: str
    title: str
    description: str
    category: str
    price: int
    shipping: int
    in_stock: bool
    brand: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    pack: int = 1


def _random(*parts: object) -> Random:
    return Random(":".join(map(str, (_SEED, *parts))))


def _shop_price(amount: float) -> int:
    """A price as shops write it: ending in .95 or .90, above 100 in whole units."""
    units = amount / 100
    if units >= 100:
        return round(units) * 100
    return max(round(units) * 100 - (5 if units >= 10 else 10), 90)


def _level(shop: Shop, handle: str, day: date) -> float:
    """The shop's price of a product against ours on ``day``."""
    level = shop.level * _random(shop.key, handle, "level").lognormvariate(0, 0.07)
    week = _random(shop.key, handle, day.isocalendar()[:2])
    if week.random() < 0.3:
        level *= week.uniform(0.96, 1.04)
    if week.random() < 0.06:
        level *= 0.88
    return level


def _shipping(shop: Shop, price: int) -> int:
    return 0 if price >= shop.free_from else shop.shipping


def _gtin(shop: Shop, barcode: str | None, random: Random) -> str | None:
    if barcode is None or random.random() >= shop.gtin_share:
        return None
    # One system pads to GTIN-14, another treats the number as a number.
    return random.choice((barcode, barcode, barcode.zfill(14), barcode.lstrip("0")))


def _article(shop: Shop, product: ProductImport, variant: VariantInput, day: date) -> Article:
    random = _random(shop.key, variant.sku)
    brand = product.brand if product.brand and random.random() < shop.brand_share else None
    price = _shop_price(variant.price * shop.units_per_euro * _level(shop, product.handle, day))
    availability = _random(shop.key, variant.sku, day.isocalendar()[:2])
    has_part = random.random() < shop.part_share
    model = "-".join(variant.sku.split("-")[:2])
    return Article(
        key=variant.sku.lower(),
        group=product.handle,
        title=write_title(shop, product.title, brand or "", variant.options, random),
        description=product.description,
        category=" > ".join(product.category_names),
        price=price,
        shipping=_shipping(shop, price),
        in_stock=availability.random() < shop.in_stock_share,
        brand=brand,
        gtin=_gtin(shop, variant.barcode, random),
        # Some name the variant's number, some only the model's.
        mpn=(variant.sku if random.random() < 0.6 else model) if has_part else None,
        options=variant.options,
    )


def _multipack(shop: Shop, article: Article) -> Article:
    price = _shop_price(article.price * 3 * 0.9)
    return replace(
        article,
        key=f"{article.key}-x3",
        group=f"{article.group}-x3",
        title=f"{article.title} - Pack of 3",
        price=price,
        shipping=_shipping(shop, price),
        gtin=None,
        pack=3,
    )


def _other_size(article: Article) -> Article | None:
    """The article in a size our catalogue does not have: it must match nothing of ours."""
    if not _MEASURE.search(article.title):
        return None
    title = _MEASURE.sub(lambda found: f"{int(found[1]) * 3}{found[2]}", article.title)
    options = {
        name: _MEASURE.sub(lambda found: f"{int(found[1]) * 3}{found[2]}", value)
        for name, value in article.options.items()
    }
    return replace(
        article,
        key=f"{article.key}-xl",
        group=f"{article.group}-xl",
        title=title,
        options=options,
        price=round(article.price * 1.9),
        gtin=None,
        mpn=None,
    )


def _own(shop: Shop, day: date) -> Iterator[Article]:
    for number, (title, brand, category, euros) in enumerate(OWN_ARTICLES):
        key = f"own-{number:02d}"
        if _random(shop.key, key).random() < 0.6:
            price = _shop_price(euros * 100 * shop.units_per_euro * _level(shop, key, day))
            yield Article(
                key=key,
                group=key,
                title=title,
                description=f"{title} from {brand}, chosen by {shop.name}.",
                category=category,
                price=price,
                shipping=_shipping(shop, price),
                in_stock=True,
                brand=brand,
                mpn=f"{brand[:2].upper()}{number:04d}",
            )


def _carried(shop: Shop, product: ProductImport, day: date) -> Iterator[Article]:
    random = _random(shop.key, product.handle)
    if random.random() >= shop.assortment_share:
        return
    kept = [v for v in product.variants if random.random() < 0.7] or product.variants[:1]
    articles = [_article(shop, product, variant, day) for variant in kept[:6]]
    yield from articles
    if random.random() < _MULTIPACK_SHARE and articles[0].price < _MULTIPACK_BELOW:
        yield _multipack(shop, articles[0])
    if random.random() < _OTHER_SIZE_SHARE and (other := _other_size(articles[-1])):
        yield other


@lru_cache(maxsize=8)
def assortment(shop: Shop, day: date) -> tuple[Article, ...]:
    """Everything ``shop`` offers on ``day``."""
    carried = (article for product in load_catalogue() for article in _carried(shop, product, day))
    return (*carried, *_own(shop, day))
