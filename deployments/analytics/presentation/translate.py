"""Between the contract's words and the domain's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from deployments.analytics.application.read_dashboard import DashboardFigures
from deployments.analytics.contract import (
    DailyFigures,
    Dashboard,
    Freshness,
    FunnelStep,
    Kpis,
    ProductFigures,
    Purchase,
    TrendingSearch,
    VisitEvent,
)
from deployments.analytics.domain.figures import Totals
from deployments.analytics.domain.sale import Sale, SaleLine
from deployments.analytics.domain.visit_event import STORE, normal_query
from deployments.analytics.domain.visit_event import VisitEvent as DomainEvent
from deployments.shared.events import BEHAVIOUR, Event
from deployments.shared.schemas import MoneySchema

_OWN_COLUMNS = frozenset({"event_id", "session_id", "occurred_at", "type", "product_id"})


def stream_event(event: VisitEvent) -> Event:
    return Event(BEHAVIOUR, event.type, event.model_dump(mode="json"), event.event_id)


def visit_event(event: VisitEvent, occurred_at: datetime, source: str = STORE) -> DomainEvent:
    fields: dict[str, Any] = event.model_dump(mode="json")
    query = fields.get("query")
    return DomainEvent(
        event_id=event.event_id,
        occurred_at=occurred_at,
        type=event.type,
        source=source,
        session_id=event.session_id,
        product_id=getattr(event, "product_id", None),
        query=None if query is None else normal_query(query),
        payload={key: value for key, value in fields.items() if key not in _OWN_COLUMNS},
    )


def sale(purchase: Purchase) -> Sale:
    return Sale(
        source=purchase.source,
        order_id=purchase.order_id,
        order_number=purchase.order_number,
        kind=purchase.kind,
        session_id=purchase.session_id,
        customer_key=purchase.customer_key,
        country=purchase.country,
        currency=purchase.currency,
        shipping=purchase.shipping,
        tax=purchase.tax,
        discount=purchase.discount,
        total=purchase.total,
        paid_at=purchase.paid_at.astimezone(UTC),
        lines=tuple(
            SaleLine(
                line.product_id,
                line.variant_id,
                line.sku,
                line.title,
                line.quantity,
                line.unit_price,
            )
            for line in purchase.lines
        ),
    )


def _kpis(totals: Totals, currency: str) -> Kpis:
    return Kpis(
        revenue=MoneySchema(amount=totals.revenue, currency=currency),
        orders=totals.orders,
        average_order=MoneySchema(amount=totals.average_order, currency=currency),
        visits=totals.visits,
        conversion=round(totals.conversion, 6),
    )


def dashboard(figures: DashboardFigures) -> Dashboard:
    return Dashboard(
        start=figures.period.start,
        end=figures.period.end,
        currency=figures.currency,
        kpis=_kpis(figures.current, figures.currency),
        previous=_kpis(figures.previous, figures.currency),
        daily=[
            DailyFigures(
                day=day.day,
                revenue=day.totals.revenue,
                orders=day.totals.orders,
                visits=day.totals.visits,
            )
            for day in figures.daily
        ],
        top_products=[ProductFigures.model_validate(row) for row in figures.top_products],
        funnel=[
            FunnelStep.model_validate({"step": step, "visits": visits})
            for step, visits in figures.funnel.items()
        ],
        trending_searches=[TrendingSearch.model_validate(row) for row in figures.trending],
        freshness=Freshness(
            last_event_at=figures.last_fact_at,
            aggregated_until=figures.aggregated_until,
            includes_demo_data=figures.includes_demo_data,
        ),
    )
