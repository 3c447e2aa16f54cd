"""Free ports and who holds a taken one."""

from __future__ import annotations

import socket
from contextlib import closing


def free_port() -> int:
    """A port free at this moment on loopback."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
