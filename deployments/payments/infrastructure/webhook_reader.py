"""Believes a webhook only when Stripe signed exactly these bytes a moment ago."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import stripe
from pydantic import SecretStr

from deployments.payments.application.ports import StripeEvent
from deployments.payments.infrastructure.stripe_objects import read_event
from deployments.shared.errors import DomainError

_TOLERANCE_SECONDS = 300
_SKEW_SECONDS = 5


class BadWebhook(DomainError):
    """400, as Stripe's documentation asks for."""


class WebhookReader:
    def __init__(self, secret: SecretStr, *, now: Callable[[], float] = time.time) -> None:
        self._secret = secret.get_secret_value()
        self._now = now

    def __call__(self, body: bytes, signature: str | None) -> StripeEvent:
        """Raises ``BadWebhook``."""
        try:
            # Checks the age by the machine's clock too; ours is checked below for both directions.
            stripe.WebhookSignature.verify_header(body, signature, self._secret, _TOLERANCE_SECONDS)
            age = self._now() - _timestamp(str(signature))
        except (stripe.SignatureVerificationError, ValueError, TypeError) as error:
            raise BadWebhook("bad_signature", "the signature is missing or wrong") from error
        if not -_SKEW_SECONDS <= age <= _TOLERANCE_SECONDS:
            # The SDK accepts timestamps in the future; a captured body could be kept for later.
            raise BadWebhook("bad_timestamp", "the signature is too old or from the future")
        try:
            return read_event(json.loads(body))
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise BadWebhook("bad_payload", "the body is not a Stripe event") from error


def _timestamp(header: str) -> int:
    """The first ``t=`` of the header, the one the signature was computed with."""
    pairs = (item.split("=", 2) for item in header.split(","))
    return next(int(pair[1]) for pair in pairs if pair[0] == "t")
