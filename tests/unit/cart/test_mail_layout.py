"""Mails: readable as text, and nothing a customer typed becomes markup."""

from __future__ import annotations

from deployments.cart.application.mail_layout import Letter, Row, mail

LETTER = Letter(
    "Thank you",
    ["Hello <b>Ada</b> & Co"],
    rows=[Row("2 × <script>alert(1)</script>", "€25.80", "Colour: Navy"), Row("Total", "€30.70")],
    blocks=[("Delivered to", ["Ada <img src=x>", "Berlin"])],
    links=[("See your order", 'http://shop/order/1"><b>')],
)


def test_the_text_holds_everything() -> None:
    sent = mail("ada@example.com", "Your order", LETTER, "Mercato")
    for part in ("Thank you", "Hello <b>Ada</b>", "€25.80", "Colour: Navy", "Berlin", "Mercato"):
        assert part in sent.text
    assert "Delivered to:\nAda <img src=x>\nBerlin" in sent.text


def test_the_html_escapes_every_value() -> None:
    html = mail("ada@example.com", "Your order", LETTER, "A & B").html
    assert html is not None
    for attack in ("<b>", "<script>", "<img", "A & B"):
        assert attack not in html
    assert "&lt;script&gt;" in html
    assert 'href="http://shop/order/1&quot;&gt;&lt;b&gt;"' in html
