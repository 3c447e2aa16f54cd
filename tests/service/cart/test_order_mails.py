"""What a customer is written: once for each thing that happens, with links and right sums."""

from __future__ import annotations

from tests.service.cart.shop import Shop


async def test_a_paid_order_is_confirmed_with_lines_totals_and_address(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug & <Co>", 1290, 10)
    order = await shop.pending(ada, mug, 2)
    assert shop.mails() == []
    for _ in range(3):
        await shop.tell("payment.succeeded", order)
    ((recipient, subject, text, html),) = shop.mails()
    assert (recipient, subject) == ("ada@example.com", f"Your order {order['number']}")
    for part in ("€25.80", "€4.90", "€30.70", "Ada Lovelace", "Torstraße 1", "10119 Berlin"):
        assert part in text
        assert part in html
    assert "2 × Mug & <Co>" in text
    assert "2 × Mug &amp; &lt;Co&gt;" in html
    assert f"http://127.0.0.1:3000/order/{order['id']}" in text


async def test_an_order_that_was_not_paid_is_no_reason_to_write(shop: Shop) -> None:
    """Its address is whatever somebody typed."""
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.pending(ada, mug)
    shop.clock.advance(minutes=16)
    await shop.sweep()
    assert (await shop.order(ada, order))["status"] == "cancelled"
    assert shop.mails() == []


async def test_an_order_that_never_waited_for_a_payment_is_no_reason_to_write(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    cart = await shop.add(ada, mug)
    shop.catalogue.down.add("reserve")
    assert (await shop.check_out(ada, cart["version"])).status_code == 503
    shop.clock.advance(minutes=16)
    shop.catalogue.down.clear()
    await shop.sweep()
    assert shop.rows("SELECT status FROM orders") == [("cancelled",)]
    assert shop.mails() == []
