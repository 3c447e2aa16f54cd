"""Every error leaves a service as an RFC 9457 problem detail."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from deployments.shared.errors import DomainError, RateLimited, Unauthenticated, Unavailable

logger = logging.getLogger(__name__)

ConstraintErrors = Mapping[str, DomainError]


def problem_response(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> JSONResponse:
    body = {
        "type": f"urn:mercato:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": getattr(request.state, "request_id", None),
        **extra,
    }
    return JSONResponse(
        body, status, headers=dict(headers or {}), media_type="application/problem+json"
    )


async def _domain_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DomainError)  # noqa: S101 - registered for this class only
    # An error raised from a constant would gather a longer traceback, with all its frames, each
    # time.
    error.__traceback__ = None
    headers: dict[str, str] = {}
    if isinstance(error, (RateLimited, Unavailable)):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return problem_response(
        request, error.status, error.code, error.detail, headers=headers, **error.extra
    )


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors = [
        {"field": ".".join(str(part) for part in item["loc"]), "message": item["msg"]}
        for item in error.errors()
    ]
    where = "; ".join(f"{item['field']}: {item['message']}" for item in errors[:3])
    return problem_response(request, 422, "invalid_request", where, errors=errors)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    code = HTTPStatus(error.status_code).name.lower()
    return problem_response(
        request, error.status_code, code, str(error.detail), headers=error.headers
    )


def _integrity_error(constraints: ConstraintErrors) -> Any:
    async def handle(request: Request, error: IntegrityError) -> JSONResponse:
        cause = getattr(error.orig, "__cause__", None)
        name = getattr(cause, "constraint_name", None)
        known = constraints.get(name) if name else None
        if known is not None:
            return await _domain_error(request, known)
        logger.error("constraint without a domain error", extra={"constraint": name})
        return problem_response(
            request, 409, "conflict", "the change conflicts with one made at the same time"
        )

    return handle


async def _database_error(request: Request, error: Exception) -> JSONResponse:
    cause = getattr(getattr(error, "orig", None), "__cause__", None)
    # SQLSTATE class 22: a value no column can hold, such as a text with a NUL character.
    if str(getattr(cause, "sqlstate", "")).startswith("22"):
        return problem_response(
            request, 422, "invalid_value", "the request holds a value that can't be stored"
        )
    logger.error("database does not answer", extra={"error": type(error).__name__})
    return problem_response(
        request,
        503,
        "database_unavailable",
        "the database does not answer; try again",
        headers={"Retry-After": "2"},
    )


async def _unexpected_error(request: Request, error: Exception) -> JSONResponse:
    logger.exception("unexpected error", exc_info=error)
    return problem_response(
        request, 500, "internal_error", "something went wrong on our side; it has been logged"
    )


def install_error_handlers(app: FastAPI, constraints: ConstraintErrors | None = None) -> None:
    """Register the handlers; ``constraints`` maps a constraint's name to the error it means."""
    app.add_exception_handler(DomainError, _domain_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(IntegrityError, _integrity_error(constraints or {}))
    for kind in (OperationalError, InterfaceError, PoolTimeoutError, OSError, DBAPIError):
        app.add_exception_handler(kind, _database_error)
    app.add_exception_handler(Exception, _unexpected_error)
