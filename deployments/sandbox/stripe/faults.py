"""Faults a test can order: the next calls of an operation go wrong in a chosen way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from deployments.shared.schemas import StrictSchema

Kind = Literal[
    "delay",  # waits, then works; a webhook so delayed is overtaken by the next ones
    "timeout",  # keeps the caller waiting and does nothing
    "error",  # answers 500 and does nothing; the 500 is kept for the idempotency key
    "error_after",  # does the work, then answers 500, which is kept
    "timeout_after",  # does the work, then keeps the caller waiting
    "rate_limited",  # answers 429 and does nothing
    "drop_webhook",  # an event is never delivered (operation "webhook")
    "duplicate_webhook",  # an event is delivered `copies` times at once
    "reorder_webhook",  # an event is delivered after the next one (at the latest after `seconds`)
]


class FaultRequest(StrictSchema):
    operation: Annotated[
        str,
        Field(
            pattern=r"^(webhook|[a-z_]+\.[a-z]+|\*)$",
            examples=["payment_intents.create"],
            description="resource.verb, `webhook`, or `*` for every API call",
        ),
    ]
    kind: Kind
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    seconds: Annotated[float, Field(ge=0, le=120)] = 0
    copies: Annotated[int, Field(ge=2, le=100)] = 2


@dataclass
class _Planned:
    request: FaultRequest
    left: int


class Faults:
    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def plan(self, request: FaultRequest) -> None:
        self._planned.append(_Planned(request, request.times))

    def clear(self) -> None:
        self._planned.clear()

    def take(self, operation: str) -> FaultRequest | None:
        """The next fault of ``operation``, used up by this call."""
        for planned in self._planned:
            wanted = planned.request.operation
            if wanted == operation or (wanted == "*" and operation != "webhook"):
                planned.left -= 1
                if planned.left == 0:
                    self._planned.remove(planned)
                return planned.request
        return None

    def waiting(self) -> list[FaultRequest]:
        return [p.request.model_copy(update={"times": p.left}) for p in self._planned]
