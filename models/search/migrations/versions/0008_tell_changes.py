"""The database tells every replica what changed, so that they may remember what they read."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# A notice holds at most 8000 bytes; of more products than fit it says none by name.
_DOCUMENTS = """
CREATE FUNCTION tell_changed_documents() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    many integer;
BEGIN
    SELECT count(*) INTO many FROM changed;
    IF many > 200 THEN
        PERFORM pg_notify('search_changes', 'documents');
    ELSIF many > 0 THEN
        PERFORM pg_notify('search_changes', 'documents ' || string_agg(product_id::text, ' '))
        FROM changed;
    END IF;
    RETURN NULL;
END
$$
"""
_VECTORS = """
CREATE FUNCTION tell_changed_vectors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('search_changes', 'vectors')
    FROM changed JOIN index_versions AS version ON version.id = changed.index_version
    WHERE version.status = 'active' LIMIT 1;
    RETURN NULL;
END
$$
"""
_VERSIONS = """
CREATE FUNCTION tell_changed_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('search_changes', 'versions');
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    for function in (_DOCUMENTS, _VECTORS, _VERSIONS):
        op.execute(function)
    for table, function in (("search_documents", "documents"), ("embeddings", "vectors")):
        for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER tell_{event.lower()} AFTER {event} ON {table} "
                f"REFERENCING {rows} TABLE AS changed "
                f"FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_{function}()"
            )
    op.execute(
        "CREATE TRIGGER tell_change AFTER INSERT OR DELETE OR UPDATE OF status ON index_versions "
        "FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_versions()"
    )


def downgrade() -> None:
    for table in ("search_documents", "embeddings"):
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER tell_{event} ON {table}")
    op.execute("DROP TRIGGER tell_change ON index_versions")
    for changed in ("documents", "vectors", "versions"):
        op.execute(f"DROP FUNCTION tell_changed_{changed}()")
