"""Believes a webhook only when Stripe signed exactly these bytes a moment ago."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence

import stripe

from deployments.payments.application.ports import StripeEvent
from deployments.payments.infrastructure.stripe_objects import read_event
from deployments.shared.errors import DomainError

_TOLERANCE_SECONDS = 300
_SKEW_SECONDS = 5


class BadWebhook(DomainError):
    """400, as Stripe's documentation asks for."""


class WebhookReader:
    """``secrets``: while one is replaced by another, both sign."""

    def __init__(self, secrets: Sequence[str], *, now: Callable[[], float] = time.time) -> None:
        if not secrets or not all(secrets):
            raise ValueError("a webhook secret must not be empty")
        self._secrets = secrets
        self._now = now

    def __call__(self, body: bytes, signature: str | None) -> StripeEvent:
        """Raises ``BadWebhook``."""
        try:
            self._verify(body, signature)
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

    def _verify(self, body: bytes, signature: str | None) -> None:
        *others, last = self._secrets
        for secret in others:
            try:
                return self._verify_with(secret, body, signature)
            except stripe.SignatureVerificationError:
                continue
        return self._verify_with(last, body, signature)

    def _verify_with(self, secret: str, body: bytes, signature: str | None) -> None:
        # Checks the age by the machine's clock too; ours is checked above for both directions.
        stripe.WebhookSignature.verify_header(body, signature, secret, _TOLERANCE_SECONDS)


def _timestamp(header: str) -> int:
    """The first ``t=`` of the header, the one the signature was computed with."""
    pairs = (item.split("=", 2) for item in header.split(","))
    return next(int(pair[1]) for pair in pairs if pair[0] == "t")
