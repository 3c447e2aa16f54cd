"""Composition of the sandbox: one process, one database, one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from deployments.sandbox import home
from deployments.sandbox.database import open_database
from deployments.sandbox.mail import routes as mail_routes
from deployments.sandbox.mail.mailbox import Mailbox
from deployments.sandbox.mail.server import smtp_server
from deployments.sandbox.merchants.routes import router as merchants_router
from deployments.sandbox.settings import SandboxSettings
from deployments.sandbox.stripe import authentication_page, fault_routes
from deployments.sandbox.stripe import routes as stripe_routes
from deployments.sandbox.stripe.calls import StripeCalls
from deployments.sandbox.stripe.disputes import Disputes
from deployments.sandbox.stripe.events import EventLog
from deployments.sandbox.stripe.faults import Faults
from deployments.sandbox.stripe.later import Later
from deployments.sandbox.stripe.payment_intents import PaymentIntents
from deployments.sandbox.stripe.payment_methods import PaymentMethods
from deployments.sandbox.stripe.refunds import Refunds
from deployments.sandbox.stripe.routes import StripeApi
from deployments.sandbox.stripe.store import ObjectStore
from deployments.sandbox.stripe.webhooks import WebhookSender
from deployments.shared.error_responses import install_error_handlers
from deployments.shared.http_limits import BodyLimit
from deployments.shared.settings import PlatformSettings
from deployments.shared.telemetry import configure_logging

_LARGEST_BODY = 1_000_000


@asynccontextmanager
async def _parts(app: FastAPI, settings: SandboxSettings) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        database = stack.enter_context(closing(open_database(settings.data_folder)))
        faults = Faults()
        sender = WebhookSender(
            database,
            faults,
            url=settings.webhook_url,
            secret=settings.webhook_secret.get_secret_value(),
            retry_seconds=settings.webhook_retry_seconds,
            retry_max_seconds=settings.webhook_retry_max_seconds,
        )
        store = ObjectStore(database)
        deliver = bool(settings.webhook_url)
        events = EventLog(database, store, deliver=deliver, wake=sender.wake)
        methods = PaymentMethods(store)
        later = Later(database, settings.settle_seconds)
        refunds, disputes = Refunds(store, events, later), Disputes(store, events)
        calls = StripeCalls(
            database,
            events,
            faults,
            api_key=settings.api_key.get_secret_value(),
            publishable_key=settings.publishable_key,
        )
        app.state.database = database
        app.state.faults = faults
        app.state.stripe = StripeApi(
            calls,
            store,
            methods,
            PaymentIntents(store, methods, events, later, settings.base_url),
            refunds,
            disputes,
        )
        app.state.mailbox = Mailbox(database)
        await stack.enter_async_context(
            smtp_server(app.state.mailbox, settings.host, settings.smtp_port)
        )
        changes = {
            "settle_refund": refunds.settle,
            "fail_refund": refunds.fail,
            "dispute": disputes.open,
            "warn_of_fraud": disputes.warn,
        }
        tasks = [asyncio.create_task(later.run(changes), name="later")]
        if deliver:
            tasks.append(asyncio.create_task(sender.run(), name="webhooks"))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


def create_sandbox(settings: SandboxSettings) -> FastAPI:
    """The sandbox as an ASGI application; its lifespan opens the database and the SMTP port.

    Raises:
        ConfigurationError: in production, or when webhooks would go out unsigned.
    """
    settings.check(PlatformSettings())
    configure_logging("sandbox", settings.log_level)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _parts(app, settings):
            yield

    app = FastAPI(
        title="Mercato sandbox",
        description="Stripe's API, demo merchants and an inbox, for trying the store.",
        version="1",
        lifespan=lifespan,
        redoc_url=None,
    )
    install_error_handlers(app)
    app.include_router(home.router)
    app.include_router(stripe_routes.router)
    app.include_router(authentication_page.router)
    app.include_router(fault_routes.router)
    app.include_router(mail_routes.router)
    app.include_router(merchants_router, prefix="/merchants")
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.store_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Stripe-Version"],
    )
    app.add_middleware(BodyLimit, max_bytes=_LARGEST_BODY)
    return app
