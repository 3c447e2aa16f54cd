"""Ordering faults; open to callers on this machine only."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, status

from deployments.sandbox.stripe.faults import FaultRequest, Faults


def _loopback_only(request: Request) -> None:
    host = request.client.host if request.client else ""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "faults are ordered on this machine only")


def _faults(request: Request) -> Faults:
    faults: Faults = request.app.state.faults
    return faults


router = APIRouter(
    prefix="/sandbox/faults", tags=["faults"], dependencies=[Depends(_loopback_only)]
)
Planned = Annotated[Faults, Depends(_faults)]


@router.post("", status_code=status.HTTP_201_CREATED)
async def plan_fault(body: FaultRequest, faults: Planned) -> list[FaultRequest]:
    """Make the next calls of an operation go wrong."""
    faults.plan(body)
    return faults.waiting()


@router.get("")
async def waiting_faults(faults: Planned) -> list[FaultRequest]:
    return faults.waiting()


@router.delete("", status_code=status.HTTP_204_NO_CONTENT)
async def clear_faults(faults: Planned) -> None:
    faults.clear()
