from __future__ import annotations

from typing import Any

import pytest

from deployments.sandbox.stripe.errors import StripeFailure
from deployments.sandbox.stripe.parameters import amount_and_currency, bounds, metadata, parse_form


def test_brackets_nest_and_count() -> None:
    form = "amount=100&metadata[order]=7&types[0]=a&types[1]=b&card[number]=42&expand[]=x"
    assert parse_form(form) == {
        "amount": "100",
        "metadata": {"order": "7"},
        "types": ["a", "b"],
        "card": {"number": "42"},
        "expand": ["x"],
    }


def test_values_are_decoded_once() -> None:
    assert parse_form("description=a%26b%5Bc%5D+d&empty=") == {
        "description": "a&b[c] d",
        "empty": "",
    }


@pytest.mark.parametrize("form", ["a=1&a[b]=2", "[x]=1", "a[b=1"])
def test_a_name_that_makes_no_sense_is_refused(form: str) -> None:
    with pytest.raises(StripeFailure) as failure:
        parse_form(form)
    assert failure.value.status == 400


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1.5"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "49"}, "amount"),
        ({"amount": "100000000"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"currency": "euro"}, "currency"),
        ({"currency": ""}, "currency"),
    ],
)
def test_amounts_that_cant_be_charged_name_the_field(change: dict[str, Any], param: str) -> None:
    with pytest.raises(StripeFailure) as failure:
        amount_and_currency({"amount": "500", "currency": "eur"} | change)
    assert failure.value.error["param"] == param


def test_amount_and_currency_as_stripe_reads_them() -> None:
    assert amount_and_currency({"amount": "500", "currency": "EUR"}) == (500, "eur")


def test_metadata_with_counting_keys_stays_metadata() -> None:
    assert metadata(parse_form("metadata[0]=a&metadata[1]=b")) == {"0": "a", "1": "b"}


def test_created_bounds() -> None:
    assert bounds(parse_form("created[gte]=5&created[lt]=9"), "created") == {"gte": 5, "lt": 9}
    assert bounds({"created": "7"}, "created") == {"eq": 7}
