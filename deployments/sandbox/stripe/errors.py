"""Errors as Stripe's API sends them."""

from __future__ import annotations

from typing import Any

JsonObject = dict[str, Any]


class StripeFailure(Exception):
    """An error answer.

    ``executed``: the request had begun to change things, so the answer is kept for its
    idempotency key; a request refused before that may be repeated with better parameters.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        executed: bool = False,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.executed = executed
        fields = {"code": code, "message": message, "param": param, "type": kind, **extra}
        self.error: JsonObject = {k: v for k, v in fields.items() if v is not None}

    @property
    def body(self) -> JsonObject:
        return {"error": self.error}


def invalid(message: str, *, code: str | None = None, param: str | None = None) -> StripeFailure:
    return StripeFailure(400, "invalid_request_error", message, code=code, param=param)


def missing_resource(kind: str, identity: str, param: str = "id") -> StripeFailure:
    return StripeFailure(
        404,
        "invalid_request_error",
        f"No such {kind}: '{identity}'",
        code="resource_missing",
        param=param,
    )


def card_error(
    message: str, *, code: str, decline_code: str | None = None, param: str | None = None
) -> StripeFailure:
    return StripeFailure(
        402,
        "card_error",
        message,
        code=code,
        param=param,
        executed=True,
        decline_code=decline_code,
    )
