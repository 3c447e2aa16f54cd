"""Payment methods: what a browser makes of a card."""

from __future__ import annotations

from typing import Any

from deployments.sandbox.stripe import objects
from deployments.sandbox.stripe.cards import CardDetails, magic_card, read_card
from deployments.sandbox.stripe.errors import JsonObject, invalid
from deployments.sandbox.stripe.parameters import Parameters, check_known, metadata, required
from deployments.sandbox.stripe.store import ObjectStore, Record

KIND = "payment_method"


class PaymentMethods:
    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def create(self, params: Parameters) -> JsonObject:
        check_known(
            params, ("type", "card", "billing_details", "metadata", "allow_redisplay", "expand")
        )
        if required(params, "type") != "card":
            raise invalid("This sandbox takes cards only: type must be 'card'.", param="type")
        billing: Any = params.get("billing_details") or {}
        return self._save(read_card(params), billing, metadata(params)).body

    def retrieve(self, identity: str) -> JsonObject:
        return self.resolve(identity).body

    def resolve(self, identity: str, param: str = "payment_method") -> Record:
        """The stored method; one of Stripe's magic ids becomes a new one."""
        if (card := magic_card(identity)) is not None:
            return self._save(card, {}, {})
        return self._store.get(KIND, identity, param)

    def _save(self, card: CardDetails, billing: JsonObject, labels: dict[str, str]) -> Record:
        record = Record(
            objects.payment_method(card, billing, labels), {"behaviour": card.behaviour}
        )
        self._store.save(record)
        return record
