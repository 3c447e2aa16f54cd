"""Shopify's CSV: runs of rows with one handle become products."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.products.catalogue_file.open_file import open_product_file
from deployments.products.catalogue_file.problems import (
    ParsedProduct,
    RefusedProduct,
    UnreadableFileError,
)
from deployments.products.contract import ProductImport

HEADER = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,"
    "Variant Compare At Price,Variant Barcode,Image Src,Image Position,Variant Image,Status"
)
COLUMNS = HEADER.split(",")


def line(**cells: str) -> str:
    """A CSV line; names are the columns' with underscores for blanks."""
    by_column = {name.replace("_", " "): value for name, value in cells.items()}
    by_column["Body (HTML)"] = by_column.pop("Body", "")
    assert set(by_column) <= set(COLUMNS), by_column
    return ",".join('"' + by_column.get(name, "").replace('"', '""') + '"' for name in COLUMNS)


def parsed(folder: Path, *lines: str) -> list[ParsedProduct | RefusedProduct]:
    path = folder / "export.csv"
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    return list(open_product_file(path).products())


def only_product(found: list[ParsedProduct | RefusedProduct]) -> ProductImport:
    assert len(found) == 1
    assert isinstance(found[0], ParsedProduct)
    return found[0].product


def problems(found: list[ParsedProduct | RefusedProduct]) -> list[str]:
    refused = (each for each in found if isinstance(each, RefusedProduct))
    return [str(problem) for each in refused for problem in each.problems]


PLAIN = {"Handle": "blue-shirt", "Title": "Blue Shirt", "Variant_Price": "50"}


def test_a_product_takes_over_its_fields(tmp_path: Path) -> None:
    product = only_product(
        parsed(
            tmp_path,
            line(
                **PLAIN
                | {
                    "Body": "<p>Soft &amp; light</p>",
                    "Vendor": "Acme",
                    "Type": "Shirts",
                    "Tags": "men, summer, men",
                    "Published": "true",
                    "Option1_Name": "Title",
                    "Option1_Value": "Default Title",
                    "Variant_SKU": "'00123",
                    "Variant_Grams": "180",
                    "Variant_Inventory_Qty": "7",
                    "Variant_Compare_At_Price": "65.50",
                    "Variant_Barcode": "4006381333931",
                    "Image_Src": "https://pictures.example/a.jpg",
                }
            ),
        )
    )
    assert product.description == "Soft & light"
    assert (product.brand, product.category_names) == ("Acme", ["Shirts"])
    assert product.tags == ["men", "summer"]
    assert product.status == "published"
    assert product.attributes == {"Weight": "180 g"}
    assert product.image_urls == ["https://pictures.example/a.jpg"]
    (variant,) = product.variants
    assert (variant.sku, variant.price, variant.compare_at) == ("00123", 5000, 6550)
    assert (variant.on_hand, variant.barcode, variant.options) == (7, "4006381333931", {})


def test_rows_with_one_handle_are_variants_and_pictures_of_one_product(tmp_path: Path) -> None:
    product = only_product(
        parsed(
            tmp_path,
            line(
                **PLAIN
                | {
                    "Option1_Name": "Size",
                    "Option1_Value": "S",
                    "Option2_Name": "Colour",
                    "Option2_Value": "Blue",
                    "Image_Src": "https://pictures.example/2.jpg",
                    "Image_Position": "2",
                }
            ),
            line(Handle="blue-shirt", Option1_Value="M", Option2_Value="Blue", Variant_Price="51"),
            line(
                Handle="blue-shirt",
                Image_Src="https://pictures.example/1.jpg",
                Image_Position="1",
            ),
        )
    )
    assert [(each.options, each.price) for each in product.variants] == [
        ({"Size": "S", "Colour": "Blue"}, 5000),
        ({"Size": "M", "Colour": "Blue"}, 5100),
    ]
    assert [each[-5:] for each in product.image_urls] == ["1.jpg", "2.jpg"]


def test_a_missing_sku_is_made_from_handle_and_options_and_stays_the_same(tmp_path: Path) -> None:
    rows = [
        line(**PLAIN | {"Option1_Name": "Size", "Option1_Value": "XL"}),
        line(Handle="blue-shirt", Option1_Value="Größe 42", Variant_Price="50"),
    ]
    first, second = (only_product(parsed(tmp_path, *rows)) for _ in range(2))
    skus = [variant.sku for variant in first.variants]
    assert skus[0] == "blue-shirt-xl"
    assert len(set(skus)) == 2
    assert skus == [variant.sku for variant in second.variants]


def test_long_generated_skus_stay_within_the_limit_and_differ(tmp_path: Path) -> None:
    handle = "a-very-long-handle-" * 6
    rows = [
        line(
            Handle=handle,
            Title="Long" if not index else "",
            Variant_Price="1",
            Option1_Name="Size",
            Option1_Value=size,
        )
        for index, size in enumerate(("S", "M"))
    ]
    skus = [variant.sku for variant in only_product(parsed(tmp_path, *rows)).variants]
    assert len(set(skus)) == 2
    assert all(len(sku) <= 64 for sku in skus)


def test_a_bad_price_names_row_and_column_and_the_others_go_in(tmp_path: Path) -> None:
    found = parsed(
        tmp_path,
        line(**PLAIN),
        line(Handle="bad", Title="Bad", Variant_Price="abc"),
        line(Handle="dear", Title="Dear", Variant_Price="12.345"),
        line(Handle="good", Title="Good", Variant_Price="12,50"),
    )
    assert problems(found) == [
        "row 3, column Variant Price: 'abc' is not a price, write it like 12.50",
        "row 4, column Variant Price: '12.345' is not a whole number of the smallest coin of EUR",
    ]
    good = [each.product for each in found if isinstance(each, ParsedProduct)]
    assert [each.handle for each in good] == ["blue-shirt", "good"]
    assert good[1].variants[0].price == 1250


def test_every_problem_of_a_product_is_told(tmp_path: Path) -> None:
    found = parsed(
        tmp_path,
        line(Handle="x", Variant_Price="-1", Published="maybe"),
        line(Handle="x", Option1_Value="M", Variant_Price="1", Variant_Inventory_Qty="many"),
    )
    assert problems(found) == [
        "row 2, column Title: is empty",
        "row 2, column Variant Price: '-1' is not a price, write it like 12.50",
        "row 3, column Variant Inventory Qty: 'many' is not a number of pieces",
        "row 2, column Published: 'maybe' is neither true nor false",
    ]


def test_a_handle_that_comes_back_later_is_refused(tmp_path: Path) -> None:
    found = parsed(tmp_path, line(**PLAIN), line(**PLAIN | {"Handle": "other"}), line(**PLAIN))
    assert (
        problems(found)[0] == "row 4, column Handle: 'blue-shirt' is the product of row 2 already"
    )


def test_a_sku_used_twice_is_refused(tmp_path: Path) -> None:
    found = parsed(
        tmp_path,
        line(**PLAIN | {"Variant_SKU": "A1"}),
        line(Handle="other", Title="Other", Variant_Price="1", Variant_SKU="A1"),
    )
    assert problems(found) == ["row 3, column Variant SKU: 'A1' is used by the product of row 2"]


def test_a_product_without_a_handle_or_a_variant_is_refused(tmp_path: Path) -> None:
    found = parsed(tmp_path, line(Title="No handle"), line(Handle="x", Title="Only a picture"))
    assert problems(found) == [
        "row 2, column Handle: is empty",
        "row 3, column Variant Price: the product has no variant",
    ]


@pytest.mark.parametrize(
    ("published", "status", "expected"),
    [
        ("true", "", "published"),
        ("TRUE", "active", "published"),
        ("", "", "published"),
        ("false", "", "draft"),
        ("false", "active", "draft"),
        ("true", "draft", "draft"),
        ("true", "archived", "archived"),
    ],
)
def test_the_state_of_a_product(tmp_path: Path, published: str, status: str, expected: str) -> None:
    row = line(**PLAIN | {"Published": published, "Status": status})
    assert only_product(parsed(tmp_path, row)).status == expected


def test_a_crossed_out_price_that_is_not_higher_is_left_out(tmp_path: Path) -> None:
    row = line(**PLAIN | {"Variant_Compare_At_Price": "50.00"})
    assert only_product(parsed(tmp_path, row)).variants[0].compare_at is None


def test_a_barcode_that_is_no_gtin_is_left_out_with_a_remark(tmp_path: Path) -> None:
    (found,) = parsed(tmp_path, line(**PLAIN | {"Variant_Barcode": "SHELF-7"}))
    assert isinstance(found, ParsedProduct)
    assert found.product.variants[0].barcode is None
    assert [str(each) for each in found.remarks] == [
        "row 2, column Variant Barcode: 'SHELF-7' is no GTIN, left out"
    ]


def test_stock_below_zero_is_none(tmp_path: Path) -> None:
    row = line(**PLAIN | {"Variant_Inventory_Qty": "-3"})
    assert only_product(parsed(tmp_path, row)).variants[0].on_hand == 0


def test_quoted_line_breaks_and_unicode_survive_and_rows_count_as_a_spreadsheet_does(
    tmp_path: Path,
) -> None:
    found = parsed(
        tmp_path,
        line(**PLAIN | {"Body": 'erste Zeile\nzweite, "Zeile"', "Title": "Küchenmesser 包丁 🔪"}),
        line(Handle="bad", Title="Bad", Variant_Price="free"),
    )
    assert isinstance(found[0], ParsedProduct)
    assert found[0].product.title == "Küchenmesser 包丁 🔪"
    assert found[0].product.description == 'erste Zeile\nzweite, "Zeile"'
    assert problems(found)[0].startswith("row 3, column Variant Price")


def test_a_row_with_too_many_cells_is_refused_alone(tmp_path: Path) -> None:
    extra = line(Handle="wide", Title="Wide", Variant_Price="1") + ",more"
    found = parsed(tmp_path, line(**PLAIN), extra, line(**PLAIN | {"Handle": "last"}))
    assert problems(found) == [
        f"row 3: has {len(COLUMNS) + 1} cells where the header has {len(COLUMNS)}; "
        "a cell with a comma needs quotes"
    ]
    assert sum(isinstance(each, ParsedProduct) for each in found) == 2


def test_a_file_without_the_needed_columns_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("name,cost\nx,1\n")
    with pytest.raises(UnreadableFileError, match="no column 'Handle', 'Title', 'Variant Price'"):
        open_product_file(path, layout="shopify")


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "products", "variants"),
    [("apparel", 20, 22), ("home-and-garden", 20, 21), ("jewelery", 20, 23)],
)
def test_real_exports_are_read_completely(
    test_data: Path, name: str, products: int, variants: int
) -> None:
    found = list(open_product_file(test_data / "shopify" / f"{name}.csv").products())
    good = [each.product for each in found if isinstance(each, ParsedProduct)]
    assert (len(found), len(good)) == (products, products)
    assert sum(len(each.variants) for each in good) == variants
    assert all(each.image_urls for each in good)


@pytest.mark.parametrize(
    "cells",
    [
        {"Variant_Price": "9" * 100_000},
        {"Variant_Price": "1e5"},
        {"Variant_Price": "NaN"},
        {"Variant_Price": "-1"},
        {"Variant_Price": "1000001"},
        {"Variant_Price": "\u0661"},
        {"Variant_Inventory_Qty": "9" * 100_000},
        {"Variant_Inventory_Qty": "1e999999999"},
        {"Variant_Inventory_Qty": "Infinity"},
        {"Variant_Inventory_Qty": "1000001"},
        {"Title": "a\x01" * 200_000},
    ],
)
def test_hostile_cells_refuse_their_product_only(tmp_path: Path, cells: dict[str, str]) -> None:
    good = {"Handle": "good", "Title": "Good", "Variant_Price": "1"}
    bad = {"Handle": "bad", "Title": "Bad", "Variant_Price": "1"} | cells
    found = parsed(tmp_path, line(**bad), line(**good))
    assert [type(each) for each in found] == [RefusedProduct, ParsedProduct]


def test_odd_digits_in_a_position_are_no_number(tmp_path: Path) -> None:
    cells = {"Image_Src": "https://cdn.example.com/a.jpg", "Variant_Price": "1"}
    for position in ("\u00b2", "9" * 5_000, "-1"):
        row = line(Handle="h", Title="T", Image_Position=position, **cells)
        assert len(only_product(parsed(tmp_path, row)).image_urls) == 1
