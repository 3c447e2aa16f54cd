"""Where Stripe delivers its events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request

from deployments.payments.application.receive_event import ReceiveEvent
from deployments.shared.rate_limit import rate_limit
from deployments.shared.schemas import PROBLEM, Schema

# Stripe sends from few addresses and as fast as the shop sells; the signature is the real guard.
router = APIRouter(
    tags=["webhook"], dependencies=[Depends(rate_limit("12000/minute", by="address"))]
)


class Received(Schema):
    received: bool = True
    new: bool


@router.post("/webhook", responses={400: PROBLEM, 413: PROBLEM})
async def webhook(
    request: Request, stripe_signature: Annotated[str | None, Header()] = None
) -> Received:
    """Take a signed event; it is worked on after the answer."""
    use_case: ReceiveEvent = request.app.state.receive_event
    return Received(new=await use_case(await request.body(), stripe_signature))
