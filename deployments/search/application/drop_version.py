"""Remove an index version that is not searched."""

from __future__ import annotations

from typing import Final

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.application.version_names import find_version
from deployments.shared.errors import Conflict

# A build that was not worked on for so long is dead.
_BUILD_IS_ALIVE_SECONDS: Final = 60


class DropVersion:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, name: str) -> None:
        """
        Raises:
            NotFound: ``version_not_found``.
            Conflict: ``version_active`` or ``version_building``.
            Unavailable: ``index_busy``.
        """
        version = await find_version(self._begin, name)
        async with self._begin() as work:
            if await work.versions.is_building(
                within_seconds=_BUILD_IS_ALIVE_SECONDS, version=version.id
            ):
                raise Conflict(
                    "version_building", f"{name} is being built; stop the build, wait a minute"
                )
            if not await work.versions.drop(version.id):
                raise Conflict("version_active", f"{name} is searched; switch to another first")
            await work.commit()
