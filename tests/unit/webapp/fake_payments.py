"""The fake payments and card provider."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Header, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from deployments.payments.contract import ConfirmRequest, PaymentFailure, PaymentView
from deployments.shared.ids import new_id
from tests.unit.webapp.fake_world import World

Authorization = Annotated[str | None, Header()]


def payments_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/payments")

    @router.post("/confirm")
    async def confirm(
        body: ConfirmRequest, request: Request, authorization: Authorization = None
    ) -> PaymentView:
        world.require(authorization)
        payment = world.payments[body.payment_id]
        number = world.cards.get(body.payment_method, "")
        update: dict[str, Any] = {"status": "succeeded", "created_at": datetime.now(UTC)}
        if number.endswith("0002"):
            failure = PaymentFailure(code="card_declined", message="Your card was declined.")
            update = {"status": "requires_payment_method", "failure": failure}
        elif number.endswith("3155"):
            page = f"{request.base_url}3ds/{payment.id}?back={body.return_url}"
            update = {"status": "requires_action", "next_action_url": page}
        world.payments[payment.id] = payment.model_copy(update=update)
        return world.payments[payment.id]

    @router.get("/{payment_id}")
    async def get(payment_id: UUID) -> PaymentView:
        return world.payments[payment_id]

    return router


def provider_routes(world: World) -> APIRouter:
    """What the card provider does."""
    router = APIRouter()

    @router.post("/v1/payment_methods")
    async def payment_methods(number: Annotated[str, Form(alias="card[number]")]) -> Response:
        if number.endswith("0069"):
            return JSONResponse({"error": {"message": "Your card has expired."}}, 402)
        token = f"pm_{new_id().hex}"
        world.cards[token] = number
        return JSONResponse({"id": token, "object": "payment_method"})

    @router.get("/3ds/{payment_id}")
    async def ask(payment_id: UUID, back: str) -> HTMLResponse:
        links = "".join(
            f'<p><a href="/3ds/{payment_id}/{answer}?back={back}">{answer}</a></p>'
            for answer in ("complete", "fail")
        )
        return HTMLResponse(f"<h1>Your bank asks: is this you?</h1>{links}")

    @router.get("/3ds/{payment_id}/{answer}")
    async def answered(payment_id: UUID, answer: str, back: str) -> RedirectResponse:
        ok = answer == "complete"
        failure = PaymentFailure(code="authentication_failed", message="The bank said no.")
        world.payments[payment_id] = world.payments[payment_id].model_copy(
            update={
                "status": "succeeded" if ok else "requires_payment_method",
                "failure": None if ok else failure,
                "created_at": datetime.now(UTC),
                "next_action_url": None,
            }
        )
        return RedirectResponse(back)

    return router
