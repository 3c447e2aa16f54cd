"""Synonyms that a new shop starts with; merchants change and remove them like their own."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BOTH_WAYS = (
    ("sofa", "couch"),
    ("backpack", "rucksack"),
    ("sneakers", "trainers"),
    ("trousers", "pants"),
    ("jumper", "sweater", "pullover"),
    ("torch", "flashlight"),
    ("fridge", "refrigerator"),
    ("bike", "bicycle"),
    ("nappy", "diaper"),
    ("pram", "stroller"),
    ("duvet", "comforter"),
    ("spanner", "wrench"),
    ("tv", "television"),
    ("pc", "computer"),
    ("mobile phone", "cell phone", "smartphone"),
    ("earphones", "earbuds"),
    ("hard drive", "hard disk"),
)
# "notebook" alone may be of paper.
_ONE_WAY = (("laptop", "notebook"),)


def upgrade() -> None:
    table = sa.table(
        "search_synonyms",
        sa.column("id", sa.Uuid()),
        sa.column("terms", sa.ARRAY(sa.Text())),
        sa.column("one_way", sa.Boolean()),
    )
    known = {term for (terms,) in op.get_bind().execute(sa.select(table.c.terms)) for term in terms}
    op.bulk_insert(
        table,
        [
            {"id": uuid.uuid4(), "terms": list(terms), "one_way": one_way}
            for group, one_way in ((_BOTH_WAYS, False), (_ONE_WAY, True))
            for terms in group
            # What the merchants decided already stays as it is.
            if not known.intersection(terms)
        ],
    )


def downgrade() -> None:
    """They are the shop's own by now."""
