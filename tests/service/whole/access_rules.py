"""Who may call what: one line for every operation of the six APIs.

A new route without a line fails ``test_access``: somebody has to say who it is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deployments.shared.settings import OPERATOR, SERVICES
from deployments.shared.tokens import ADMIN, ANALYST, MERCHANT, SHOPPER
from tests.service.whole.accounts import MACHINES, ROLES

Callers = frozenset[str]

EVERYBODY: Final = frozenset({"anonymous", *ROLES, *MACHINES})
USERS: Final = frozenset(ROLES)
MERCHANTS: Final = frozenset({MERCHANT, ADMIN})
ANALYSTS: Final = frozenset({ANALYST, ADMIN})
ADMINS: Final = frozenset({ADMIN})
SIGNED_IN: Final = USERS | frozenset(MACHINES)
assert SHOPPER in USERS


def _machines(*names: str) -> Callers:
    return frozenset(names)


RULES: Final[Mapping[str, Mapping[str, Callers]]] = {
    "auth": {
        "POST /register": EVERYBODY,
        "POST /login": EVERYBODY,
        "POST /refresh": EVERYBODY,
        "POST /logout": EVERYBODY,
        "POST /logout-all": USERS,
        "POST /password/forgot": EVERYBODY,
        "POST /password/reset": EVERYBODY,
        "POST /password/change": USERS,
        "POST /email/verify": EVERYBODY,
        "POST /email/resend": USERS,
        "POST /me/email": USERS,
        "GET /me": USERS,
        "PUT /me": USERS,
        "DELETE /me": USERS,
        "GET /me/export": USERS,
        "GET /me/addresses": USERS,
        "POST /me/addresses": USERS,
        "GET /me/addresses/{address_id}": USERS,
        "PUT /me/addresses/{address_id}": USERS,
        "DELETE /me/addresses/{address_id}": USERS,
        "GET /users": ADMINS,
        "GET /users/{user_id}": ADMINS,
        "PUT /users/{user_id}": ADMINS,
        "GET /.well-known/jwks.json": EVERYBODY,
        "PUT /internal/accounts": _machines(OPERATOR),
        "GET /internal/accounts/{user_id}/token-version": _machines(*SERVICES),
        "GET /internal/outbox": _machines("cart", "products"),
    },
    "products": {
        "GET ": EVERYBODY,
        "POST ": MERCHANTS | {OPERATOR},
        "GET /facets": EVERYBODY,
        "GET /{product_id}": EVERYBODY,
        "PUT /{product_id}": MERCHANTS | {OPERATOR},
        "DELETE /{product_id}": MERCHANTS | {OPERATOR},
        "GET /by-slug/{slug}": EVERYBODY,
        "GET /media/{key}": EVERYBODY,
        "POST /import": MERCHANTS | {OPERATOR},
        "GET /categories": EVERYBODY,
        "POST /categories": MERCHANTS | {OPERATOR},
        "DELETE /categories/{category_id}": MERCHANTS | {OPERATOR},
        "DELETE /{product_id}/images/{image_id}": MERCHANTS | {OPERATOR},
        "GET /export": MERCHANTS | {OPERATOR},
        "PUT /categories/{category_id}": MERCHANTS | {OPERATOR},
        "PUT /{product_id}/images": MERCHANTS | {OPERATOR},
        "PUT /{product_id}/images/{image_id}": MERCHANTS | {OPERATOR},
        "PUT /{product_id}/status": MERCHANTS | {OPERATOR},
        "POST /{product_id}/images": MERCHANTS | {OPERATOR},
        "GET /reviews": MERCHANTS | {OPERATOR},
        "PUT /reviews/{review_id}/decision": MERCHANTS | {OPERATOR},
        "GET /{product_id}/reviews": EVERYBODY,
        "GET /{product_id}/reviews/mine": USERS,
        "PUT /{product_id}/reviews/mine": USERS,
        "DELETE /{product_id}/reviews/mine": USERS,
        "GET /stock/low": MERCHANTS | {OPERATOR},
        "GET /{product_id}/stock": MERCHANTS | {OPERATOR},
        "POST /{product_id}/variants/{variant_id}/stock": MERCHANTS | {OPERATOR},
        "PUT /{product_id}/variants/{variant_id}/stock": MERCHANTS | {OPERATOR},
        "PUT /{product_id}/variants/{variant_id}/low-stock": MERCHANTS | {OPERATOR},
        "GET /{product_id}/variants/{variant_id}/movements": MERCHANTS | {OPERATOR},
        "GET /internal/products": _machines("search", OPERATOR),
        "PUT /internal/snapshots": _machines("cart", OPERATOR),
        "PUT /internal/reservations": _machines("cart"),
        "PUT /internal/reservations/{order_id}/commit": _machines("cart"),
        "PUT /internal/reservations/{order_id}/release": _machines("cart"),
        "PUT /internal/restocks/{refund_id}": _machines("cart"),
        "GET /internal/reviews/{user_id}": _machines("auth"),
        "GET /internal/outbox": _machines("search"),
    },
    "cart": {
        "GET ": EVERYBODY,
        "POST /add": EVERYBODY,
        "PUT /items/{item_id}": EVERYBODY,
        "DELETE /remove/{item_id}": EVERYBODY,
        "POST /accept-prices": EVERYBODY,
        "PUT /coupon": EVERYBODY,
        "DELETE /coupon": EVERYBODY,
        "GET /countries": EVERYBODY,
        "GET /shipping-methods": EVERYBODY,
        "POST /merge": USERS,
        "GET /quote": EVERYBODY,
        "POST /checkout": USERS,
        "GET /orders": USERS,
        "GET /orders/{order_id}": USERS,
        "POST /orders/{order_id}/cancel": USERS,
        "GET /orders/all": MERCHANTS,
        "GET /orders/summary": MERCHANTS,
        "POST /orders/{order_id}/fulfil": MERCHANTS,
        "POST /orders/{order_id}/complete": MERCHANTS,
        "POST /orders/{order_id}/refunds": MERCHANTS,
        "GET /coupons": MERCHANTS,
        "POST /coupons": MERCHANTS,
        "GET /coupons/{coupon_id}": MERCHANTS,
        "PUT /coupons/{coupon_id}": MERCHANTS,
        "DELETE /coupons/{coupon_id}": MERCHANTS,
        "GET /internal/purchases/{user_id}/{product_id}": _machines("products"),
        "GET /internal/customers/{user_id}": _machines("auth"),
        "GET /internal/outbox": _machines("analytics"),
    },
    "payments": {
        "POST /create-intent": USERS | {"cart"},
        "POST /confirm": USERS,
        "GET /{payment_id}": SIGNED_IN,
        "POST /webhook": EVERYBODY,
        "GET /refunds": MERCHANTS,
        "GET /disputes": MERCHANTS,
        "GET /alarms": MERCHANTS,
        "PUT /alarms/{alarm_id}/resolved": MERCHANTS,
        "PUT /internal/orders/{order_id}/cancel": _machines("cart", OPERATOR),
        "PUT /internal/refunds/{refund_id}": _machines("cart", OPERATOR),
        "GET /internal/outbox": _machines("cart"),
    },
    "analytics": {
        "POST /events": EVERYBODY,
        "GET /dashboard": ANALYSTS | {MERCHANT, OPERATOR},
        "GET /products/popular": EVERYBODY,
        "GET /products/{product_id}/bought-together": EVERYBODY,
        "GET /search/trending": EVERYBODY,
        "GET /search/zero-results": ANALYSTS | {MERCHANT, OPERATOR},
        "PUT /internal/events": _machines(OPERATOR),
        "PUT /internal/sales": _machines(OPERATOR),
    },
    "search": {
        "GET /search": EVERYBODY,
        "GET /similar/{product_id}": EVERYBODY,
        "GET /suggest": EVERYBODY,
        "GET /synonyms": MERCHANTS | ANALYSTS,
        "POST /synonyms": MERCHANTS | {OPERATOR},
        "PUT /synonyms/{synonym_id}": MERCHANTS,
        "DELETE /synonyms/{synonym_id}": MERCHANTS,
        "GET /prices/{product_id}": EVERYBODY,
        "GET /prices/{product_id}/history": ANALYSTS | {MERCHANT},
        "GET /prices": ANALYSTS | {MERCHANT},
        "POST /index": MERCHANTS | {OPERATOR},
        "GET /index/status": ANALYSTS | {MERCHANT, OPERATOR},
        "POST /index/versions/{name}/activate": _machines(OPERATOR),
        "DELETE /index/versions/{name}": _machines(OPERATOR),
        "GET /live": ANALYSTS | {MERCHANT, OPERATOR},
    },
}
ALWAYS_OPEN: Final = ("GET /health", "GET /ready")
