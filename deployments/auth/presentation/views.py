"""Use cases' results as bodies, and who calls from where."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from deployments.auth.application.issue_session import Session
from deployments.auth.contract import Account, Tokens
from deployments.shared.rate_limit import client_address


def tokens(session: Session) -> Tokens:
    return Tokens(
        access_token=session.access_token,
        expires_in=session.expires_in,
        refresh_token=session.refresh_token,
        account=Account.model_validate(session.user),
    )


def _caller_address(request: Request) -> str:
    return client_address(request, request.app.state.trusted_proxies)


CallerAddress = Annotated[str, Depends(_caller_address)]
