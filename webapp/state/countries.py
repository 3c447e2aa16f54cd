"""Where the store ships to."""

from __future__ import annotations

from dataclasses import dataclass

from deployments.shared.errors import DomainError
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.ttl_cache import TtlCache

_FRESH_SECONDS = 600


@dataclass
class Country:
    code: str
    name: str


async def _load() -> list[Country]:
    with on_behalf_of(Visitor()):
        rows = await services().cart.countries()
    return [Country(row.code, row.name) for row in rows]


all_countries: TtlCache[list[Country]] = TtlCache(_load, _FRESH_SECONDS)


async def country_names() -> dict[str, str]:
    """Names by code; none while they can't be had, so that a page shows the codes."""
    try:
        return {country.code: country.name for country in await all_countries.get()}
    except DomainError:
        return {}
