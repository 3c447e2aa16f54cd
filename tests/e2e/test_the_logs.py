"""Runs last: what the whole stack has logged holds no secret and nobody's address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from deployments.sandbox.demo.accounts import PASSWORD
from tests.stack_fixture import Stack

pytestmark = pytest.mark.stack

JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")
EMAIL = re.compile(r"[\w.+-]+@(?!mercato\b)[\w-]+\.(?:com|org|net|test|example)\b")
SHORTEST_SECRET = 16


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)


@pytest.fixture(scope="module")
def lines(stack: Stack) -> list[str]:
    found = [
        f"{path.name}: {line}"
        for path in sorted(stack.layout.logs.glob("*.log*"))
        for line in path.read_text(errors="replace").splitlines()
    ]
    assert len(found) > 100, "a run logs more than that"
    return found


def test_no_secret_is_in_the_logs(stack: Stack, lines: list[str]) -> None:
    kept = json.loads((stack.layout.data / "secrets.json").read_text())
    secrets = [text for text in _texts(kept) if len(text) >= SHORTEST_SECRET] + [PASSWORD]
    assert len(secrets) > 10
    assert [line for line in lines if any(secret in line for secret in secrets)] == []


def test_no_token_and_no_address_is_in_the_logs(lines: list[str]) -> None:
    assert [line for line in lines if JWT.search(line) or EMAIL.search(line)] == []
