"""Any table with one product a row."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from deployments.products.catalogue_file.mapping import parse_mapping, suggest
from deployments.products.catalogue_file.open_file import open_product_file
from deployments.products.catalogue_file.problems import (
    ParsedProduct,
    RefusedProduct,
    UnreadableFileError,
)


def parse(
    folder: Path, text: str, *options: str, minor: bool = False
) -> list[ParsedProduct | RefusedProduct]:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    opened = open_product_file(path, map_options=options, minor_prices=minor)
    return list(opened.products())


def test_columns_are_recognised_by_common_names() -> None:
    columns = ["Product ID", "Product Name", "Unit Price", "Supplier", "EAN", "Qty"]
    assert suggest(columns) == {
        "handle": "Product ID",
        "title": "Product Name",
        "price": "Unit Price",
        "brand": "Supplier",
        "barcode": "EAN",
    }


def test_options_win_over_what_is_recognised_and_may_leave_a_field_out() -> None:
    columns = ["id", "title", "price", "net", "brand", "colour"]
    mapping = parse_mapping(["price=net", "brand=", "attribute:Shade=colour"], columns)
    assert mapping.columns == {"handle": "id", "title": "title", "price": "net"}
    assert mapping.attributes == {"Shade": "colour"}


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("title", "write it as field=column"),
        ("titel=name", "no field 'titel'"),
        ("title=nome", "no column 'nome'; it has id, name, price"),
    ],
)
def test_wrong_options_say_what_there_is(option: str, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        parse_mapping([option], ["id", "name", "price"])


def test_unknown_columns_lead_to_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        parse(tmp_path, "artnr,bezeichnung,preis,brand\n1,Tasse,3,Acme\n")
    message = str(caught.value)
    assert "--map handle=COLUMN --map title=COLUMN --map price=COLUMN" in message
    assert "The file has artnr, bezeichnung, preis, brand" in message
    assert "recognised: brand=brand" in message


def test_a_row_becomes_a_product_with_one_variant(tmp_path: Path) -> None:
    (found,) = parse(
        tmp_path,
        "id,title,description,brand,category,tags,price,rrp,ean,stock,image\n"
        '7,Mug,<b>Hot</b> drinks,Acme,Kitchen > Cups,"a, b",12.90,15,2000000000008,4,'
        "https://p.example/1.jpg\n",
    )
    assert isinstance(found, ParsedProduct)
    product = found.product
    assert (product.handle, product.title, product.description) == ("7", "Mug", "Hot drinks")
    assert product.category_names == ["Kitchen", "Cups"]
    assert product.tags == ["a", "b"]
    assert product.image_urls == ["https://p.example/1.jpg"]
    (variant,) = product.variants
    assert (variant.sku, variant.price, variant.compare_at) == ("7", 1290, 1500)
    assert (variant.barcode, variant.on_hand) == ("2000000000008", 4)


def test_pairs_and_flags_become_attributes(tmp_path: Path) -> None:
    (found,) = parse(
        tmp_path,
        "id,title,price,specs,features\n"
        '1,Lamp,3,"width: 5.0 | ratio: 16:9 | empty: ",dimmable | foldable\n',
        "pairs=specs",
        "flags=features",
        "attribute:Article=id",
    )
    assert isinstance(found, ParsedProduct)
    assert found.product.attributes == {
        "Article": "1",
        "width": "5.0",
        "ratio": "16:9",
        "dimmable": "yes",
        "foldable": "yes",
    }


def test_attribute_columns_are_recognised_by_their_values(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("id,title,price,specs,features,note\n1,A,1,a: 1 | b: 2,x | y,plain words\n")
    assert open_product_file(path).mapping_options == [
        "handle=id",
        "title=title",
        "price=price",
        "pairs=specs",
        "flags=features",
    ]


@pytest.mark.parametrize(("minor", "cents"), [(False, 129900), (True, 1299)])
def test_the_unit_of_prices(tmp_path: Path, minor: bool, cents: int) -> None:
    (found,) = parse(tmp_path, "id,title,price\n1,A,1299\n", minor=minor)
    assert isinstance(found, ParsedProduct)
    assert found.product.variants[0].price == cents


def test_rows_that_cannot_be_used_name_row_column_and_reason(tmp_path: Path) -> None:
    found = parse(
        tmp_path,
        "id,title,price,stock\n"
        "1,,3,1\n"
        "2,No price,,1\n"
        '3,Odd price,"1,299.00",1\n'
        "4,Half a piece,3,1.5\n"
        "5,Good,3,1\n"
        "5,Twice,3,1\n",
    )
    refused = [each for each in found if isinstance(each, RefusedProduct)]
    assert [str(each.problems[0]) for each in refused] == [
        "row 2, column title: is empty",
        "row 3, column price: is empty",
        "row 4, column price: '1,299.00' is not a price, write it like 12.50",
        "row 5, column stock: '1.5' is not a whole number of pieces",
        "row 7, column id: '5' is the product of row 6 already",
    ]


def test_too_long_titles_are_cut_with_a_remark(tmp_path: Path) -> None:
    (found,) = parse(tmp_path, f"id,title,price\n1,{'long ' * 90},3\n")
    assert isinstance(found, ParsedProduct)
    assert len(found.product.title) <= 300
    assert str(found.remarks[0]) == "row 2, column title: cut to 300 characters"


@pytest.mark.data
def test_the_chorus_catalogue_is_read_completely(test_data: Path) -> None:
    path = test_data / "chorus" / "products.parquet"
    opened = open_product_file(path, minor_prices=True)
    assert opened.mapping_options == [
        "handle=product_id",
        "title=title",
        "description=description",
        "brand=supplier",
        "category=product_type",
        "price=price",
        "pairs=attrs_text",
        "pairs=attrs_num",
        "flags=attrs_bool",
    ]
    count = cents = 0
    for each in opened.products():
        assert isinstance(each, ParsedProduct), each
        count += 1
        cents += each.product.variants[0].price
    assert count == 19_406
    assert cents == pl.read_parquet(path, columns=["price"])["price"].sum()
