"""Rows that have done their work go; those that have not stay."""

from __future__ import annotations

from tests.service.cart.shop import Shop


async def test_old_events_and_sent_mails_go_and_the_rest_stays(shop: Shop) -> None:
    await shop.paid(shop.shopper(), shop.catalogue.sell("Mug"))
    await shop.app.state.clean_up()
    assert shop.rows("SELECT count(*) FROM outbox") != [(0,)]
    assert shop.rows("SELECT count(*) FROM inbox") == [(1,)]
    shop.write("UPDATE outbox SET published_at = now() - interval '31 days'")
    shop.write("UPDATE outbox SET published_at = NULL WHERE type = 'order.paid'")
    shop.write("UPDATE inbox SET handled_at = now() - interval '61 days'")
    shop.write("UPDATE mails SET sent_at = now() - interval '31 days'")
    await shop.app.state.clean_up()
    assert len(shop.outbox("order.paid")) == 1
    assert shop.outbox("order.created") == []
    assert shop.rows("SELECT count(*) FROM inbox") == [(0,)]
    assert shop.mails() == []
