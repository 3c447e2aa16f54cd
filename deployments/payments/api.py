"""Composition of the payments service; knows no Ray."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI

from deployments.payments.application.cancel_order_payment import CancelOrderPayment
from deployments.payments.application.confirm_payment import ConfirmPayment
from deployments.payments.application.create_intent import CreateIntent
from deployments.payments.application.ensure_intent import EnsureIntent
from deployments.payments.application.follow_dispute_event import (
    FollowDisputeEvent,
    FollowFraudEvent,
)
from deployments.payments.application.follow_intent_event import FollowIntentEvent
from deployments.payments.application.follow_refund_event import FollowRefundEvent
from deployments.payments.application.list_for_merchant import ListForMerchant
from deployments.payments.application.ports import EventHandler, UnitOfWorkFactory
from deployments.payments.application.process_events import ProcessEvents
from deployments.payments.application.read_payment import ReadPayment
from deployments.payments.application.receive_event import ReceiveEvent
from deployments.payments.application.reconcile_events import ReconcileEvents
from deployments.payments.application.record_intent import RecordIntent
from deployments.payments.application.record_refund import RecordRefund
from deployments.payments.application.refresh_unfinished import RefreshUnfinished
from deployments.payments.application.refund_payment import RefundPayment
from deployments.payments.application.settle_refund import SettleRefund
from deployments.payments.application.sweep_refunds import SweepRefunds
from deployments.payments.domain.payment import AMOUNT_DIFFERS
from deployments.payments.domain.refund import REFUND_DIFFERS
from deployments.payments.infrastructure.settings import PaymentsSettings
from deployments.payments.infrastructure.stripe_circuit import StripeCircuit, StripeLane
from deployments.payments.infrastructure.stripe_client import StripeCalls, StripeConnection
from deployments.payments.infrastructure.stripe_gateway import SdkStripeGateway
from deployments.payments.infrastructure.stripe_money_back import SdkMoneyBackGateway
from deployments.payments.infrastructure.stripe_objects import read_intent, read_refund
from deployments.payments.infrastructure.unit_of_work import SqlPaymentsUnitOfWork
from deployments.payments.infrastructure.webhook_reader import WebhookReader
from deployments.payments.presentation.merchant_routes import router as merchant_router
from deployments.payments.presentation.refund_routes import router as refund_router
from deployments.payments.presentation.routes import router
from deployments.payments.presentation.webhook_routes import router as webhook_router
from deployments.shared.clean_up import CLEAN_UP_SECONDS, OUTBOX_KEPT, CleanUp
from deployments.shared.errors import Conflict
from deployments.shared.outbox import OutboxReader, OutboxRelay
from deployments.shared.outbox_routes import outbox_router
from deployments.shared.service_app import Platform, Work, create_service_app
from deployments.shared.settings import ConfigurationError, PlatformSettings, require_secrets
from deployments.shared.tokens import TokenVerifier
from models.payments.tables import CancelledOrderRow, StripeEventRow, outbox

# Work that no request waits for: patient, and few calls at once.
_BACKGROUND_PLACES = 12
_BACKGROUND_SECONDS = 30.0

CONSTRAINTS = {
    "uq_payments_order_id": AMOUNT_DIFFERS,
    "uq_payments_stripe_intent_id": Conflict(
        "intent_taken", "this intent belongs to another payment"
    ),
    "pk_refunds": REFUND_DIFFERS,
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
    _check_secrets(platform, settings)

    @asynccontextmanager
    async def setup(parts: Platform) -> AsyncIterator[None]:
        connection = StripeConnection(settings)

        def begin() -> SqlPaymentsUnitOfWork:
            return SqlPaymentsUnitOfWork(parts.sessions)

        circuit = StripeCircuit()
        places, seconds = settings.stripe_concurrency, settings.stripe_answer_seconds
        _answer_requests(
            parts,
            begin,
            StripeCalls(connection, StripeLane(circuit, places=places, seconds=seconds)),
            settings,
        )
        background = StripeLane(circuit, places=_BACKGROUND_PLACES, seconds=_BACKGROUND_SECONDS)
        _work_by_itself(parts, begin, StripeCalls(connection, background), settings)
        try:
            yield
        finally:
            await connection.aclose()

    return create_service_app(
        service="payments",
        title="Mercato payments",
        description="Payments of orders through Stripe: intents, webhooks, refunds, disputes.",
        platform=platform,
        settings=settings,
        setup=setup,
        routers=[outbox_router("cart"), merchant_router, refund_router, router],
        unlimited_routers=[webhook_router],
        constraints=CONSTRAINTS,
        verifier=verifier,
    )


def _check_secrets(platform: PlatformSettings, settings: PaymentsSettings) -> None:
    if not settings.stripe_api_key.get_secret_value().strip():
        raise ConfigurationError("MERCATO_PAYMENTS_STRIPE_API_KEY must be set")
    if not settings.webhook_secrets:
        raise ConfigurationError("MERCATO_PAYMENTS_STRIPE_WEBHOOK_SECRET must be set")
    require_secrets(platform, {"MERCATO_PAYMENTS_STRIPE_API_KEY": settings.stripe_api_key})
    for secret in settings.webhook_secrets:
        require_secrets(platform, {"MERCATO_PAYMENTS_STRIPE_WEBHOOK_SECRET": secret})
    if platform.is_production and settings.stripe_api_base.startswith("http://"):
        raise ConfigurationError(
            "MERCATO_PAYMENTS_STRIPE_API_BASE must be empty, or https, in production: "
            "Stripe's key is sent there"
        )


def _answer_requests(
    parts: Platform, begin: UnitOfWorkFactory, calls: StripeCalls, settings: PaymentsSettings
) -> None:
    stripe, money_back = SdkStripeGateway(calls, shop=settings.shop), SdkMoneyBackGateway(calls)
    record = RecordIntent(begin, stripe)
    ensure = EnsureIntent(begin, stripe, record)
    read = ReadPayment(begin)
    state = parts.state
    state.read_payment = read
    state.list_for_merchant = ListForMerchant(begin)
    state.create_intent = CreateIntent(begin, ensure)
    state.confirm_payment = ConfirmPayment(
        begin, read, ensure, stripe, record, store_url=parts.settings.store_url
    )
    state.cancel_order_payment = CancelOrderPayment(begin, ensure, stripe, record)
    settle = SettleRefund(begin, money_back, RecordRefund(begin))
    state.refund_payment = RefundPayment(begin, settle)
    state.receive_event = ReceiveEvent(begin, WebhookReader(settings.webhook_secrets))


def _work_by_itself(
    parts: Platform, begin: UnitOfWorkFactory, calls: StripeCalls, settings: PaymentsSettings
) -> None:
    stripe, money_back = SdkStripeGateway(calls, shop=settings.shop), SdkMoneyBackGateway(calls)
    record, record_refund = RecordIntent(begin, stripe), RecordRefund(begin)
    follow_refund = FollowRefundEvent(begin, money_back, record_refund, read_refund)
    follow_fraud = FollowFraudEvent(begin)
    handlers: Mapping[str, EventHandler] = {
        "payment_intent.": FollowIntentEvent(
            begin, stripe, record, read_intent, shop=settings.shop
        ),
        "refund.": follow_refund,
        "charge.refund.": follow_refund,
        "charge.dispute.": FollowDisputeEvent(begin, money_back),
        "radar.early_fraud_warning.": follow_fraud,
        "review.opened": follow_fraud,
    }
    state = parts.state
    every = timedelta(seconds=settings.reconcile_seconds)
    state.reconcile_events = ReconcileEvents(begin, stripe, every=every)
    state.sweep_refunds = SweepRefunds(begin, SettleRefund(begin, money_back, record_refund))
    older_than = timedelta(seconds=settings.refresh_after_seconds)
    state.refresh_unfinished = RefreshUnfinished(begin, stripe, record, older_than=older_than)
    state.outbox = OutboxReader(parts.sessions, outbox)
    state.process_events = ProcessEvents(begin, handlers)
    kept = timedelta(days=settings.keep_events_days)
    state.clean_up = CleanUp(
        parts.sessions,
        (outbox.c.published_at, OUTBOX_KEPT),
        (StripeEventRow.__table__.c.processed_at, kept),
        (CancelledOrderRow.__table__.c.cancelled_at, kept),
    )
    work: list[tuple[str, float, Work]] = [
        ("stripe-events", settings.events_poll_seconds, state.process_events),
        ("outbox", 0.2, OutboxRelay(parts.sessions, outbox, parts.redis).relay),
        # Looks often whether the reading is due, so that one a killed replica left is made up.
        ("reconciliation", min(10.0, settings.reconcile_seconds), state.reconcile_events),
        ("unfinished-payments", settings.refresh_seconds, state.refresh_unfinished),
        ("pending-refunds", settings.refund_poll_seconds, state.sweep_refunds),
        ("clean-up", CLEAN_UP_SECONDS, state.clean_up),
    ]
    parts.background.extend(work)
