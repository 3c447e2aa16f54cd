"""Catalogue, stock, reservations, outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _catalogue()
    _stock()
    _images()
    _outbox()


def _catalogue() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid()),
        sa.Column("slug", sa.String(160), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["categories.id"], name="fk_categories_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
        sa.UniqueConstraint("path", name="uq_categories_path"),
    )
    op.create_index("ix_categories_parent_id", "categories", ["parent_id"])
    op.create_index(
        "ix_categories_path_prefix",
        "categories",
        ["path"],
        postgresql_ops={"path": "text_pattern_ops"},
    )
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(160), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("sort_title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("brand", sa.String(120)),
        sa.Column("category_id", sa.Uuid()),
        sa.Column("attributes", postgresql.JSONB(), nullable=False),
        sa.Column("tags", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("price_from", sa.BigInteger(), nullable=False),
        sa.Column("price_to", sa.BigInteger(), nullable=False),
        sa.Column("compare_at_amount", sa.BigInteger()),
        sa.Column("variant_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(60)),
        sa.Column("source_handle", sa.String(160)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'archived')", name="ck_products_known_status"
        ),
        sa.CheckConstraint(
            "(source IS NULL) = (source_handle IS NULL)", name="ck_products_source_complete"
        ),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name="fk_products_category_id"),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
        sa.UniqueConstraint("slug", name="uq_products_slug"),
        sa.UniqueConstraint("source", "source_handle", name="uq_products_source_source_handle"),
    )
    published = sa.text("status = 'published'")
    for name, columns in (
        ("newest", ["created_at", "id"]),
        ("price", ["price_from", "id"]),
        ("title", ["sort_title", "id"]),
        ("category_price", ["category_id", "price_from", "id"]),
    ):
        op.create_index(f"ix_products_{name}", "products", columns, postgresql_where=published)
    op.create_index("ix_products_brand", "products", ["brand"])
    op.create_table(
        "variants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("barcode", sa.String(14)),
        sa.Column("options", postgresql.JSON(), nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.Column("compare_at_amount", sa.BigInteger()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("price_amount >= 0", name="ck_variants_price_not_negative"),
        sa.CheckConstraint(
            "compare_at_amount > price_amount", name="ck_variants_compare_at_above_price"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_variants_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_variants"),
        sa.UniqueConstraint("sku", name="uq_variants_sku"),
    )
    op.create_index("ix_variants_product_id", "variants", ["product_id"])
    op.create_index("ix_variants_barcode", "variants", ["barcode"])


def _stock() -> None:
    op.create_table(
        "stock",
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "0 <= reserved AND reserved <= on_hand", name="ck_stock_reserved_within_on_hand"
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name="fk_stock_variant_id"),
        sa.PrimaryKeyConstraint("variant_id", name="pk_stock"),
    )
    now = sa.func.now()
    op.create_table(
        "reservation_orders",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.CheckConstraint(
            "state IN ('held', 'committed', 'released')", name="ck_reservation_orders_known_state"
        ),
        sa.PrimaryKeyConstraint("order_id", name="pk_reservation_orders"),
    )
    op.create_table(
        "reservations",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_reservations_quantity_positive"),
        sa.CheckConstraint(
            "state IN ('held', 'committed', 'released')", name="ck_reservations_known_state"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["reservation_orders.order_id"], name="fk_reservations_order_id"
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name="fk_reservations_variant_id"),
        sa.PrimaryKeyConstraint("order_id", "variant_id", name="pk_reservations"),
    )
    op.create_index("ix_reservations_variant_id", "reservations", ["variant_id"])
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("order_id", sa.Uuid()),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.CheckConstraint("delta <> 0", name="ck_stock_movements_delta_not_zero"),
        sa.PrimaryKeyConstraint("id", name="pk_stock_movements"),
    )
    op.create_index("ix_stock_movements_variant_id_id", "stock_movements", ["variant_id", "id"])


def _images() -> None:
    op.create_table(
        "images",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid()),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sizes", postgresql.JSONB(), nullable=False),
        sa.Column("external_url", sa.Text()),
        sa.Column("alt", sa.String(300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.CheckConstraint(
            "(external_url IS NULL) = (sizes <> '[]'::jsonb)", name="ck_images_one_place"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_images_product_id"),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name="fk_images_variant_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_images"),
        sa.UniqueConstraint(
            "product_id",
            "digest",
            "variant_id",
            name="uq_images_product_id_digest_variant_id",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_images_variant_id", "images", ["variant_id"])
    op.create_index("ix_images_product_id_position_id", "images", ["product_id", "position", "id"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column(
            "occurred_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("event_id", name="pk_outbox"),
        sa.UniqueConstraint("position", name="uq_outbox_position"),
    )
    op.create_index(
        "ix_outbox_unpublished",
        "outbox",
        ["position"],
        postgresql_where=sa.text("published_at IS NULL"),
    )


def downgrade() -> None:
    for table in (
        "outbox",
        "images",
        "stock_movements",
        "reservations",
        "reservation_orders",
        "stock",
        "variants",
        "products",
        "categories",
    ):
        op.drop_table(table)
