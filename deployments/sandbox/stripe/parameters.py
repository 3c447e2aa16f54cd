"""Form-encoded parameters with nested brackets, and the checks Stripe makes on them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from deployments.sandbox.stripe.errors import invalid

Parameters = dict[str, Any]
_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_CURRENCY_MINIMUM = {"jpy": 50, "krw": 100}


def parse_form(text: str) -> Parameters:
    """``a[b]=1&c[0]=2&d[]=3`` becomes ``{"a": {"b": "1"}, "c": ["2"], "d": ["3"]}``."""
    result: Parameters = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        match = _KEY.match(key)
        if match is None:
            raise invalid(f"Invalid parameter name: {key}", code="parameter_unknown", param=key)
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        _put(result, path, value, key)
    return {name: _listed(value) for name, value in result.items()}


def _put(target: Parameters, path: list[str], value: str, key: str) -> None:
    for part in path[:-1]:
        inner = target.setdefault(part or str(len(target)), {})
        if not isinstance(inner, dict):
            raise invalid(f"Invalid parameter: {key}", param=key)
        target = inner
    target[path[-1] or str(len(target))] = value


def _listed(value: Any) -> Any:
    """Objects whose keys count from 0 are lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(item) for key, item in value.items()}
    if inner and list(inner) == [str(i) for i in range(len(inner))]:
        return list(inner.values())
    return inner


def check_known(params: Parameters, known: Collection[str]) -> None:
    for name in params:
        if name not in known:
            raise invalid(
                f"Received unknown parameter: {name}", code="parameter_unknown", param=name
            )


def text(params: Parameters, name: str) -> str | None:
    value = params.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise invalid(f"Invalid string: {name}", param=name)
    return value


def required(params: Parameters, name: str) -> str:
    value = text(params, name)
    if value is None:
        raise invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)
    return value


def integer(params: Parameters, name: str) -> int | None:
    value = text(params, name)
    if value is None:
        return None
    if not re.fullmatch(r"-?\d{1,12}", value):
        raise invalid(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def flag(params: Parameters, name: str) -> bool:
    value = text(params, name)
    if value not in (None, "true", "false"):
        raise invalid(f"Invalid boolean: {value}", param=name)
    return value == "true"


def amount_and_currency(params: Parameters) -> tuple[int, str]:
    """A chargeable amount in minor units and its lower-case currency."""
    raw = required(params, "amount")
    amount = integer(params, "amount") or 0
    currency = required(params, "currency").lower()
    if not re.fullmatch(r"[a-z]{3}", currency):
        raise invalid(f"Invalid currency: {currency}", param="currency")
    if amount < 1:
        raise invalid(
            "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param="amount",
        )
    if amount < _CURRENCY_MINIMUM.get(currency, 50):
        raise invalid(
            f"The amount of {raw} {currency} is below the smallest that can be charged.",
            code="amount_too_small",
            param="amount",
        )
    if amount > 99_999_999:
        raise invalid(
            "Amount must be no more than 999999.99", code="amount_too_large", param="amount"
        )
    return amount, currency


def metadata(params: Parameters) -> dict[str, str]:
    value = params.get("metadata") or {}
    if isinstance(value, list):
        value = dict(zip(map(str, range(len(value))), value, strict=True))
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise invalid("Invalid object", param="metadata")
    return {k: v for k, v in value.items() if v != ""}


def bounds(params: Parameters, name: str) -> dict[str, int]:
    """``created=…`` or ``created[gte]=…`` as comparison -> Unix time."""
    value = params.get(name)
    if value is None:
        return {}
    given = value if isinstance(value, dict) else {"eq": value}
    check_known(given, ("gt", "gte", "lt", "lte", "eq"))
    return {key: integer(given, key) or 0 for key in given}
