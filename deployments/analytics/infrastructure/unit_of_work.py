from __future__ import annotations

from deployments.analytics.application.ports import FactsRepository
from deployments.analytics.infrastructure.facts_repository import SqlFactsRepository
from deployments.shared.database import SqlUnitOfWork


class SqlFactsUnitOfWork(SqlUnitOfWork):
    facts: FactsRepository

    def _open(self) -> None:
        self.facts = SqlFactsRepository(self.session)
