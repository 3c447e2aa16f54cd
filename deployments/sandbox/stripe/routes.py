"""The paths of Stripe's API that the sandbox answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from deployments.sandbox.stripe.calls import StripeCalls
from deployments.sandbox.stripe.disputes import Disputes
from deployments.sandbox.stripe.errors import StripeFailure
from deployments.sandbox.stripe.parameters import Parameters, check_known, text
from deployments.sandbox.stripe.payment_intents import PaymentIntents
from deployments.sandbox.stripe.payment_methods import PaymentMethods
from deployments.sandbox.stripe.refunds import Refunds
from deployments.sandbox.stripe.store import ObjectStore

router = APIRouter(prefix="/v1", tags=["stripe"])


@dataclass(frozen=True)
class StripeApi:
    """The resources, on one database."""

    calls: StripeCalls
    store: ObjectStore
    methods: PaymentMethods
    intents: PaymentIntents
    refunds: Refunds
    disputes: Disputes


def _api(request: Request) -> StripeApi:
    api: StripeApi = request.app.state.stripe
    return api


Api = Annotated[StripeApi, Depends(_api)]


@router.post("/payment_methods")
async def create_payment_method(request: Request, api: Api) -> JSONResponse:
    """Make a payment method of a card; browsers call this with the publishable key."""
    return await api.calls.perform(
        request, "payment_methods.create", api.methods.create, publishable=True
    )


@router.get("/payment_methods/{identity}")
async def retrieve_payment_method(identity: str, request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(
        request, "payment_methods.retrieve", lambda _: api.methods.retrieve(identity)
    )


@router.post("/payment_intents")
async def create_payment_intent(request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(request, "payment_intents.create", api.intents.create)


@router.get("/payment_intents")
async def list_payment_intents(request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(request, "payment_intents.list", api.intents.list)


@router.get("/payment_intents/{identity}")
async def retrieve_payment_intent(identity: str, request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(
        request, "payment_intents.retrieve", lambda _: api.intents.retrieve(identity)
    )


@router.post("/payment_intents/{identity}/confirm")
async def confirm_payment_intent(identity: str, request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(
        request, "payment_intents.confirm", lambda params: api.intents.confirm(identity, params)
    )


@router.post("/payment_intents/{identity}/cancel")
async def cancel_payment_intent(identity: str, request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(
        request, "payment_intents.cancel", lambda params: api.intents.cancel(identity, params)
    )


@router.get("/charges/{identity}")
async def retrieve_charge(identity: str, request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(
        request, "charges.retrieve", lambda _: api.store.get("charge", identity, "charge").body
    )


@router.post("/refunds")
async def create_refund(request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(request, "refunds.create", api.refunds.create)


@router.get("/refunds")
async def list_refunds(request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(request, "refunds.list", api.refunds.list)


@router.get("/refunds/{identity}")
async def retrieve_refund(identity: str, request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(
        request, "refunds.retrieve", lambda _: api.refunds.retrieve(identity)
    )


@router.get("/disputes")
async def list_disputes(request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(request, "disputes.list", api.disputes.list)


@router.get("/disputes/{identity}")
async def retrieve_dispute(identity: str, request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(
        request, "disputes.retrieve", lambda _: api.disputes.retrieve(identity)
    )


@router.post("/disputes/{identity}")
async def update_dispute(identity: str, request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(
        request, "disputes.update", lambda params: api.disputes.update(identity, params)
    )


@router.post("/disputes/{identity}/close")
async def close_dispute(identity: str, request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(
        request, "disputes.close", lambda params: api.disputes.close(identity, params)
    )


@router.get("/events")
async def list_events(request: Request, api: Api) -> JSONResponse:
    def listed(params: Parameters) -> dict[str, object]:
        check_known(
            params,
            ("created", "ending_before", "expand", "limit", "starting_after", "type", "types"),
        )
        one, several = text(params, "type"), params.get("types")
        patterns = [one] if one else [str(kind) for kind in several or []]
        filters = {"type": patterns} if patterns else None
        return api.store.page("event", "/v1/events", params, filters)

    return await api.calls.perform(request, "events.list", listed)


@router.get("/events/{identity}")
async def retrieve_event(identity: str, request: Request, api: Api) -> JSONResponse:
    return await api.calls.perform(
        request, "events.retrieve", lambda _: api.store.get("event", identity).body
    )


@router.api_route("/{path:path}", methods=["GET", "POST", "DELETE"], include_in_schema=False)
async def unknown(path: str, request: Request, api: Api) -> JSONResponse:
    def refuse(_: Parameters) -> dict[str, object]:
        raise StripeFailure(
            404,
            "invalid_request_error",
            f"Unrecognized request URL ({request.method}: /v1/{path}): Mercato's sandbox does not "
            "have it.",
        )

    return await api.calls.perform(request, "unknown.call", refuse)
