"""Where a shopper may be sent after authenticating: back to the store, nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
# Other names of one's own machine, as a shopper who tries the store types them.
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_below(url: str, store_url: str) -> bool:
    """Whether ``url`` is the store's own address or below it."""
    if "\\" in url or any(character.isspace() for character in url):
        return False
    try:
        asked, store = urlsplit(url), urlsplit(store_url)
        same_origin = (
            asked.scheme == store.scheme
            and (asked.hostname == store.hostname or {asked.hostname, store.hostname} <= _LOOPBACK)
            and (asked.port or _PORTS.get(asked.scheme)) == (store.port or _PORTS.get(store.scheme))
        )
    except ValueError:
        return False
    if not same_origin or asked.username is not None or asked.password is not None:
        return False
    if any(part.lower().replace("%2e", ".") == ".." for part in asked.path.split("/")):
        return False
    base = store.path.rstrip("/")
    return asked.path == base or asked.path.startswith(f"{base}/")
