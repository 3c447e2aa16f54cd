"""The dashboards' pages as a person sees them, with services that answer from memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests.unit.dashboards.conftest import Services, figures, problem

SignIn = Callable[..., AppTest]


def texts(app: AppTest) -> str:
    """Everything the page says."""
    groups = (
        app.title, app.subheader, app.markdown, app.caption, app.error, app.info, app.warning,
    )  # fmt: skip
    return " ".join(str(element.value) for group in groups for element in group).replace("\\", "")


def titles(app: AppTest) -> list[str]:
    return [element.value for element in app.title]


def metrics(app: AppTest) -> dict[str, tuple[str, str]]:
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def to_prices(app: AppTest) -> AppTest:
    return app.switch_page("app_pages/prices.py").run()


def test_without_a_sign_in_there_is_only_the_form(app: AppTest, services: Services) -> None:
    assert not app.exception
    assert titles(app) == ["Mercato"]
    assert [field.label for field in app.text_input] == ["E-mail", "Password"]
    assert not app.metric
    assert services.requests == []


def test_a_shopper_is_told_who_may_come_in_and_signed_out_again(
    app: AppTest, sign_in: SignIn, services: Services
) -> None:
    sign_in(app, "shopper@mercato.example")
    assert "has the role shopper" in texts(app)
    assert not app.metric
    assert services.paths() == ["/auth/login", "/auth/logout"]
    assert services.refresh_tokens == {}


@pytest.mark.parametrize(
    ("email", "password", "message"),
    [
        ("analyst@mercato.example", "wrong", "E-mail address or password is wrong."),
        ("", "", "Enter your e-mail address and password."),
    ],
)
def test_a_failed_sign_in_says_why(
    app: AppTest, sign_in: SignIn, email: str, password: str, message: str
) -> None:
    sign_in(app, email, password)
    assert message in texts(app)
    assert titles(app) == ["Mercato"]


@pytest.mark.parametrize(
    ("status", "message"),
    [(429, "Too many attempts"), (422, "not an e-mail address"), (503, "does not answer")],
)
def test_a_refused_sign_in_says_why(
    app: AppTest, sign_in: SignIn, services: Services, status: int, message: str
) -> None:
    services.refuse["auth"] = problem(status, "x")
    sign_in(app, "analyst@mercato.example")
    assert message in texts(app)


def test_overview_shows_the_figures_against_the_time_before(signed_in: AppTest) -> None:
    assert not signed_in.exception
    shown = metrics(signed_in)
    assert shown["Revenue"] == ("€3,000.00", "+100.0 %")
    assert shown["Orders"] == ("60", "+100.0 %")
    assert shown["Conversion"] == ("5.00 %", "+2.50 pts")
    said = texts(signed_in)
    for heading in ("Revenue by day", "From visit to purchase", "Top products", "Searches"):
        assert heading in said
    assert "Includes demo data" in said
    assert "Updated just now" in said


def test_overview_asks_for_the_days_and_scope_chosen(
    signed_in: AppTest, services: Services
) -> None:
    services.requests.clear()
    signed_in.button_group(key="preset").set_value("7 days").run()
    today = datetime.now(UTC).date()
    params = services.requests[0].url.params
    assert params["start"] == str(today - timedelta(days=6))
    assert params["end"] == str(today)
    assert params["currency"] == "EUR"
    assert "source" not in params


def test_imported_sales_end_where_their_data_ends(signed_in: AppTest, services: Services) -> None:
    services.dashboard = {
        "freshness": {"last_event_at": "2011-12-09T12:50:00Z", "includes_demo_data": False}
    }
    services.requests.clear()
    signed_in.button_group(key="scope").set_value("Imported sales · GBP").run()
    asked = [r.url.params for r in services.requests if r.url.path.endswith("dashboard")]
    assert {params["currency"] for params in asked} == {"GBP"}
    assert (asked[-1]["start"], asked[-1]["end"]) == ("2011-11-10", "2011-12-09")
    assert metrics(signed_in)["Revenue"][0] == "£3,000.00"
    assert "Includes demo data" not in texts(signed_in)


def test_a_long_time_is_summed_up_by_week(signed_in: AppTest) -> None:
    signed_in.button_group(key="preset").set_value("12 months").run()
    assert "Revenue by week" in texts(signed_in)


def test_no_figures_at_all_is_said_kindly(signed_in: AppTest, services: Services) -> None:
    day = datetime.now(UTC).date()
    nothing = figures(day, day, "EUR")["kpis"] | {
        "revenue": {"amount": 0, "currency": "EUR"},
        "orders": 0,
        "visits": 0,
    }
    services.dashboard = {"kpis": nothing, "daily": []}
    next(b for b in signed_in.button if b.label == "Refresh").click().run()
    assert "no visits and no orders" in texts(signed_in)
    assert not signed_in.metric


def test_figures_are_kept_for_a_moment_and_refreshed_on_demand(
    signed_in: AppTest, services: Services
) -> None:
    services.requests.clear()
    signed_in.run()
    assert services.requests == []
    next(b for b in signed_in.button if b.label == "Refresh").click().run()
    assert "/analytics/dashboard" in services.paths()


def test_a_service_that_is_down_is_named_and_can_be_tried_again(
    signed_in: AppTest, services: Services
) -> None:
    services.down = {"ai"}
    to_prices(signed_in)
    assert not signed_in.exception
    assert "Search and price comparison does not answer" in texts(signed_in)
    services.down = set()
    next(b for b in signed_in.button if b.label == "Try again").click().run()
    assert "does not answer" not in texts(signed_in)
    assert "Products compared" in metrics(signed_in)


@pytest.mark.parametrize(
    ("status", "message"),
    [(403, "Your account may not see"), (429, "Too many requests"), (422, "end is before start")],
)
def test_a_refusal_is_explained(
    signed_in: AppTest, services: Services, status: int, message: str
) -> None:
    services.refuse["ai"] = problem(status, "x", "end is before start")
    to_prices(signed_in)
    assert message in texts(signed_in)


def test_a_token_that_is_refused_leads_back_to_the_form(
    signed_in: AppTest, services: Services
) -> None:
    services.refuse["ai"] = problem(401, "invalid_token")
    to_prices(signed_in)
    assert "sign-in has ended" in texts(signed_in)
    assert [field.label for field in signed_in.text_input] == ["E-mail", "Password"]


def test_signing_out_ends_the_sign_in_everywhere(signed_in: AppTest, services: Services) -> None:
    next(b for b in signed_in.button if b.label == "Sign out").click().run()
    assert "You are signed out" in texts(signed_in)
    assert services.refresh_tokens == {}
    signed_in.run()
    assert not signed_in.metric


def test_a_name_is_shown_as_it_is_written(signed_in: AppTest) -> None:
    captions = [element.value for element in signed_in.sidebar.caption]
    assert any("Ana \\*Star\\* Analyst" in caption for caption in captions)


def test_prices_show_where_we_stand(signed_in: AppTest) -> None:
    to_prices(signed_in)
    assert not signed_in.exception
    shown = metrics(signed_in)
    assert shown["Products compared"][0] == "3"
    assert shown["Cheapest"] == ("1", "33 %")
    assert shown["To review"][0] == "4"
    table = signed_in.dataframe[0].value
    assert list(table["Product"]) == ["Kettle", "Tent", "Lamp"]
    assert list(table["Gap"]) == [100.0, 3.0, -10.0]
    assert [row[0] for row in table["Standing"]] == ["Dearer", "Within 5 %", "Cheapest"]
    said = texts(signed_in)
    assert "Alpha: 8 of 10 offers matched" in said
    assert "Beta: could not be read" in said


def test_products_are_filtered(signed_in: AppTest) -> None:
    to_prices(signed_in)
    signed_in.button_group(key="standing").set_value("Within 5 %").run()
    assert list(signed_in.dataframe[0].value["Product"]) == ["Tent"]
    signed_in.button_group(key="standing").set_value("All").run()
    signed_in.selectbox(key="department").set_value("Kitchen").run()
    assert list(signed_in.dataframe[0].value["Product"]) == ["Kettle"]
    signed_in.text_input(key="product words").set_value("nothing like it").run()
    assert "No product fits these filters" in texts(signed_in)


def test_before_the_first_run_the_command_is_named(signed_in: AppTest, services: Services) -> None:
    services.prices = {"updated_at": None, "products": [], "compared_products": 0, "sources": []}
    to_prices(signed_in)
    assert "mercato prices run" in texts(signed_in)
    assert not signed_in.metric


def to_search(app: AppTest) -> AppTest:
    return app.switch_page("app_pages/search_live.py").run()


def test_search_is_shown_as_it_runs(signed_in: AppTest) -> None:
    to_search(signed_in)
    assert not signed_in.exception
    shown = metrics(signed_in)
    assert shown["Searches a second"][0] == "12.3"
    assert [shown[name][0] for name in ("p50", "p95", "p99")] == ["8.2 ms", "31 ms", "38 ms"]
    assert shown["Vectors remembered"][0] == "75.0 %"
    assert shown["Change to searchable"][0] == "900 ms"
    replicas, versions = (table.value for table in signed_in.dataframe)
    assert list(replicas["Deployment"]) == ["search", "embedder"]
    assert replicas["Settings"][1] == "max_batch_size 8"
    assert list(versions["Version"]) == ["v1", "v2"]
    assert list(versions["Coverage"]) == [0.95, 1.0]
    said = texts(signed_in)
    assert [box.value for box in signed_in.success] == ["Nothing asks for a change."]
    assert "mercato load search" in said


def test_a_quiet_store_says_how_to_make_figures(signed_in: AppTest, services: Services) -> None:
    services.live = {
        "routes": [],
        "without_meaning": None,
        "cache_hits": None,
        "lag_ms": None,
        "deployments": [],
        "points": [],
        "encoding": {
            "queries_per_second": 0,
            "documents_per_second": 0,
            "batches": 0,
            "sizes": [],
        },
    }
    to_search(signed_in)
    assert not signed_in.exception
    assert metrics(signed_in)["p95"][0] == "–"
    said = texts(signed_in)
    assert "No searches in the last 15 minutes" in said
    assert "The Embedder does not run" in said
