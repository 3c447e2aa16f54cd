"""What HAProxy answers when no service does: a problem detail like everybody else's."""

from __future__ import annotations

import json
from pathlib import Path

_UNAVAILABLE = {
    "type": "urn:mercato:problem:service_unavailable",
    "title": "Service Unavailable",
    "status": 503,
    "detail": "the service is starting or has too much to do; try again in a moment",
    "code": "service_unavailable",
}


def write_unavailable(folder: Path) -> None:
    """``unavailable.json``, the body, and ``unavailable.http``, the whole answer."""
    folder.mkdir(parents=True, exist_ok=True)
    body = json.dumps(_UNAVAILABLE)
    (folder / "unavailable.json").write_text(body)
    head = [
        "HTTP/1.1 503 Service Unavailable",
        "Content-Type: application/problem+json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Retry-After: 1",
    ]
    (folder / "unavailable.http").write_bytes("\r\n".join([*head, "", body]).encode())
