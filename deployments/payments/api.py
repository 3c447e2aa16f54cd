"""Composition of the payments service; knows no Ray."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI

from deployments.payments.application.cancel_order_payment import CancelOrderPayment
from deployments.payments.application.confirm_payment import ConfirmPayment
from deployments.payments.application.create_intent import CreateIntent
from deployments.payments.application.ensure_intent import EnsureIntent
from deployments.payments.application.process_events import ProcessEvents
from deployments.payments.application.read_payment import ReadPayment
from deployments.payments.application.receive_event import ReceiveEvent
from deployments.payments.application.reconcile_events import ReconcileEvents
from deployments.payments.application.record_intent import RecordIntent
from deployments.payments.application.refresh_unfinished import RefreshUnfinished
from deployments.payments.domain.payment import AMOUNT_DIFFERS
from deployments.payments.infrastructure.settings import PaymentsSettings
from deployments.payments.infrastructure.stripe_gateway import SdkStripeGateway
from deployments.payments.infrastructure.stripe_objects import read_intent
from deployments.payments.infrastructure.unit_of_work import SqlPaymentsUnitOfWork
from deployments.payments.infrastructure.webhook_reader import WebhookReader
from deployments.payments.presentation.routes import router
from deployments.payments.presentation.webhook_routes import router as webhook_router
from deployments.shared.errors import Conflict
from deployments.shared.outbox import OutboxReader, OutboxRelay
from deployments.shared.outbox_routes import outbox_router
from deployments.shared.service_app import Platform, Work, create_service_app
from deployments.shared.settings import ConfigurationError, PlatformSettings, require_secrets
from deployments.shared.tokens import TokenVerifier
from models.payments.tables import outbox

CONSTRAINTS = {
    "uq_payments_order_id": AMOUNT_DIFFERS,
    "uq_payments_stripe_intent_id": Conflict(
        "intent_taken", "this intent belongs to another payment"
    ),
}


def create_api(
    platform: PlatformSettings,
    settings: PaymentsSettings,
    *,
    verifier: TokenVerifier | None = None,
) -> FastAPI:
    """The payments service as an ASGI application.

    Raises:
        ConfigurationError: without Stripe's key or webhook secret, in production also with
            default ones.
    """
    secrets = {
        "MERCATO_PAYMENTS_STRIPE_API_KEY": settings.stripe_api_key,
        "MERCATO_PAYMENTS_STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secret,
    }
    for name, secret in secrets.items():
        if not secret.get_secret_value().strip():
            raise ConfigurationError(f"{name} must be set")
    require_secrets(platform, dict(secrets))

    @asynccontextmanager
    async def setup(parts: Platform) -> AsyncIterator[None]:
        stripe = SdkStripeGateway(settings)

        def begin() -> SqlPaymentsUnitOfWork:
            return SqlPaymentsUnitOfWork(parts.sessions)

        record = RecordIntent(begin, livemode=stripe.livemode)
        ensure = EnsureIntent(begin, stripe, record)
        read = ReadPayment(begin)
        state = parts.state
        state.outbox = OutboxReader(parts.sessions, outbox)
        state.read_payment = read
        state.create_intent = CreateIntent(begin, ensure)
        state.confirm_payment = ConfirmPayment(begin, read, ensure, stripe, record)
        state.cancel_order_payment = CancelOrderPayment(begin, ensure, stripe, record)
        state.receive_event = ReceiveEvent(begin, WebhookReader(settings.stripe_webhook_secret))
        state.reconcile_events = ReconcileEvents(begin, stripe)
        older_than = timedelta(seconds=settings.refresh_after_seconds)
        work: list[tuple[str, float, Work]] = [
            (
                "stripe-events",
                settings.events_poll_seconds,
                ProcessEvents(begin, stripe, record, read_intent),
            ),
            ("outbox", 0.2, OutboxRelay(parts.sessions, outbox, parts.redis).relay),
            ("reconciliation", settings.reconcile_seconds, state.reconcile_events),
            (
                "unfinished-payments",
                settings.refresh_seconds,
                RefreshUnfinished(begin, stripe, record, older_than=older_than),
            ),
        ]
        parts.background.extend(work)
        try:
            yield
        finally:
            await stripe.aclose()

    return create_service_app(
        service="payments",
        title="Mercato payments",
        description="Payments of orders through Stripe: intents, confirmation, webhooks.",
        platform=platform,
        settings=settings,
        setup=setup,
        routers=[outbox_router("cart"), router],
        unlimited_routers=[webhook_router],
        constraints=CONSTRAINTS,
        verifier=verifier,
    )
