"""Slugs, categories, image addresses, the tree of categories."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.products.application.list_categories import with_subtrees
from deployments.products.application.read_models import CategoryNode
from deployments.products.domain.category import Category, paths_of
from deployments.products.domain.image import KEY, external_images
from deployments.products.domain.slugs import slugify, sort_key
from deployments.shared.errors import Invalid

SLUG = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Desk Lamp", "desk-lamp"),
        ("  Crème brûlée & Café!  ", "creme-brulee-cafe"),
        ("Straße nach Łódź", "strasse-nach-lodz"),
        ("ÆØÅ", "aeoa"),
        ("ﬁne ½ cup", "fine-1-2-cup"),
        ("日本", "fallback"),
        ("---", "fallback"),
        ("x" * 400, "x" * 150),
    ],
)
def test_slugs_are_plain_words(text: str, slug: str) -> None:
    assert slugify(text, fallback="fallback") == slug


@given(st.text())
def test_every_text_gives_a_valid_slug(text: str) -> None:
    slug = slugify(text, fallback="product")
    assert SLUG.fullmatch(slug)
    assert len(slug) <= 150


def test_titles_sort_without_case_and_accents() -> None:
    assert sorted(["zebra", "Äpfel", "apple", "Banane"], key=sort_key) == [
        "Äpfel",
        "apple",
        "Banane",
        "zebra",
    ]


def test_paths_lead_from_the_root() -> None:
    assert paths_of(["Outdoor", "Camping & Hiking"]) == ["outdoor", "outdoor/camping-hiking"]
    assert paths_of([]) == []
    kitchen = paths_of(["台所"])[0]
    assert SLUG.fullmatch(kitchen)
    assert paths_of(["台所"]) == [kitchen]
    assert paths_of(["本"]) != [kitchen]


@pytest.mark.parametrize("names", [[" "], ["x" * 201], ["a\0"], list("abcdefg")])
def test_bad_category_names_are_refused(names: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        paths_of(names)
    assert caught.value.code == "invalid_category"


def test_categories_nest_six_deep() -> None:
    parent: Category | None = None
    for name in "abcdef":
        parent = Category.below(parent, name)
    assert parent is not None
    assert parent.path == "a/b/c/d/e/f"
    with pytest.raises(Invalid):
        Category.below(parent, "g")


def test_counts_include_what_is_below_and_siblings_keep_their_positions() -> None:
    def node(path: str, position: int, count: int) -> CategoryNode:
        slug = path.rpartition("/")[2]
        return CategoryNode(UUID(int=0), slug, slug, path, None, position, count)

    nodes = [node("b", 1, 1), node("a/y", 0, 2), node("a", 2, 0), node("a/x", 0, 3)]
    assert [(n.path, n.product_count) for n in with_subtrees(nodes)] == [
        ("b", 1),
        ("a", 5),
        ("a/x", 3),
        ("a/y", 2),
    ]


def test_external_images_keep_their_order_and_come_once() -> None:
    urls = ["https://a.example/2.jpg", "http://a.example/1.jpg", "https://a.example/2.jpg"]
    images = external_images(urls, "alt")
    assert [(i.external_url, i.position) for i in images] == [(urls[0], 0), (urls[1], 1)]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/a.jpg",
        "//host/a.jpg",
        "javascript:alert(1)",
        "data:image/png;base64,AA",
        "ftp://host/a.jpg",
        "https:///a.jpg",
        "https://host/a b.jpg",
        "https://host/a\n.jpg",
        "https://host/" + "x" * 2000,
    ],
)
def test_only_absolute_web_addresses_are_images(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        external_images([url], "alt")
    assert caught.value.code == "invalid_image_url"


def test_media_keys_name_files_and_nothing_else() -> None:
    digest = "0123456789abcdef" * 2
    assert KEY.fullmatch(f"{digest}-640.webp")
    for bad in (f"{digest}-640.webp\n", f"../{digest}-640.webp", f"{digest}.webp", ""):
        assert not KEY.fullmatch(bad)
