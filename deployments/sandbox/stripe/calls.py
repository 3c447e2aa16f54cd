"""What every API call has in common: key, parameters, idempotency, faults, one transaction."""

from __future__ import annotations

import asyncio
import base64
import binascii
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace

from fastapi import Request
from fastapi.responses import JSONResponse

from deployments.sandbox.database import transaction
from deployments.sandbox.stripe.errors import JsonObject, StripeFailure
from deployments.sandbox.stripe.events import API_VERSION, EventLog
from deployments.sandbox.stripe.faults import FaultRequest, Faults
from deployments.sandbox.stripe.idempotency import Answer, IdempotencyKeys
from deployments.sandbox.stripe.parameters import Parameters, parse_form
from deployments.sandbox.stripe.store import new_stripe_id

Handler = Callable[[Parameters], JsonObject]


@dataclass(frozen=True)
class _Call:
    path: str
    params: Parameters
    key: str | None
    request_id: str


class StripeCalls:
    def __init__(
        self,
        connection: sqlite3.Connection,
        events: EventLog,
        faults: Faults,
        *,
        api_key: str,
        publishable_key: str,
    ) -> None:
        self._db = connection
        self._events = events
        self._faults = faults
        self._keys = IdempotencyKeys(connection)
        self._api_key = api_key
        self._publishable_key = publishable_key

    async def perform(
        self, request: Request, operation: str, handler: Handler, *, publishable: bool = False
    ) -> JSONResponse:
        """Run ``handler`` once per idempotency key and answer as Stripe would.

        ``publishable``: the key a browser may hold is enough.
        """
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        call = _Call(request.url.path, {}, key, new_stripe_id("req"))
        replayed = False
        try:
            self._authenticate(request, publishable=publishable)
            call = replace(call, params=await _parameters(request))
            saved = self._keys.begin(key, call.path, call.params) if key else None
            replayed = saved is not None
            answer = saved or await self._run(call, operation, handler)
        except StripeFailure as failure:
            answer = Answer(failure.status, failure.body, call.request_id)
        return _response(request, answer, key, replayed=replayed)

    async def _run(self, call: _Call, operation: str, handler: Handler) -> Answer:
        fault = self._faults.take(operation)
        try:
            if fault is not None and fault.kind in ("delay", "timeout"):
                await asyncio.sleep(fault.seconds)
            if fault is not None and fault.kind in _REFUSALS:
                raise _REFUSALS[fault.kind]()
            answer = self._execute(call, handler, fault)
        finally:
            if call.key:
                self._keys.end(call.key)
        if fault is not None and fault.kind == "timeout_after":
            await asyncio.sleep(fault.seconds)
        return answer

    def _execute(self, call: _Call, handler: Handler, fault: FaultRequest | None) -> Answer:
        self._events.idempotency_key, self._events.request_id = call.key, call.request_id
        executed = True
        # A failure inside does not roll back: a decline is a result, recorded on the intent.
        with transaction(self._db):
            try:
                if fault is not None and fault.kind == "error":
                    raise _broken()
                answer = Answer(200, handler(call.params), call.request_id)
                if fault is not None and fault.kind == "error_after":
                    raise _broken()
            except StripeFailure as failure:
                answer = Answer(failure.status, failure.body, call.request_id)
                executed = failure.executed
            if call.key and executed:
                self._keys.save(call.key, call.path, call.params, answer)
        # What a bank does later is nobody's request.
        self._events.idempotency_key = self._events.request_id = None
        return answer

    def _authenticate(self, request: Request, *, publishable: bool) -> None:
        given = _presented_key(request)
        if given is None:
            raise StripeFailure(
                401,
                "invalid_request_error",
                "You did not provide an API key. You need to provide your API key in the "
                "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
                "YOUR_SECRET_KEY').",
            )
        if secrets.compare_digest(given.encode(), self._api_key.encode()):
            return
        if secrets.compare_digest(given.encode(), self._publishable_key.encode()):
            if publishable:
                return
            raise StripeFailure(
                403,
                "invalid_request_error",
                "This API call cannot be made with a publishable API key. Please use a secret "
                "API key.",
                code="secret_key_required",
            )
        raise StripeFailure(
            401, "invalid_request_error", f"Invalid API Key provided: {given[:8]}***"
        )


def _broken() -> StripeFailure:
    return StripeFailure(
        500, "api_error", "An unknown error occurred (ordered by a sandbox fault).", executed=True
    )


def _silent() -> StripeFailure:
    # Nobody is left to read this: the caller has given up by now.
    return StripeFailure(503, "api_error", "No answer (ordered by a sandbox fault).")


def _rate_limited() -> StripeFailure:
    return StripeFailure(
        429,
        "invalid_request_error",
        "Request rate limit exceeded (ordered by a sandbox fault).",
        code="rate_limit",
    )


# Faults that do nothing and are not kept for the idempotency key.
_REFUSALS = {"timeout": _silent, "rate_limited": _rate_limited}


def _presented_key(request: Request) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None


async def _parameters(request: Request) -> Parameters:
    if request.method == "GET":
        return parse_form(request.url.query)
    try:
        return parse_form((await request.body()).decode())
    except UnicodeDecodeError as error:
        raise StripeFailure(400, "invalid_request_error", "The body is not UTF-8.") from error


def _response(request: Request, answer: Answer, key: str | None, *, replayed: bool) -> JSONResponse:
    headers = {
        "Request-Id": answer.request_id,
        "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
    }
    if key:
        headers["Idempotency-Key"] = key
    if replayed:
        headers["Idempotent-Replayed"] = "true"
        headers["Original-Request"] = answer.request_id
    if answer.status >= 500:
        # Repeating the request would only replay this answer.
        headers["Stripe-Should-Retry"] = "false"
    return JSONResponse(answer.body, answer.status, headers=headers)
