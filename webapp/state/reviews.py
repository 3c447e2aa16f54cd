"""What customers say of the product that the page shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import reflex as rx
from pydantic import ValidationError

from deployments.products.contract import ReviewInput, ReviewPage
from deployments.shared.errors import DomainError
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.formats import problem_text
from webapp.review_views import REVIEW_SORTS, MyReview, RatingView, ReviewView
from webapp.scripts import close_dialogs, open_dialog
from webapp.session import Session, visitor_of
from webapp.state.guard import customer, refusal, sign_in_first

_PAGE_SIZE = 6


class Reviews(rx.State):
    summary: RatingView = RatingView()
    reviews: list[ReviewView] = []
    sort: str = "newest"
    own: MyReview = MyReview()
    title: str = ""
    stars: int = 0
    opened: int = 0
    suggested_name: str = ""
    has_more: bool = False
    loading_more: bool = False
    busy: bool = False
    error: str = ""
    form_error: str = ""
    done: str = ""
    _product_id: str = ""
    _cursor: str | None = None

    @rx.event
    async def sort_by(self, sort: str) -> AsyncIterator[Any]:
        if sort not in REVIEW_SORTS or not self._product_id:
            return
        self.sort = sort
        self.loading_more = True
        yield
        await self._more(None)

    @rx.event
    async def load_more(self) -> AsyncIterator[Any]:
        if self.loading_more or not self._cursor:
            return
        self.loading_more = True
        yield
        await self._more(self._cursor)

    async def _more(self, cursor: str | None) -> None:
        self.error = ""
        try:
            visitor = await visitor_of(await self.get_state(Session))
            with on_behalf_of(visitor):
                found = await services().products.reviews(
                    self._product_id,
                    sort=self.sort,  # type: ignore[arg-type]
                    cursor=cursor,
                    limit=_PAGE_SIZE,
                )
            _show(self, found, more=cursor is not None)
        except DomainError as error:
            self.error = problem_text(error)
        self.loading_more = False

    @rx.event
    async def write(self) -> Any:
        """Open the form, for who is signed in."""
        self.form_error = self.done = ""
        try:
            if await customer(self) is None:
                return sign_in_first(f"{self.router.url.path}?review=1")
        except DomainError as error:
            self.error = problem_text(error)
            return None
        session = await self.get_state(Session)
        self.stars = self.own.stars
        self.suggested_name = self.own.author or _first_name_and_initial(session.name)
        self.opened += 1
        return open_dialog("review")

    @rx.event
    def set_stars(self, stars: int) -> None:
        self.stars = max(1, min(stars, 5))

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        if self.busy:
            return
        if not self.stars:
            self.form_error = "Choose how many stars it gets."
            return
        try:
            review = ReviewInput(
                stars=self.stars,
                title=str(form.get("review_title", "")),
                text=str(form.get("review_text", "")),
                display_name=str(form.get("display_name", "")).strip() or None,
            )
        except ValidationError:
            self.form_error = "That is a bit long. Shorten it."
            return
        self.busy = True
        self.form_error = ""
        yield
        try:
            visitor = await customer(self)
            if visitor is None:
                yield sign_in_first(f"{self.router.url.path}?review=1")
            else:
                with on_behalf_of(visitor):
                    saved = await services().products.write_review(self._product_id, review)
                self.own = MyReview.of(saved)
                self.done = "Thank you! Your review appears as soon as it is checked."
                yield close_dialogs()
        except DomainError as error:
            self.form_error, leave = await refusal(self, error)
            yield leave
        self.busy = False

    @rx.event
    async def remove(self) -> AsyncIterator[Any]:
        if self.busy:
            return
        self.busy = True
        yield
        try:
            visitor = await customer(self)
            if visitor:
                with on_behalf_of(visitor):
                    await services().products.delete_own_review(self._product_id)
                self.own = MyReview()
                self.done = "Your review is deleted."
                yield close_dialogs()
                await self._more(None)
        except DomainError as error:
            self.form_error, leave = await refusal(self, error)
            yield leave
        self.busy = False


async def load_reviews(page: Reviews, product_id: UUID, title: str, visitor: Visitor) -> None:
    """Show the reviews of another product; without them the page is as good."""
    if page._product_id != str(product_id):
        page.summary, page.reviews, page.sort = RatingView(), [], "newest"
        page.own, page.done = MyReview(), ""
    page._product_id, page.title, page.error = str(product_id), title, ""
    with on_behalf_of(visitor):
        try:
            _show(page, await services().products.reviews(product_id, limit=_PAGE_SIZE))
            page.sort = "newest"
        except DomainError as error:
            page.error = problem_text(error)
        if visitor.access_token is None:
            page.own = MyReview()
            return
        try:
            page.own = MyReview.of(await services().products.own_review(product_id))
        except DomainError:
            page.own = MyReview()


def _show(page: Reviews, found: ReviewPage, *, more: bool = False) -> None:
    views = [ReviewView.of(review) for review in found.items]
    page.summary = RatingView.of(found.summary)
    page.reviews = [*page.reviews, *views] if more else views
    page._cursor = found.next_cursor
    page.has_more = found.next_cursor is not None


def _first_name_and_initial(name: str) -> str:
    parts = name.split()
    return f"{parts[0]} {parts[-1][0]}." if len(parts) > 1 else name
