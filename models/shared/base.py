"""What every service's tables have in common: naming convention and column helpers."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Sequence,
    String,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> MetaData:
    """MetaData of one service; constraint names are stable, errors are mapped by them."""
    return MetaData(naming_convention=NAMING_CONVENTION)


def outbox_table(metadata: MetaData) -> Table:
    """Events written in the transaction that caused them, relayed to Redis Streams afterwards.

    ``position`` is the order of writing; ``sequence`` that of publishing, in which consumers read
    the table by cursor: transactions commit out of the order of their positions.
    """
    Sequence("outbox_sequence", metadata=metadata)
    return Table(
        "outbox",
        metadata,
        Column("event_id", UUID(as_uuid=True), primary_key=True),
        Column("position", BigInteger, Identity(always=True), nullable=False, unique=True),
        Column("topic", String(40), nullable=False),
        Column("type", String(60), nullable=False),
        Column("payload", JSONB, nullable=False),
        Column("occurred_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("published_at", DateTime(timezone=True)),
        Column("sequence", BigInteger, unique=True),
        Index("ix_outbox_unpublished", "position", postgresql_where=text("published_at IS NULL")),
    )


def inbox_table(metadata: MetaData) -> Table:
    """Ids of the events a consumer has handled, written with the effect of each."""
    return Table(
        "inbox",
        metadata,
        Column("consumer", String(60), primary_key=True),
        Column("event_id", UUID(as_uuid=True), primary_key=True),
        Column("handled_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


def cursor_table(metadata: MetaData) -> Table:
    """How far this service has read the outbox of each service it listens to."""
    return Table(
        "outbox_cursors",
        metadata,
        Column("source", String(40), primary_key=True),
        Column("topic", String(40), primary_key=True),
        Column("sequence", BigInteger, nullable=False),
        # Tries of the event the cursor stands before.
        Column("attempts", Integer, nullable=False, server_default=text("0")),
    )


def mail_table(metadata: MetaData) -> Table:
    """E-mails written in the transaction that caused them, sent afterwards; ``sent_at`` or
    ``failed_at`` (given up) ends one."""
    return Table(
        "mails",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("recipient", String(320), nullable=False),
        Column("subject", String(300), nullable=False),
        Column("text", Text, nullable=False),
        Column("html", Text),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("due_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("sent_at", DateTime(timezone=True)),
        Column("failed_at", DateTime(timezone=True)),
        Index(
            "ix_mails_due_at",
            "due_at",
            postgresql_where=text("sent_at IS NULL AND failed_at IS NULL"),
        ),
    )
