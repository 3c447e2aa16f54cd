"""Stripe as the payments service meets it through the SDK: intents, idempotency keys that keep the
first answer, an events list, webhooks, and every way in which a network call can end."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import stripe

from tests.model.scheduler import Point, Process, Scheduler

Json = dict[str, Any]

VISA = "pm_card_visa"
DECLINED = "pm_card_visa_chargeDeclined"
NO_FUNDS = "pm_card_visa_chargeDeclinedInsufficientFunds"
AUTHENTICATE = "pm_card_authenticationRequired"
SLOW = "pm_card_slow"
UNKNOWN = "pm_card_nobody_knows"

_CONFIRMABLE = ("requires_payment_method", "requires_action")
# Stripe lists an event a moment after it happened.
_LIST_DELAY_SECONDS = 3


@dataclass(frozen=True)
class Answer:
    status: int
    body: Json

    @property
    def is_error(self) -> bool:
        return self.status >= 400


class Refused(Exception):
    def __init__(self, status: int, code: str, kind: str, **extra: Any) -> None:
        super().__init__(code)
        message = code.replace("_", " ")
        error = {"type": kind, "code": code, "message": message, **extra}
        self.answer = Answer(status, {"error": error})


@dataclass
class Delivery:
    """A webhook on its way."""

    event: Json
    tries: int = 0


@dataclass(frozen=True)
class Attempt:
    """A confirmation that Stripe has really carried out."""

    intent_id: str
    method: str


@dataclass(eq=False)
class StripeCall:
    method: str
    path: str
    params: Json
    key: str | None

    @property
    def label(self) -> str:
        return f"payments calls Stripe {self.method} {re.sub(r'_[0-9]+', '_id', self.path)}"


@dataclass
class ScriptedStripe:
    """``refund_takes_time`` says of each refund whether the bank will answer later."""

    clock: Callable[[], datetime]
    refund_takes_time: Callable[[], bool]
    intents: dict[str, Json] = field(default_factory=dict)
    refunds: dict[str, Json] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    _answers: dict[str, tuple[str, Answer]] = field(default_factory=dict)
    _count: int = 0

    def call(self, call: StripeCall, *, fail: str = "") -> tuple[Answer, bool]:
        """The answer and whether it is a kept one. ``fail``: "error" breaks before the effect,
        "error after" behind it; Stripe keeps such a 500 as the answer of the key."""
        asked = json.dumps([call.path, call.params], sort_keys=True)
        if call.key is not None and call.key in self._answers:
            known, answer = self._answers[call.key]
            if known != asked:
                return Refused(400, "idempotency_error", "idempotency_error").answer, False
            return answer, True
        keep = True
        answer = Answer(500, {"error": {"type": "api_error", "message": "broken"}})
        if fail != "error":
            try:
                result = Answer(200, copy.deepcopy(self._execute(call)))
            except Refused as refused:
                result = copy.deepcopy(refused.answer)
                # Stripe keeps what began to execute, not what it refused at the door.
                keep = result.status != 404
            answer = answer if fail == "error after" else result
        if call.key is not None and keep:
            self._answers[call.key] = (asked, answer)
        return answer, False

    def of_order(self, order_id: object) -> list[Json]:
        return [
            intent
            for intent in self.intents.values()
            if intent["metadata"].get("order_id") == str(order_id)
        ]

    def authenticate(self, intent: Json, *, approved: bool) -> None:
        if approved:
            self._succeed(intent)
        else:
            self._decline(intent, "payment_intent_authentication_failure")

    def finish_processing(self, intent: Json, *, paid: bool) -> None:
        if paid:
            self._succeed(intent)
        else:
            self._decline(intent, "card_declined")

    def cancel(self, intent: Json) -> Json:
        if intent["status"] not in _CONFIRMABLE:
            raise _unexpected_state(intent)
        intent.update(status="canceled", next_action=None)
        self._emit("payment_intent.canceled", intent)
        return intent

    def end_refund(self, refund: Json, *, paid: bool) -> None:
        """The bank answers; it may also send back what had succeeded."""
        refund["status"] = "succeeded" if paid else "failed"
        self._emit("refund.updated" if paid else "refund.failed", refund)

    def _execute(self, call: StripeCall) -> Json:
        parts = call.path.removeprefix("/v1/").split("/")
        operation = f"{call.method} {parts[0]}" + (" one" if len(parts) > 1 else "")
        operation += f" {parts[2]}" if len(parts) > 2 else ""
        identity = parts[1] if len(parts) > 1 else ""
        carry_out: dict[str, Callable[[], Json]] = {
            "POST payment_intents": lambda: self._create(call.params),
            "GET payment_intents": lambda: _list(call.path, self._made_since(call.params)),
            "GET payment_intents one": lambda: self._intent(identity),
            "POST payment_intents one confirm": lambda: self._confirm(
                self._intent(identity), call.params
            ),
            "POST payment_intents one cancel": lambda: self.cancel(self._intent(identity)),
            "POST refunds": lambda: self._refund(call.params),
            "GET refunds": lambda: _list(call.path, self._refunds_of(call.params)),
            "GET refunds one": lambda: self.refunds[identity],
            "GET events": lambda: _list(call.path, self._listed_events(call.params)),
        }
        return carry_out[operation]()

    def _made_since(self, params: Json) -> list[Json]:
        since = int(params["created[gte]"])
        return [one for one in self.intents.values() if one["created"] >= since][::-1]

    def _refunds_of(self, params: Json) -> list[Json]:
        wanted = params["payment_intent"]
        return [one for one in self.refunds.values() if one["payment_intent"] == wanted][::-1]

    def _create(self, params: Json) -> Json:
        identity = self._new_id("pi")
        self.intents[identity] = {
            "id": identity,
            "object": "payment_intent",
            "amount": int(params["amount"]),
            "amount_received": 0,
            "currency": params["currency"],
            "created": self._now(),
            "last_payment_error": None,
            "livemode": False,
            "metadata": _metadata(params),
            "next_action": None,
            "status": "requires_payment_method",
        }
        self._emit("payment_intent.created", self.intents[identity])
        return self.intents[identity]

    def _intent(self, identity: str) -> Json:
        if identity not in self.intents:
            raise Refused(404, "resource_missing", "invalid_request_error")
        return self.intents[identity]

    def _confirm(self, intent: Json, params: Json) -> Json:
        method = params["payment_method"]
        if intent["status"] not in _CONFIRMABLE:
            raise _unexpected_state(intent)
        if method == UNKNOWN:
            raise Refused(404, "resource_missing", "invalid_request_error")
        self.attempts.append(Attempt(intent["id"], method))
        intent.update(last_payment_error=None, next_action=None)
        if method == AUTHENTICATE:
            url = f"http://stripe/3ds/{intent['id']}"
            intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"url": url}}
            intent["status"] = "requires_action"
            self._emit("payment_intent.requires_action", intent)
        elif method == SLOW:
            intent["status"] = "processing"
            self._emit("payment_intent.processing", intent)
        elif method in (DECLINED, NO_FUNDS):
            error = self._decline(intent, "card_declined")
            raise Refused(402, "card_declined", "card_error", **_rest(error, intent))
        else:
            self._succeed(intent)
        return intent

    def _refund(self, params: Json) -> Json:
        intent, amount = self._intent(params["payment_intent"]), int(params["amount"])
        live = [one for one in self.refunds.values() if one["status"] != "failed"]
        taken = sum(one["amount"] for one in live if one["payment_intent"] == intent["id"])
        if intent["status"] != "succeeded" or taken + amount > intent["amount_received"]:
            raise Refused(400, "charge_already_refunded", "invalid_request_error")
        identity = self._new_id("re")
        self.refunds[identity] = {
            "id": identity,
            "object": "refund",
            "amount": amount,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "metadata": _metadata(params),
            "status": "pending" if self.refund_takes_time() else "succeeded",
        }
        self._emit("refund.created", self.refunds[identity])
        return self.refunds[identity]

    def _succeed(self, intent: Json) -> None:
        intent.update(status="succeeded", amount_received=intent["amount"], next_action=None)
        self._emit("payment_intent.succeeded", intent)

    def _decline(self, intent: Json, code: str) -> Json:
        error = {"code": code, "charge": self._new_id("ch"), "message": "The card was declined."}
        intent.update(status="requires_payment_method", last_payment_error=error, next_action=None)
        self._emit("payment_intent.payment_failed", intent)
        return error

    def _emit(self, kind: str, shown: Json) -> None:
        event = {
            "id": self._new_id("evt"),
            "object": "event",
            "type": kind,
            "created": self._now(),
            "livemode": False,
            "data": {"object": copy.deepcopy(shown)},
        }
        self.events.append(event)
        self.deliveries.append(Delivery(event))

    def _listed_events(self, params: Json) -> list[Json]:
        since = int(params.get("created[gte]", 0))
        until = self._now() - _LIST_DELAY_SECONDS
        wanted = {value for name, value in params.items() if name.startswith("types[")}
        return [
            event
            for event in self.events[::-1]
            if since <= event["created"] <= until and event["type"] in wanted
        ]

    def _now(self) -> int:
        return int(self.clock().timestamp())

    def _new_id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_{self._count}"


def _metadata(params: Json) -> Json:
    given = {name: value for name, value in params.items() if name.startswith("metadata[")}
    return {name.removeprefix("metadata[")[:-1]: value for name, value in given.items()}


def _rest(error: Json, intent: Json) -> Json:
    return {"charge": error["charge"], "payment_intent": intent}


def _unexpected_state(intent: Json) -> Refused:
    return Refused(
        400, "payment_intent_unexpected_state", "invalid_request_error", payment_intent=intent
    )


def _list(url: str, data: list[Json]) -> Json:
    return {"object": "list", "url": url, "has_more": False, "data": data}


class StripeLine:
    """The way to Stripe. Requests whose callers have given up may still arrive."""

    def __init__(self, stripe_: ScriptedStripe, scheduler: Scheduler) -> None:
        self.stripe = stripe_
        self.scheduler = scheduler
        self.wandering: list[StripeCall] = []

    async def exchange(self, process: Process, call: StripeCall) -> tuple[Answer, bool]:
        if call.method == "GET" and self.scheduler.passes_by():
            process.check_alive()
            return self.stripe.call(call)

        def broken(status: int, code: str) -> tuple[Answer, bool]:
            return Answer(status, {"error": {"type": "api_error", "message": code}}), False

        def outcomes(point: Point) -> dict[str, Callable[[], object]]:
            ways: dict[str, Callable[[], object]] = {
                "done": lambda: point.go_on(self.stripe.call(call)),
                "request lost": lambda: point.fail(_no_connection()),
                "request late": lambda: (
                    self.wandering.append(call),
                    point.fail(_no_connection()),
                ),
                "asked to slow down": lambda: point.go_on(broken(429, "rate limited")),
                "down": lambda: point.go_on(broken(503, "down")),
            }
            if call.method == "POST":
                for kind in ("error", "error after"):
                    ways[f"kept {kind}"] = _answer_with(point, self.stripe, call, kind)
                ways["key in use"] = lambda: point.go_on(broken(409, "idempotency key in use"))
            return ways

        label = call.label
        answer: tuple[Answer, bool] = await self.scheduler.pause(
            process, "call", label, lambda: self.stripe.call(call), outcomes
        )
        await self.scheduler.pause(
            process,
            "answer",
            f"{label}, answer",
            lambda: None,
            lambda point: {
                "done": point.go_on,
                "answer lost": lambda: point.fail(_no_connection()),
            },
        )
        return answer

    def arrive_late(self, call: StripeCall) -> None:
        self.wandering.remove(call)
        self.stripe.call(call)


def _answer_with(
    point: Point, stripe_: ScriptedStripe, call: StripeCall, kind: str
) -> Callable[[], object]:
    return lambda: point.go_on(stripe_.call(call, fail=kind))


def _no_connection() -> stripe.APIConnectionError:
    return stripe.APIConnectionError("no answer", should_retry=True)


class ScriptedStripeHttp(stripe.HTTPClient):
    """Takes the place of ``StripeHttp`` under the SDK of one process."""

    name = "scripted"

    def __init__(self, line: StripeLine, process: Process) -> None:
        super().__init__()
        self._line = line
        self._process = process

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        address = urlsplit(url)
        form = parse_qs(post_data or address.query, keep_blank_values=True)
        params = {name: values[0] for name, values in form.items()}
        key = headers.get("Idempotency-Key")
        call = StripeCall(method.upper(), address.path, params, key)
        answer, replayed = await self._line.exchange(self._process, call)
        told = {"request-id": "req_1"}
        if replayed:
            told["idempotent-replayed"] = "true"
        if answer.status == 500:
            told["stripe-should-retry"] = "false"
        return json.dumps(answer.body).encode(), answer.status, told

    async def sleep_async(self, secs: float) -> None:
        """Repeats follow at once; time passes where the model lets it."""

    async def close_async(self) -> None:
        """Nothing is open."""
