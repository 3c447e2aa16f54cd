"""The harness would notice: each query runs on the services' own tables and finds what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.faults.invariants import QUERIES

DatabaseUrl = Callable[[str], str]


@pytest.fixture
def connect(database_url: DatabaseUrl) -> Callable[[str], psycopg.Connection]:
    def open_it(service: str) -> psycopg.Connection:
        url = database_url(service).replace("+asyncpg", "")
        return psycopg.connect(url, autocommit=True)

    return open_it


def found(connection: psycopg.Connection, service: str) -> set[str]:
    return {
        invariant
        for (invariant, where), query in QUERIES.items()
        if where == service and connection.execute(query).fetchall()  # type: ignore[arg-type]
    }


@pytest.mark.parametrize("service", sorted({service for _, service in QUERIES}))
def test_an_empty_database_violates_nothing(
    connect: Callable[[str], psycopg.Connection], service: str
) -> None:
    with connect(service) as connection:
        assert found(connection, service) == set()


def variant_with_stock(connection: psycopg.Connection, on_hand: int, reserved: int) -> UUID:
    product, variant = uuid4(), uuid4()
    connection.execute(
        "INSERT INTO products (id, slug, title, sort_title, description, attributes, tags, status,"
        " currency, price_from, price_to, variant_count, version, created_at, updated_at) VALUES"
        " (%s, %s, 'A', 'a', '', '{}', '{}', 'published', 'EUR', 1, 1, 1, 1, now(), now())",
        (product, str(product)),
    )
    connection.execute(
        "INSERT INTO variants (id, product_id, sku, options, price_amount, position, active)"
        " VALUES (%s, %s, %s, '{}', 1, 0, true)",
        (variant, product, str(variant)),
    )
    connection.execute(
        "INSERT INTO stock (variant_id, on_hand, reserved) VALUES (%s, %s, %s)",
        (variant, on_hand, reserved),
    )
    connection.execute(
        "INSERT INTO stock_movements (variant_id, delta, reason, actor)"
        " VALUES (%s, 5, 'delivery', 'test')",
        (variant,),
    )
    return variant


def reserve(connection: psycopg.Connection, variant: UUID, state: str) -> UUID:
    order = uuid4()
    connection.execute(
        "INSERT INTO reservation_orders (order_id, state) VALUES (%s, %s)", (order, state)
    )
    connection.execute(
        "INSERT INTO reservations (order_id, variant_id, quantity, state) VALUES (%s, %s, 2, %s)",
        (order, variant, state),
    )
    return order


def test_stock_that_adds_up_is_no_violation(
    connect: Callable[[str], psycopg.Connection],
) -> None:
    with connect("products") as connection:
        reserve(connection, variant_with_stock(connection, 5, 2), "held")
        assert found(connection, "products") == set()


def test_stock_held_for_nobody_is_found(connect: Callable[[str], psycopg.Connection]) -> None:
    with connect("products") as connection:
        variant_with_stock(connection, 5, 2)
        assert found(connection, "products") == {"I1 reserved is the sum of what is held"}


def test_units_that_vanished_are_found(connect: Callable[[str], psycopg.Connection]) -> None:
    with connect("products") as connection:
        variant_with_stock(connection, 4, 0)
        assert found(connection, "products") == {"I1 on hand is the sum of all movements"}


def test_stock_committed_without_leaving_is_found(
    connect: Callable[[str], psycopg.Connection],
) -> None:
    with connect("products") as connection:
        reserve(connection, variant_with_stock(connection, 5, 0), "committed")
        assert found(connection, "products") == {
            "I1 what was committed left the stock once, nothing else did"
        }


@pytest.mark.parametrize("service", ["products", "cart", "payments"])
def test_an_event_that_is_not_published_is_found(
    connect: Callable[[str], psycopg.Connection], service: str
) -> None:
    with connect(service) as connection:
        connection.execute(
            "INSERT INTO outbox (event_id, topic, type, payload, occurred_at)"
            " VALUES (%s, 'orders', 'order.paid', '{}', now() - interval '1 minute')",
            (uuid4(),),
        )
        assert found(connection, service) == {"I9 the outbox is drained"}
