"""Which webhooks are believed."""

from __future__ import annotations

import json
import time

import pytest

from deployments.payments.infrastructure.webhook_reader import BadWebhook, WebhookReader
from tests.sandbox_support import WEBHOOK_SECRET, signed

EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "charge.succeeded",
    "created": 1_700_000_000,
    "livemode": False,
    "data": {"object": {"id": "ch_1"}},
}
PAYLOAD = json.dumps(EVENT)


def read(header: str | None, payload: str = PAYLOAD) -> str:
    reader = WebhookReader([WEBHOOK_SECRET])
    return reader(payload.encode(), header).id


def header(payload: str = PAYLOAD, secret: str = WEBHOOK_SECRET, age: int = 0) -> str:
    return signed(payload, secret, int(time.time()) - age)["Stripe-Signature"]


def test_what_stripe_signed_is_read() -> None:
    assert read(header()) == "evt_1"


def test_one_good_signature_among_others_is_enough() -> None:
    assert read(f"{header()},v1=00,v0=11") == "evt_1"


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "",
        "nonsense",
        "t=now,v1=0",
        "t=1",
        "v1=0",
        "t=1,v1=\xe9",
        pytest.param(header(secret="whsec_another"), id="another-secret"),
        pytest.param(header(payload=PAYLOAD + " "), id="another-text"),
        pytest.param(header().replace("v1=", "v0="), id="another-scheme"),
        pytest.param(header().replace("t=", "t=9"), id="another-time"),
    ],
)
def test_a_wrong_signature_is_refused(bad: str | None) -> None:
    with pytest.raises(BadWebhook) as error:
        read(bad)
    assert (error.value.status, error.value.code) == (400, "bad_signature")


@pytest.mark.parametrize("age", [-4, 0, 290])
def test_a_signature_of_the_last_five_minutes_counts(age: int) -> None:
    assert read(header(age=age)) == "evt_1"


@pytest.mark.parametrize("age", [302, 86_400])
def test_an_old_signature_is_refused(age: int) -> None:
    with pytest.raises(BadWebhook):
        read(header(age=age))


@pytest.mark.parametrize("age", [-30, -3600, -(10**12)])
def test_a_signature_from_the_future_is_refused(age: int) -> None:
    with pytest.raises(BadWebhook) as error:
        read(header(age=age))
    assert error.value.code == "bad_timestamp"


def test_the_time_that_was_signed_is_the_time_that_counts() -> None:
    old, now = header(age=4000), int(time.time())
    for forged in (f"t={now},{old}", f"{old},t={now}"):
        with pytest.raises(BadWebhook):
            read(forged)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "[]",
        "null",
        "{}",
        "7",
        "{",
        json.dumps(EVENT | {"id": 7}),
        json.dumps(EVENT | {"id": ""}),
        json.dumps(EVENT | {"id": "e" * 300}),
        json.dumps(EVENT | {"type": None}),
        json.dumps(EVENT | {"created": "soon"}),
        json.dumps(EVENT | {"created": 10**20}),
        json.dumps(EVENT | {"data": {"object": "ch_1"}}),
        json.dumps(EVENT | {"data": []}),
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(payload: str) -> None:
    with pytest.raises(BadWebhook) as error:
        read(header(payload=payload), payload)
    assert error.value.code == "bad_payload"


def test_a_body_that_is_no_text_is_refused() -> None:
    reader = WebhookReader([WEBHOOK_SECRET])
    with pytest.raises(BadWebhook):
        reader(b"\xff\xfe", header())


def test_while_a_secret_is_replaced_both_count() -> None:
    reader = WebhookReader(["whsec_new", WEBHOOK_SECRET])
    for secret in ("whsec_new", WEBHOOK_SECRET):
        assert reader(PAYLOAD.encode(), header(secret=secret)).id == "evt_1"
    with pytest.raises(BadWebhook):
        reader(PAYLOAD.encode(), header(secret="whsec_old"))


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_a", ""]])
def test_an_empty_secret_signs_nothing(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        WebhookReader(secrets)
