from __future__ import annotations

import time

import stripe

from deployments.sandbox.stripe.webhooks import signature


def test_the_sdk_accepts_the_sandboxs_signature() -> None:
    payload = '{"a": "ö"}'
    header = signature(payload, "whsec_x", int(time.time()))
    assert stripe.WebhookSignature.verify_header(payload, header, "whsec_x", 300)


def test_the_signature_is_the_sdks_own() -> None:
    expected = stripe.WebhookSignature.generate_signature_header("{}", "whsec_x", 1_700_000_000)
    assert signature("{}", "whsec_x", 1_700_000_000) == expected
