"""Take a webhook: check its signature, keep the event, answer at once."""

from __future__ import annotations

from deployments.payments.application.ports import EventReader, UnitOfWorkFactory


class ReceiveEvent:
    def __init__(self, begin: UnitOfWorkFactory, read: EventReader) -> None:
        self._begin = begin
        self._read = read

    async def __call__(self, body: bytes, signature: str | None) -> bool:
        """False for an event that was here before.

        Raises ``BadWebhook`` unless Stripe signed exactly this body within the last 5 minutes.
        """
        event = self._read(body, signature)
        async with self._begin() as work:
            new = await work.stripe_events.add(event, "webhook")
            await work.commit()
        return new
