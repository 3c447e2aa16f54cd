from __future__ import annotations

from deployments.analytics.infrastructure.product_figures_repository import ProductFigures
from deployments.analytics.infrastructure.sales_figures_repository import SalesFigures
from deployments.analytics.infrastructure.search_figures_repository import SearchFigures


class SqlFigures(SalesFigures, SearchFigures, ProductFigures):
    """Everything the use cases read, in one snapshot."""
