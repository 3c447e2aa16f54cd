"""Errors a use case may raise; ``error_responses`` turns each into a problem detail.

Sub-classes fix the HTTP status, the ``code`` says what happened in a stable, machine-readable word.
"""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """An expected failure. ``extra`` members are sent to the client as they are."""

    status: ClassVar[int] = 400

    def __init__(self, code: str, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.extra = extra

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is unpickled by calling its class with ``args``, which are not these.
        return type(self).__new__, (type(self), *self.args), self.__dict__


class Invalid(DomainError):
    status = 422


class Unauthenticated(DomainError):
    status = 401


class Forbidden(DomainError):
    status = 403


class NotFound(DomainError):
    status = 404


class Conflict(DomainError):
    status = 409


class TooLarge(DomainError):
    status = 413


class UnsupportedMedia(DomainError):
    status = 415


class RateLimited(DomainError):
    status = 429

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__("rate_limited", detail)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """A part this request needs does not answer; the client may retry after ``retry_after`` s."""

    status = 503

    def __init__(self, code: str, detail: str, *, retry_after: int = 2, **extra: Any) -> None:
        super().__init__(code, detail, **extra)
        self.retry_after = retry_after
