"""The demo merchants' web pages: a front page and a page per product."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby

from deployments.sandbox.merchants.assortment import Article
from deployments.sandbox.merchants.shops import Shop
from deployments.sandbox.merchants.structured_data import json_ld, microdata_offer
from deployments.shared.money import Money

_STYLE = """
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 var(--font)}a{color:inherit;text-decoration:none}
header{padding:22px clamp(16px,5vw,64px);display:flex;gap:16px;align-items:baseline;
border-bottom:1px solid color-mix(in srgb,var(--ink) 12%,transparent)}
header b{font-size:24px;letter-spacing:-.02em;color:var(--accent)}header span{opacity:.65}
main{max-width:1120px;margin:0 auto;padding:32px clamp(16px,4vw,32px) 64px}
h1{font-size:clamp(26px,4vw,38px);line-height:1.15;margin:.2em 0 .4em}
h2{font-size:18px;margin:36px 0 14px;opacity:.75}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));gap:18px}
.card{background:#fff;border-radius:14px;overflow:hidden;box-shadow:0 1px 3px #0001;
transition:transform .15s}.card:hover{transform:translateY(-3px)}
.tile{aspect-ratio:4/3;display:grid;place-items:center;font-size:44px;font-weight:700;
color:#fffc;letter-spacing:-.03em}.card div.text{padding:12px 14px 16px}
.card p{margin:0 0 6px;font-size:15px;line-height:1.35}.price{font-weight:700}
.product{display:grid;gap:36px;grid-template-columns:minmax(0,5fr) minmax(0,6fr)}
.product .tile{border-radius:18px;font-size:96px;aspect-ratio:1}
.crumb{font-size:14px;opacity:.6}.offer{background:#fff;border-radius:12px;padding:14px 18px;
margin:10px 0;display:flex;justify-content:space-between;gap:16px;align-items:center}
.offer small{display:block;opacity:.65}.out{opacity:.5}
button{border:0;border-radius:99px;background:var(--accent);color:#fff;padding:10px 20px;
font:600 15px var(--font)}footer{text-align:center;padding:28px;font-size:13px;opacity:.55}
@media(max-width:720px){.product{grid-template-columns:1fr}.product .tile{aspect-ratio:16/10}}
"""


def _page(shop: Shop, title: str, body: str, home: str, head: str = "") -> str:
    look = shop.look
    variables = (
        f":root{{--accent:{look.accent};--ink:{look.ink};--paper:{look.paper};--font:{look.font}}}"
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · {escape(shop.name)}</title>"
        f"<style>{variables}{_STYLE}</style>{head}</head><body>"
        f'<header><a href="{escape(home)}"><b>{escape(shop.name)}</b></a>'
        f"<span>{escape(look.tagline)}</span></header><main>{body}</main>"
        "<footer>A demo merchant of Mercato's sandbox. Nothing here is for sale.</footer>"
        "</body></html>"
    )


def _tile(shop: Shop, article: Article) -> str:
    """A coloured block with initials, the same for every article of a group."""
    hue = zlib.crc32(article.group.encode()) % 360
    initials = "".join(word[0] for word in article.title.split()[:2] if word[0].isalnum()).upper()
    background = (
        f"linear-gradient(135deg,hsl({hue} 38% 58%),color-mix(in srgb,{shop.look.accent} 60%,"
        f"hsl({(hue + 40) % 360} 45% 50%)))"
    )
    return f'<div class="tile" style="background:{background}" aria-hidden="true">{initials}</div>'


def _money(shop: Shop, minor: int) -> str:
    return str(Money(minor, shop.currency))


def front_page(
    shop: Shop, articles: Sequence[Article], address: Callable[[Article], str], home: str
) -> str:
    """All products by department, each with its lowest price."""
    groups = [list(found) for _, found in groupby(articles, key=lambda article: article.group)]
    groups.sort(key=lambda group: group[0].category)
    sections = []
    for department, found in groupby(groups, key=lambda g: g[0].category.split(" > ")[0]):
        cards = "".join(
            f'<a class="card" href="{escape(address(group[0]))}">{_tile(shop, group[0])}'
            f'<div class="text"><p>{escape(group[0].title)}</p><span class="price">'
            f"{'from ' if len(group) > 1 else ''}{_money(shop, min(a.price for a in group))}"
            "</span></div></a>"
            for group in found
        )
        sections.append(f'<h2>{escape(department)}</h2><div class="grid">{cards}</div>')
    body = f"<h1>{escape(shop.look.tagline)}</h1>{''.join(sections)}"
    return _page(shop, "Everything we sell", body, home)


def _offer_line(shop: Shop, article: Article) -> str:
    options = " · ".join(article.options.values()) or "One version"
    delivery = (
        f"+ {_money(shop, article.shipping)} delivery" if article.shipping else "free delivery"
    )
    note = delivery if article.in_stock else "Sold out"
    return (
        f'<div class="offer{"" if article.in_stock else " out"}" id="{escape(article.key)}">'
        f"<div>{escape(options)}<small>{escape(note)}</small></div>"
        f'<span class="price">{_money(shop, article.price)}</span></div>'
    )


def product_page(shop: Shop, articles: Sequence[Article], urls: Sequence[str], home: str) -> str:
    """The page of one product with its variants and their schema.org data."""
    first = articles[0]
    as_json = zlib.crc32(first.group.encode()) % 2 == 0
    head = json_ld(shop, articles, urls) if as_json else ""
    hidden, scope, name, brand = "", "", "", ""
    if not as_json:
        scope = ' itemscope itemtype="https://schema.org/Product"'
        name = ' itemprop="name"'
        hidden = "".join(
            microdata_offer(shop, a, url) for a, url in zip(articles, urls, strict=True)
        )
        if first.brand:
            brand = f'<meta itemprop="brand" content="{escape(first.brand)}">'
    maker = f"<p>by {escape(first.brand)}</p>" if first.brand else ""
    lines = "".join(_offer_line(shop, article) for article in articles)
    body = (
        f'<div class="product"{scope}>{_tile(shop, first)}<div>'
        f'<div class="crumb">{escape(first.category)}</div>'
        f"<h1{name}>{escape(first.title)}</h1>{maker}{brand}{hidden}"
        f"<p>{escape(first.description)}</p>{lines}"
        '<p><button type="button">Add to basket</button></p></div></div>'
    )
    return _page(shop, first.title, body, home, head)
