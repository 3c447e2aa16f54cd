"""The query of lists of products and of their facets."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from deployments.products.application.read_models import BrowseQuery
from deployments.products.contract import Sort
from deployments.products.presentation.parsing import attribute_filters, browse_key
from deployments.shared.errors import Forbidden, Unauthenticated
from deployments.shared.pagination import Cursor, Limit
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import MERCHANT, Principal

_PATH = r"^[a-z0-9-]+(/[a-z0-9-]+)*$"
_MAX_AMOUNT = 10**12
StatusFilter = Literal["published", "draft", "archived", "all"]


def sees_hidden(principal: Principal | None) -> bool:
    return principal is not None and (principal.service == OPERATOR or principal.has_role(MERCHANT))


class FilterParameters(BaseModel):
    """The filters of ``GET /products`` and ``GET /products/facets``."""

    category: Annotated[
        str | None,
        Field(pattern=_PATH, max_length=600, description="path; includes what is below it"),
    ] = None
    brand: Annotated[
        list[Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]],
        Field(max_length=20, description="any of"),
    ] = []
    price_min: Annotated[
        int | None, Field(ge=0, le=_MAX_AMOUNT, description="minor units; bounds price_from")
    ] = None
    price_max: Annotated[int | None, Field(ge=0, le=_MAX_AMOUNT)] = None
    in_stock: Annotated[bool, Field(description="only what can be bought now")] = False
    rating_min: Annotated[
        int | None, Field(ge=1, le=5, description="stars on average, of published reviews")
    ] = None
    attr: Annotated[
        list[Annotated[str, Field(max_length=600, pattern=r"^[^\x00:]+:[^\x00]+$")]],
        Field(
            max_length=20,
            description="`<name>:<value>`; of the same name any of, of several names each",
            examples=[["Material:Steel", "Volume:750 ml"]],
        ),
    ] = []
    status: Annotated[StatusFilter, Field(description="other than published: merchants only")] = (
        "published"
    )

    def require_allowed(self, principal: Principal | None) -> None:
        """Raises ``Unauthenticated`` or ``Forbidden`` for a status shoppers don't see."""
        if self.status == "published":
            return
        if principal is None:
            raise Unauthenticated("not_authenticated", "sign in as merchant to filter by status")
        if not sees_hidden(principal):
            raise Forbidden("wrong_role", "filtering by status needs the role merchant")

    def to_query(self) -> BrowseQuery:
        return BrowseQuery(
            category=self.category,
            brands=tuple(self.brand),
            price_min=self.price_min,
            price_max=self.price_max,
            in_stock=self.in_stock,
            rating_min=self.rating_min,
            attributes=attribute_filters(self.attr),
            status=None if self.status == "all" else self.status,
        )


class BrowseParameters(FilterParameters):
    """The query of ``GET /products``."""

    sort: Sort = "newest"
    limit: Limit = 24
    cursor: Cursor = None

    def to_query(self) -> BrowseQuery:
        """Raises ``Invalid`` ``invalid_cursor``."""
        after = browse_key(self.cursor, self.sort)
        return replace(
            FilterParameters.to_query(self), sort=self.sort, limit=self.limit, after=after
        )
