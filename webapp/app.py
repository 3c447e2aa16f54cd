"""The store: pages and what each loads."""

from __future__ import annotations

import reflex as rx

from webapp.components.mishap import error_boundary, on_backend_error
from webapp.delivery import CacheAndProtect
from webapp.pages.account import account, orders, register, sign_in
from webapp.pages.addresses import addresses
from webapp.pages.back_office.coupons import coupons as coupons_desk
from webapp.pages.back_office.order import order as order_desk
from webapp.pages.back_office.orders import orders as orders_desk
from webapp.pages.back_office.reviews import reviews as reviews_desk
from webapp.pages.back_office.stock import stock as stock_desk
from webapp.pages.back_office.synonyms import synonyms as synonyms_desk
from webapp.pages.back_office.users import users as users_desk
from webapp.pages.cart import cart
from webapp.pages.checkout import checkout
from webapp.pages.home import home
from webapp.pages.listing import listing, search_results
from webapp.pages.mailed import forgot_password, reset_password, verify_email
from webapp.pages.not_found import not_found
from webapp.pages.order import order
from webapp.pages.payment import payment
from webapp.pages.product import product
from webapp.pages.settings import settings as account_settings
from webapp.scripts import (
    CARD_INPUT_BEHAVIOUR,
    DIALOG_BEHAVIOUR,
    SEARCH_BOX_BEHAVIOUR,
    close_dialogs,
)
from webapp.settings import settings
from webapp.state.account import Account, Door
from webapp.state.addresses import AddressBook
from webapp.state.back_office.coupons import CouponsDesk
from webapp.state.back_office.order import OrderDesk
from webapp.state.back_office.orders import OrdersDesk
from webapp.state.back_office.reviews import ReviewsDesk
from webapp.state.back_office.stock import StockDesk
from webapp.state.back_office.synonyms import SynonymsDesk
from webapp.state.back_office.users import UsersDesk
from webapp.state.basket import Basket
from webapp.state.catalogue import Catalogue
from webapp.state.checkout import Checkout
from webapp.state.home import Home
from webapp.state.mailed import Confirmation, Forgotten, NewPassword
from webapp.state.order import OrderPage
from webapp.state.payment import Payment
from webapp.state.product import Product
from webapp.state.settings import Settings
from webapp.state.shop import Shop
from webapp.theme import FONT_FILES

_NAME = settings().shop_name
_ABOUT = f"{_NAME}: search by what you need, see what other shops ask, and order in two steps."

app = rx.App(
    html_lang="en",
    stylesheets=["store.css"],
    toaster=None,
    head_components=[
        rx.el.meta(name="theme-color", content="#FCFBF8"),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        *(
            rx.el.link(
                rel="preload",
                href=f"/fonts/{name}",
                custom_attrs={"as": "font", "type": "font/woff2", "crossOrigin": "anonymous"},
            )
            for name in FONT_FILES[:2]
        ),
        rx.el.script(DIALOG_BEHAVIOUR + CARD_INPUT_BEHAVIOUR + SEARCH_BOX_BEHAVIOUR),
    ],
    api_transformer=CacheAndProtect,
    backend_exception_handler=on_backend_error,
)

app.app_wraps[55, "ErrorBoundary"] = lambda _: error_boundary()
# The pages bring their own connection notice (components/layout.py).
for _wrap in [key for key in app.app_wraps if key[1].endswith("Overlay")]:
    del app.app_wraps[_wrap]

_arrive = Shop.arrive
app.add_page(
    home,
    route="/",
    title=f"{_NAME} · Good things, honestly priced",
    description=_ABOUT,
    on_load=[_arrive, Home.load],
)
# Before a search is known, the title of another list must not stand over it.
_search_title = rx.cond(Catalogue.is_search, Catalogue.title, "Search")
for route, _list, _list_title in (
    ("/products", listing, Catalogue.title),
    ("/search", search_results, _search_title),
    ("/category/[[...splat]]", listing, Catalogue.title),
):
    app.add_page(
        _list,
        route=route,
        title=_list_title + f" · {_NAME}",
        description=_ABOUT,
        on_load=[_arrive, Catalogue.load],
    )
app.add_page(
    product,
    route="/p/[slug]",
    title=rx.cond(Product.title != "", Product.title + f" · {_NAME}", _NAME),
    description=Product.summary,
    on_load=[_arrive, Product.load],
)
app.add_page(sign_in, route="/sign-in", title=f"Sign in · {_NAME}", on_load=[_arrive, Door.load])
app.add_page(
    register, route="/register", title=f"Create an account · {_NAME}", on_load=[_arrive, Door.load]
)
app.add_page(
    cart, route="/cart", title=f"Cart · {_NAME}", on_load=[close_dialogs(), _arrive, Basket.reload]
)
app.add_page(
    checkout, route="/checkout", title=f"Checkout · {_NAME}", on_load=[_arrive, Checkout.load]
)
app.add_page(
    payment,
    route="/checkout/pay/[order]",
    title=f"Payment · {_NAME}",
    on_load=[_arrive, Payment.load],
)
app.add_page(
    order, route="/order/[order]", title=f"Your order · {_NAME}", on_load=[_arrive, OrderPage.load]
)
app.add_page(
    account, route="/account", title=f"Your account · {_NAME}", on_load=[_arrive, Account.load]
)
app.add_page(
    orders, route="/account/orders", title=f"Your orders · {_NAME}", on_load=[_arrive, Account.load]
)
for _page, _route, _title, _load in (
    (addresses, "account/addresses", "Your addresses", AddressBook.load),
    (account_settings, "account/settings", "Settings", Settings.load),
    (forgot_password, "account/forgot", "Forgot your password?", Forgotten.load),
    (reset_password, "account/reset", "A new password", NewPassword.load),
    (verify_email, "account/verify", "Your e-mail address", Confirmation.load),
    (orders_desk, "admin", "Orders · Back office", OrdersDesk.load),
    (order_desk, "admin/orders/[order]", "Order · Back office", OrderDesk.load),
    (coupons_desk, "admin/coupons", "Coupons · Back office", CouponsDesk.load),
    (reviews_desk, "admin/reviews", "Reviews · Back office", ReviewsDesk.load),
    (stock_desk, "admin/stock", "Stock · Back office", StockDesk.load),
    (synonyms_desk, "admin/synonyms", "Synonyms · Back office", SynonymsDesk.load),
    (users_desk, "admin/users", "Users · Back office", UsersDesk.load),
):
    app.add_page(_page, route="/" + _route, title=f"{_title} · {_NAME}", on_load=[_arrive, _load])
app.add_page(not_found, route="404", title=f"Not found · {_NAME}", on_load=_arrive)
