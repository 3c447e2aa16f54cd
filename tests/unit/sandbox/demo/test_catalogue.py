"""The demo catalogue: what a shop's visitor, and the price comparison, rely on."""

from __future__ import annotations

from collections import Counter

from deployments.products.presentation.parsing import draft
from deployments.sandbox.demo.catalogue import (
    ean13,
    load_catalogue,
    load_demo_products,
)
from deployments.sandbox.demo.colours import PALETTE

CATALOGUE = load_catalogue()
VARIANTS = [variant for product in CATALOGUE for variant in product.variants]


def test_it_is_large_and_varied() -> None:
    assert len(CATALOGUE) >= 320
    departments = Counter(product.category_names[0] for product in CATALOGUE)
    assert len(departments) >= 14
    assert min(departments.values()) >= 15
    assert all(len(product.category_names) == 2 for product in CATALOGUE)
    assert len({product.brand for product in CATALOGUE}) >= 40


def test_titles_slugs_skus_and_barcodes_are_unique() -> None:
    for values in (
        [product.title for product in CATALOGUE],
        [product.slug for product in CATALOGUE],
        [product.handle for product in CATALOGUE],
        [variant.sku for variant in VARIANTS],
        [variant.barcode for variant in VARIANTS],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_barcodes_are_valid_in_store_numbers() -> None:
    for variant in VARIANTS:
        assert variant.barcode is not None
        assert variant.barcode[:2] in {str(prefix) for prefix in range(20, 30)}
        digits = [int(digit) for digit in variant.barcode]
        assert len(digits) == 13
        assert (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0, variant.barcode


def test_check_digits_of_known_numbers() -> None:
    assert ean13("400638133393") == "4006381333931"
    assert ean13("200000000000") == "2000000000008"


def test_every_product_tells_about_itself() -> None:
    for product in CATALOGUE:
        assert 100 <= len(product.description) <= 600, product.title
        assert len(product.attributes) >= 1, product.title
        assert len(product.tags) >= 1, product.title


def test_descriptions_are_written_one_by_one() -> None:
    beginnings = Counter(product.description[:25] for product in CATALOGUE)
    assert beginnings.most_common(1)[0][1] == 1
    sentences = Counter(
        sentence for product in CATALOGUE for sentence in product.description.split(". ")
    )
    repeated = {sentence for sentence, count in sentences.items() if count > 1}
    assert repeated <= {"Over eighteens only."}


def test_something_to_keep_coffee_hot_on_a_hike_is_no_title() -> None:
    mug = next(product for product in CATALOGUE if product.slug == "summit-travel-mug")
    assert not {"coffee", "hot", "hike", "keep"} & set(mug.title.lower().split())


def test_prices_end_sensibly_and_crossed_out_ones_are_higher() -> None:
    for variant in VARIANTS:
        assert variant.price > 0
        assert variant.price % 10 == 0, variant.sku
        assert variant.compare_at is None or variant.compare_at > variant.price
    assert sum(variant.compare_at is not None for variant in VARIANTS) > 50


def test_some_things_are_sold_out_but_most_are_not() -> None:
    sold_out = sum(not variant.on_hand for variant in VARIANTS)
    assert 10 <= sold_out <= 0.1 * len(VARIANTS)


def test_every_product_keeps_the_rules_of_the_catalogue() -> None:
    for product in CATALOGUE:
        draft(product).check()


def test_colours_can_be_painted() -> None:
    for entry in load_demo_products():
        assert set(entry.colours) | ({entry.tint} - {None}) <= set(PALETTE), entry.product.title


def test_it_is_the_same_every_time() -> None:
    first = [product.model_dump_json() for product in load_catalogue()]
    load_demo_products.cache_clear()
    assert [product.model_dump_json() for product in load_catalogue()] == first
