"""Bring an index version up to date before it is switched to."""

from __future__ import annotations

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.application.version_names import find_version
from deployments.search.application.work_off_backlog import EmbedRanges, Progress, WorkOffBacklog
from deployments.shared.errors import Conflict


class CatchUpVersion:
    """Only the active version gets the vectors of what changes; a retired one, or one that waits,
    has a backlog."""

    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, name: str, embed: EmbedRanges, progress: Progress) -> int:
        """The number of vectors made, with the version's own model.

        Raises:
            NotFound: ``version_not_found``.
            Conflict: ``version_incomplete``; it is not built yet.
        """
        version = await find_version(self._begin, name)
        if version.status == "building":
            raise Conflict(
                "version_incomplete", f"{name} is not complete; go on with: mercato index build"
            )
        return await WorkOffBacklog(self._begin, embed, progress)(version, "vectors")
