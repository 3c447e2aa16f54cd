"""Redis Streams that lose, repeat and forget, and the outbox that makes up for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from deployments.shared.events import Event, stream_name
from tests.model.memory_database import Database, MemoryUnitOfWork
from tests.model.memory_shared import OutboxRow, draw
from tests.model.scheduler import Point, Process, Scheduler

Fields = dict[str, str]
_STREAMS_ARE_QUICKER = timedelta(seconds=3)


@dataclass
class Pending:
    consumer: str
    since: float
    deliveries: int = 1


@dataclass
class Group:
    next_index: int = 0
    pending: dict[str, Pending] = field(default_factory=dict)


@dataclass
class Stream:
    entries: list[tuple[str, Fields]] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)


class Streams:
    """The server."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self._streams: dict[str, Stream] = {}
        self._count = 0

    def stream(self, name: str) -> Stream:
        return self._streams.setdefault(name, Stream())

    def flush(self) -> None:
        self._streams = {}

    def add(self, name: str, fields: Fields) -> None:
        self._count += 1
        self.stream(name).entries.append((f"{self._count}-0", dict(fields)))

    def repeat(self, name: str, index: int) -> None:
        """An entry is there twice, as after a relay that crashed between publish and commit."""
        self.add(name, self.stream(name).entries[index][1])

    def names(self) -> list[str]:
        return [name for name, stream in self._streams.items() if stream.entries]


class RedisConnection:
    """What the consumers use of redis-py, for one process."""

    def __init__(self, server: Streams, process: Process) -> None:
        self._server = server
        self._process = process

    async def xgroup_create(
        self,
        name: str,
        groupname: str,
        *,
        id: str,  # noqa: A002 - redis-py's name
        mkstream: bool,
    ) -> None:
        self._process.check_alive()
        groups = self._server.stream(name).groups
        if groupname in groups:
            raise ResponseError("BUSYGROUP Consumer Group name already exists")
        groups[groupname] = Group()

    async def xreadgroup(
        self, groupname: str, consumername: str, streams: dict[str, str], count: int, block: int
    ) -> dict[str, list[tuple[str, Fields]]]:
        self._process.check_alive()
        (name,) = streams
        if not self._unread(name, groupname):
            return {}

        def read() -> list[tuple[str, Fields]]:
            group = self._group(name, groupname)
            entries = self._unread(name, groupname)[:count]
            group.next_index += len(entries)
            now = self._server.scheduler.loop.time()
            for entry_id, _ in entries:
                group.pending[entry_id] = Pending(consumername, now)
            return entries

        return {name: await self._call(f"reads {name}", read)}

    async def xautoclaim(
        self,
        name: str,
        groupname: str,
        consumername: str,
        *,
        min_idle_time: int,
        start_id: str,
        count: int,
    ) -> tuple[str, list[tuple[str, Fields]]]:
        self._process.check_alive()
        now = self._server.scheduler.loop.time()
        group = self._group(name, groupname)
        stale = [
            entry
            for entry in self._server.stream(name).entries
            if entry[0] in group.pending
            and (now - group.pending[entry[0]].since) * 1000 >= min_idle_time
        ][:count]
        if not stale:
            return "0-0", []

        def claim() -> list[tuple[str, Fields]]:
            pending = self._group(name, groupname).pending
            claimed = [entry for entry in stale if entry[0] in pending]
            for entry_id, _ in claimed:
                deliveries = pending[entry_id].deliveries + 1
                pending[entry_id] = Pending(consumername, now, deliveries)
            return claimed

        return "0-0", await self._call(f"claims {name}", claim)

    async def xpending_range(
        self,
        name: str,
        groupname: str,
        *,
        min: str,  # noqa: A002
        max: str,  # noqa: A002
        count: int,
        consumername: str,
    ) -> list[dict[str, Any]]:
        self._process.check_alive()
        return [
            {"message_id": entry_id, "times_delivered": pending.deliveries}
            for entry_id, pending in self._group(name, groupname).pending.items()
            if pending.consumer == consumername
        ]

    async def xadd(self, name: str, fields: Fields) -> None:
        self._process.check_alive()
        self._server.add(name, fields)

    async def xadd_all(self, events: Sequence[Event]) -> None:
        """A pipeline without a transaction: it may stop in the middle."""

        def add(these: Sequence[Event]) -> None:
            for event in these:
                self._server.add(stream_name(event.topic), event.to_fields())

        half = events[: (len(events) + 1) // 2]
        await self._call("publishes", lambda: add(events), {"half of it sent": lambda: add(half)})

    async def xack(self, name: str, groupname: str, *entry_ids: str) -> None:
        def acknowledge() -> None:
            pending = self._server.stream(name).groups.get(groupname, Group()).pending
            for entry_id in entry_ids:
                pending.pop(entry_id, None)

        await self._call(f"acknowledges {name}", acknowledge)

    def _group(self, name: str, groupname: str) -> Group:
        group = self._server.stream(name).groups.get(groupname)
        if group is None:
            raise ResponseError("NOGROUP No such key or consumer group")
        return group

    def _unread(self, name: str, groupname: str) -> list[tuple[str, Fields]]:
        return self._server.stream(name).entries[self._group(name, groupname).next_index :]

    async def _call(
        self,
        label: str,
        do: Callable[[], Any],
        partly: dict[str, Callable[[], object]] | None = None,
    ) -> Any:
        lost = RedisConnectionError("the connection was lost")

        def attempt(point: Point) -> None:
            try:
                point.go_on(do())
            except ResponseError as error:
                point.fail(error)

        def outcomes(point: Point) -> dict[str, Callable[[], object]]:
            ways: dict[str, Callable[[], object]] = {
                "done": lambda: attempt(point),
                "request lost": lambda: point.fail(lost),
                "answer lost": lambda: (_quietly(do), point.fail(lost)),
            }
            for name, part in (partly or {}).items():
                ways[name] = _then_fail(part, point, lost)
            return ways

        return await self._server.scheduler.pause(
            self._process,
            "call",
            f"{self._process.service} {label}",
            lambda: _quietly(do),
            outcomes,
        )


def _then_fail(part: Callable[[], object], point: Point, error: Exception) -> Callable[[], object]:
    return lambda: (part(), point.fail(error))


def _quietly(do: Callable[[], Any]) -> None:
    try:
        do()
    except ResponseError:
        """Nobody gets the answer."""


class MemoryOutboxRelay:
    """``shared.outbox.OutboxRelay`` over the memory database."""

    def __init__(
        self,
        database: Database,
        process: Process,
        redis: RedisConnection,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._process = process
        self._redis = redis
        self._clock = clock

    async def relay(self) -> int:
        async with MemoryUnitOfWork(self._database, self._process) as work:
            transaction = work.transaction
            if not transaction.lock_or_skip("advisory", "relay"):
                return 0
            rows: list[OutboxRow] = [row for _, row in transaction.rows("outbox")]
            waiting = sorted(
                (row for row in rows if row.published_at is None), key=lambda row: row.position
            )
            if not waiting:
                return 0
            events = [
                replace(row.event, sequence=draw(self._database, "outbox sequence"))
                for row in waiting
            ]
            try:
                await self._redis.xadd_all(events)
            except RedisConnectionError:
                """They are read by cursor."""
            for row, event in zip(waiting, events, strict=True):
                await transaction.lock("outbox", event.event_id)
                published = OutboxRow(row.position, event, self._clock())
                transaction.write("outbox", event.event_id, published)
            await work.commit()
        return len(events)


class MemoryOutboxCursor:
    """``shared.outbox_cursor.OutboxCursor`` over the memory database."""

    def __init__(self, database: Database, process: Process, source: str, topic: str) -> None:
        self._database = database
        self._process = process
        self._key = (source, topic)

    async def read(self) -> int:
        async with MemoryUnitOfWork(self._database, self._process) as work:
            transaction = work.transaction
            row = transaction.get("outbox cursors", self._key)
            if row is None and await transaction.claim("outbox cursors", self._key):
                transaction.write("outbox cursors", self._key, (0, 0))
                await work.commit()
            sequence, _ = self._database.table("outbox cursors").get(self._key, (0, 0))
        return int(sequence)

    async def advance(self, seen: int, sequence: int) -> bool:
        return await self._change(seen, lambda attempts: (sequence, 0)) is not None

    async def count_attempt(self, seen: int) -> int:
        row = await self._change(seen, lambda attempts: (seen, attempts + 1))
        return row[1] if row else 0

    async def _change(
        self, seen: int, change: Callable[[int], tuple[int, int]]
    ) -> tuple[int, int] | None:
        async with MemoryUnitOfWork(self._database, self._process) as work:
            transaction = work.transaction
            await transaction.lock("outbox cursors", self._key)
            row = transaction.get("outbox cursors", self._key)
            if row is None or row[0] != seen:
                return None
            changed = change(row[1])
            transaction.write("outbox cursors", self._key, changed)
            await work.commit()
        return changed


def published_events(
    database: Database, topic: str, after: int, limit: int, now: datetime
) -> list[Event]:
    """``shared.outbox.OutboxReader.page`` over the memory database."""
    rows: list[OutboxRow] = list(database.table("outbox").values())
    events = [
        row.event
        for row in rows
        if row.event.topic == topic
        and row.event.sequence is not None
        and row.event.sequence > after
        and row.published_at is not None
        and row.published_at < now - _STREAMS_ARE_QUICKER
    ]
    return sorted(events, key=lambda event: event.sequence or 0)[:limit]
