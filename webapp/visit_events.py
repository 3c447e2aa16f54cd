"""Sends what visitors do to analytics, without ever delaying or breaking a page."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from pydantic import ValidationError

from webapp.api_client import services

logger = logging.getLogger(__name__)
_MAX_UNSENT = 500
_sending: set[asyncio.Task[None]] = set()


async def _send(event: Any) -> None:
    try:
        async with asyncio.timeout(5):
            await services().analytics.send([event])
    except Exception as error:
        logger.info("an analytics event was lost: %s", error)


def record(kind: type[Any], **fields: Any) -> None:
    """Send one event of a VisitEvent class in the background.

    It is dropped where its fields are not what analytics takes, or analytics does not keep up.
    """
    if len(_sending) >= _MAX_UNSENT:
        return
    try:
        event = kind(**fields)
    except ValidationError as error:
        logger.info("an analytics event was lost: %s", error)
        return
    task = asyncio.create_task(_send(event))
    _sending.add(task)
    task.add_done_callback(_sending.discard)
