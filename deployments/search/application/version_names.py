"""Index versions by the names people use for them."""

from __future__ import annotations

import re
from typing import Final

from deployments.search.application.ports import IndexVersion, UnitOfWorkFactory
from deployments.shared.errors import NotFound

_NAME: Final = re.compile(r"v?([1-9][0-9]{0,8})")


async def find_version(begin: UnitOfWorkFactory, name: str) -> IndexVersion:
    """``name``: "v3", or its number alone. Raises ``NotFound`` ``version_not_found``."""
    matched = _NAME.fullmatch(name)
    if matched is not None:
        async with begin() as work:
            found = await work.versions.numbered(int(matched[1]))
        if found is not None:
            return found
    raise NotFound("version_not_found", f"the index has no version {name}; see mercato index list")
