"""The versions of the index, and how much of the catalogue each holds."""

from __future__ import annotations

from dataclasses import dataclass

from deployments.search.application.ports import UnitOfWorkFactory, VersionFigures


@dataclass(frozen=True, slots=True)
class IndexFigures:
    """``pending``: documents without a current vector in the active version."""

    documents: int
    pending: int
    versions: list[VersionFigures]


class ReadIndexStatus:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self) -> IndexFigures:
        async with self._begin() as work:
            documents = await work.documents.count()
            versions = await work.versions.figures()
        current = next((v.current for v in versions if v.version.status == "active"), 0)
        return IndexFigures(documents, max(0, documents - current), versions)
