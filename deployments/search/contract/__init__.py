"""What AI search says to others: search, similar products, price comparison, the index."""

from deployments.search.contract.answers import (
    Alternatives,
    Chip,
    Facet,
    FacetValue,
    FilterValue,
    Mode,
    PriceSpan,
    Reason,
    SearchHit,
    SearchResponse,
    SearchSort,
    Suggestion,
)
from deployments.search.contract.client import SearchClient
from deployments.search.contract.index import (
    IndexRequest,
    IndexResponse,
    IndexStatus,
    IndexVersionInfo,
)
from deployments.search.contract.live import (
    DeploymentLive,
    EncodingLive,
    LivePoint,
    RouteLive,
    SearchLive,
    Spread,
)
from deployments.search.contract.prices import (
    Offer,
    PriceComparison,
    PriceHistory,
    PriceOverview,
    PricePoint,
    PricePosition,
    SourceStatus,
)
from deployments.search.contract.synonyms import Synonym, SynonymInput

__all__ = [
    "Alternatives",
    "Chip",
    "DeploymentLive",
    "EncodingLive",
    "Facet",
    "FacetValue",
    "FilterValue",
    "IndexRequest",
    "IndexResponse",
    "IndexStatus",
    "IndexVersionInfo",
    "LivePoint",
    "Mode",
    "Offer",
    "PriceComparison",
    "PriceHistory",
    "PriceOverview",
    "PricePoint",
    "PricePosition",
    "PriceSpan",
    "Reason",
    "RouteLive",
    "SearchClient",
    "SearchHit",
    "SearchLive",
    "SearchResponse",
    "SearchSort",
    "SourceStatus",
    "Spread",
    "Suggestion",
    "Synonym",
    "SynonymInput",
]
