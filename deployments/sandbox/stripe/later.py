"""What banks do a while later: settle a refund, fail it, dispute a charge. Survives restarts."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Mapping

from deployments.sandbox.database import transaction

Change = Callable[[str], None]
_LONGEST_SLEEP = 60.0


class Later:
    """``seconds``: how long a planned change takes to happen."""

    def __init__(self, connection: sqlite3.Connection, seconds: float) -> None:
        self._db = connection
        self._seconds = seconds
        self._woken = asyncio.Event()

    def plan(self, change: str, object_id: str) -> None:
        """Inside the transaction of what causes the change."""
        self._db.execute(
            "INSERT INTO planned_changes (due, change, object_id) VALUES (?, ?, ?)",
            (time.time() + self._seconds, change, object_id),
        )
        self._woken.set()

    async def run(self, changes: Mapping[str, Change]) -> None:
        """Make the changes as they fall due, until cancelled."""
        while True:
            self._woken.clear()
            self._make_due(changes)
            try:
                await asyncio.wait_for(self._woken.wait(), timeout=self._pause())
            except TimeoutError:
                continue

    def _make_due(self, changes: Mapping[str, Change]) -> None:
        rows = self._db.execute(
            "SELECT id, change, object_id FROM planned_changes WHERE due <= ? ORDER BY id",
            (time.time(),),
        ).fetchall()
        for row in rows:
            with transaction(self._db):
                self._db.execute("DELETE FROM planned_changes WHERE id = ?", (row["id"],))
                changes[row["change"]](row["object_id"])

    def _pause(self) -> float:
        row = self._db.execute("SELECT min(due) AS moment FROM planned_changes").fetchone()
        if row["moment"] is None:
            return _LONGEST_SLEEP
        return min(max(float(row["moment"]) - time.time(), 0.01), _LONGEST_SLEEP)
