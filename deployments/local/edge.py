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
_NOT_FOUND = {
    "type": "urn:mercato:problem:not_found",
    "title": "Not Found",
    "status": 404,
    "detail": "no service has this path",
    "code": "not_found",
}


def write_answers(folder: Path) -> None:
    """``unavailable.json`` and ``not_found.json``, bodies, and ``unavailable.http``, a whole
    answer."""
    folder.mkdir(parents=True, exist_ok=True)
    body = json.dumps(_UNAVAILABLE)
    (folder / "unavailable.json").write_text(body)
    (folder / "not_found.json").write_text(json.dumps(_NOT_FOUND))
    head = [
        "HTTP/1.1 503 Service Unavailable",
        "Content-Type: application/problem+json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Retry-After: 1",
    ]
    (folder / "unavailable.http").write_bytes("\r\n".join([*head, "", body]).encode())
