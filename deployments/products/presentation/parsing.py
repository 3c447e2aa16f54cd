"""From what came over the wire to what use cases take."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from deployments.products.application.import_state import ImportItem
from deployments.products.application.read_models import ReviewSort, Sort
from deployments.products.contract import ProductImport, ProductInput
from deployments.products.domain.draft import ProductDraft, VariantDraft
from deployments.shared.errors import Invalid
from deployments.shared.pagination import decode_cursor
from deployments.shared.tokens import Principal

_BIGGEST = 2**63 - 1
_BIGGEST_UNITS = 2**31 - 1
_WRONG_CURSOR = Invalid("invalid_cursor", "cursor belongs to another list or sort order")


def draft(body: ProductInput) -> ProductDraft:
    return ProductDraft(
        title=body.title,
        slug=body.slug,
        description=body.description,
        brand=body.brand or None,
        attributes=body.attributes,
        tags=tuple(body.tags),
        status=body.status,
        currency=body.currency,
        variants=tuple(
            VariantDraft(
                sku=variant.sku,
                price=variant.price,
                barcode=variant.barcode,
                options=variant.options,
                compare_at=variant.compare_at,
                on_hand=variant.on_hand,
            )
            for variant in body.variants
        ),
    )


def import_item(body: ProductImport) -> ImportItem:
    return ImportItem(
        handle=body.handle,
        draft=draft(body),
        category=body.category,
        category_names=tuple(body.category_names),
        image_urls=tuple(body.image_urls),
    )


def actor(principal: Principal) -> str:
    """Who is named in the record of stock movements."""
    if principal.service is not None:
        return f"service:{principal.service}"
    return f"user:{principal.user_id}"


def version(if_match: str | None) -> int | None:
    """The version an If-Match header asks for; None without one and for '*'.

    Raises:
        Invalid: ``invalid_if_match``.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().removeprefix("W/").strip('"')
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise Invalid("invalid_if_match", 'If-Match is the version you read, e.g. "3"')
    return int(number)


def attribute_filters(pairs: list[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``Name:Value`` pairs as (name, its values), names in order of appearance."""
    found: dict[str, dict[str, None]] = {}
    for pair in pairs:
        name, _, value = pair.partition(":")
        found.setdefault(name.strip(), {})[value.strip()] = None
    return tuple((name, tuple(values)) for name, values in found.items())


def browse_key(cursor: str | None, sort: Sort) -> tuple[str | int | datetime, UUID] | None:
    """The sort key in a cursor of a list sorted by ``sort``.

    Raises:
        Invalid: ``invalid_cursor``.
    """
    return None if cursor is None else _key(cursor, sort, sort)


def _key(cursor: str, name: str, kind: Sort) -> tuple[str | int | datetime, UUID]:
    """The key in a cursor of the list called ``name``, whose values are as of ``kind``."""
    named, value, identity = decode_cursor(cursor, 3)
    if named != name:
        raise _WRONG_CURSOR
    try:
        return _sort_value(value, kind), UUID(identity)
    except (ValueError, TypeError, AttributeError) as error:
        raise _WRONG_CURSOR from error


def _sort_value(value: Any, sort: Sort) -> str | int | datetime:
    if sort == "newest":
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a moment without time zone")
        return moment
    if sort == "title":
        if not isinstance(value, str) or "\0" in value:
            raise ValueError("not a title")
        return value
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _BIGGEST:
        raise ValueError("not an amount")
    return value


def review_key(cursor: str | None, sort: ReviewSort) -> tuple[int | datetime, UUID] | None:
    """The sort key in a cursor of a product's reviews; raises ``Invalid`` ``invalid_cursor``."""
    if cursor is None:
        return None
    kind: Sort = "newest" if sort == "newest" else "rating"
    value, identity = _key(cursor, sort, kind)
    if isinstance(value, str) or (isinstance(value, int) and not 1 <= value <= 5):
        raise _WRONG_CURSOR
    return value, identity


def queue_key(cursor: str | None, state: str) -> tuple[datetime, UUID] | None:
    """The sort key in a cursor of the reviews in ``state``; raises as ``review_key``."""
    if cursor is None:
        return None
    value, identity = _key(cursor, state, "newest")
    if not isinstance(value, datetime):
        raise _WRONG_CURSOR
    return value, identity


def low_stock_key(cursor: str | None) -> tuple[int, UUID] | None:
    """The key in a cursor of the low-stock list; raises as ``review_key``."""
    if cursor is None:
        return None
    value, identity = _key(cursor, "low", "rating")
    if not isinstance(value, int) or abs(value) > _BIGGEST_UNITS:
        raise _WRONG_CURSOR
    return value, identity


def movement_key(cursor: str | None) -> int | None:
    """The id in a cursor of stock movements; raises as ``review_key``."""
    if cursor is None:
        return None
    name, value = decode_cursor(cursor, 2)
    if name != "movements" or type(value) is not int or not 0 < value <= _BIGGEST:
        raise _WRONG_CURSOR
    return value


def export_key(cursor: str | None) -> UUID | None:
    """The product id in a cursor of the export; raises ``Invalid`` ``invalid_cursor``."""
    if cursor is None:
        return None
    try:
        return UUID(decode_cursor(cursor, 1)[0])
    except (ValueError, TypeError, AttributeError) as error:
        raise _WRONG_CURSOR from error
