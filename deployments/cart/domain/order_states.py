"""The states of an order and the only ways between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from deployments.shared.errors import Conflict


class Status(StrEnum):
    CREATED = "created"
    RESERVED = "reserved"
    PAYMENT_PENDING = "payment_pending"
    PAID = "paid"
    STOCK_COMMITTED = "stock_committed"
    FULFILLED = "fulfilled"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


_S = Status
LEGAL: Final[Mapping[Status, frozenset[Status]]] = {
    _S.CREATED: frozenset({_S.RESERVED, _S.REJECTED, _S.CANCELLING}),
    _S.RESERVED: frozenset({_S.PAYMENT_PENDING, _S.CANCELLING}),
    _S.PAYMENT_PENDING: frozenset({_S.PAID, _S.CANCELLING}),
    # Late success: the shopper paid before the intent could be cancelled.
    _S.CANCELLING: frozenset({_S.CANCELLED, _S.PAID}),
    _S.PAID: frozenset({_S.STOCK_COMMITTED}),
    _S.STOCK_COMMITTED: frozenset({_S.FULFILLED, _S.REFUNDING}),
    _S.FULFILLED: frozenset({_S.COMPLETED, _S.REFUNDING}),
    _S.COMPLETED: frozenset({_S.REFUNDING}),
    # Back to where it was when a refund of all that was paid fails.
    _S.REFUNDING: frozenset({_S.REFUNDED, _S.STOCK_COMMITTED, _S.FULFILLED, _S.COMPLETED}),
    _S.REJECTED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.REFUNDED: frozenset(),
}
UNPAID: Final = frozenset({_S.CREATED, _S.RESERVED, _S.PAYMENT_PENDING})
HOLDS_UNPAID: Final = UNPAID | {_S.CANCELLING}
# An order in one of these is no longer in the way of another checkout of the same cart.
VOID: Final = frozenset({_S.REJECTED, _S.CANCELLED})
# Its stock was taken for good and the payment can be given back.
DONE: Final = frozenset({_S.STOCK_COMMITTED, _S.FULFILLED, _S.COMPLETED})
# The customer has paid and not got everything back.
PURCHASED: Final = DONE | {_S.PAID, _S.REFUNDING}
# Passed through in seconds, unless another service can't do its part.
PASSING: Final = frozenset({_S.PAID, _S.CANCELLING})
# Nothing is going to happen to it any more by itself.
ENDED: Final = VOID | {_S.COMPLETED, _S.REFUNDED}


class IllegalTransition(Conflict):
    def __init__(self, current: Status, wanted: Status) -> None:
        super().__init__("illegal_transition", f"an order that is {current} can't become {wanted}")
