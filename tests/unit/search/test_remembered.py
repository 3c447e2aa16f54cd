"""What a replica keeps in memory until it hears that the index changed."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from deployments.search.application import remembered_answers
from deployments.search.application.active_version import ActiveVersion
from deployments.search.application.index_changes import IndexChanges
from deployments.search.application.known_products import KnownProducts
from deployments.search.application.lexemes import Lexemes
from deployments.search.application.ports import IndexVersion
from deployments.search.application.remembered_answers import Made, RememberedAnswers
from deployments.search.domain.query import Query
from deployments.search.domain.ranking import Facts, Scored

MOMENT = datetime(2024, 1, 1, tzinfo=UTC)
COLOURS = ("Red", "Blue", "Green")


def identity(number: int) -> UUID:
    return UUID(int=number)


class Index:
    """Products 1 to 9 by id → price; ``meanwhile`` runs while something is read."""

    def __init__(self) -> None:
        self.prices = {identity(number): 100 * number for number in range(1, 10)}
        self.version = 1
        self.read: list[list[int]] = []
        self.versions_read = 0
        self.meanwhile: Any = None

    def __call__(self) -> Any:
        return self

    async def __aenter__(self) -> Any:
        return SimpleNamespace(pages=self, versions=self)

    async def __aexit__(self, *_: object) -> None:
        pass

    async def facts(
        self, product_ids: Sequence[UUID]
    ) -> Mapping[UUID, tuple[Facts, Mapping[str, Any]]]:
        self.read.append([key.int for key in product_ids])
        found = {
            key: (Facts(key, self.prices[key], MOMENT), {"Colour": [COLOURS[key.int % 3]]})
            for key in product_ids
            if key in self.prices
        }
        await self._happen()
        return found

    async def facts_after(
        self, product_id: UUID | None, limit: int
    ) -> Mapping[UUID, tuple[Facts, Mapping[str, Any]]]:
        after = [key for key in sorted(self.prices) if product_id is None or key > product_id]
        return await self.facts(after[:limit])

    async def active(self) -> IndexVersion:
        self.versions_read += 1
        found = IndexVersion(self.version, "model", "active")
        await self._happen()
        return found

    async def _happen(self) -> None:
        await asyncio.sleep(0)
        happening, self.meanwhile = self.meanwhile, None
        if happening is not None:
            happening()


@pytest.fixture
def index() -> Index:
    return Index()


@pytest.fixture
def changes() -> IndexChanges:
    changes = IndexChanges()
    changes.listening(True)
    return changes


def known(index: Index, changes: IndexChanges, **sizes: int) -> KnownProducts:
    return KnownProducts(index, changes, **({"products": 1000} | sizes))


async def prices(products: KnownProducts, *numbers: int) -> list[int]:
    scored = [Scored(identity(number), 1.0, ("text",)) for number in numbers]
    return [row.facts.price for row in await products.ranked(scored)]


async def test_a_product_is_read_once_and_again_when_it_changed(
    index: Index, changes: IndexChanges
) -> None:
    products = known(index, changes)
    assert await prices(products, 1, 2) == [100, 200]
    assert await prices(products, 2, 1, 3) == [200, 100, 300]
    index.prices[identity(2)] = 50
    changes.changed([identity(2)])
    assert await prices(products, 1, 2) == [100, 50]
    assert index.read == [[1, 2], [3], [2]]
    # Vectors or versions changed: no product did.
    changes.changed(())
    await prices(products, 1, 2, 3)
    assert len(index.read) == 3
    changes.changed(None)
    await prices(products, 1)
    assert index.read[3:] == [[1]]


async def test_what_changed_while_it_was_read_is_not_kept(
    index: Index, changes: IndexChanges
) -> None:
    products = known(index, changes)

    def change() -> None:
        index.prices[identity(1)] = 5
        changes.changed([identity(1)])

    index.meanwhile = change
    # As of its reading, which was before.
    assert await prices(products, 1) == [100]
    assert await prices(products, 1) == [5]


async def test_nothing_is_kept_while_changes_may_be_missed(
    index: Index, changes: IndexChanges
) -> None:
    products, active = known(index, changes), ActiveVersion(index, changes)
    await prices(products, 1)
    await active()
    changes.listening(False)
    index.prices[identity(1)], index.version = 7, 2
    for _ in range(2):
        assert await prices(products, 1) == [7]
        found = await active()
        assert found is not None
        assert found.id == 2
    assert (len(index.read), index.versions_read) == (3, 3)
    changes.listening(True)
    for _ in range(2):
        await prices(products, 1)
        await active()
    assert (len(index.read), index.versions_read) == (4, 4)


async def test_a_product_that_is_gone_is_left_out(index: Index, changes: IndexChanges) -> None:
    assert await prices(known(index, changes), 1, 99, 2) == [100, 200]


async def test_of_a_full_memory_the_oldest_go(index: Index, changes: IndexChanges) -> None:
    products = known(index, changes, products=4)
    for numbers in ((1, 2, 3), (4, 5, 6), (1, 2, 3)):
        scored = [Scored(identity(number), 1.0, ("text",)) for number in numbers]
        table = await products.table(await products.ranked(scored))
        counts = table.counts_of("colour")
        assert counts is not None
        assert dict(counts.values) == {"Blue": 1, "Green": 1, "Red": 1}
    assert index.read == [[1, 2, 3], [4, 5, 6], [1, 2]]
    # More than fit at all are found, and none of them is kept.
    assert await prices(products, *range(1, 10)) == [100 * number for number in range(1, 10)]


async def test_too_many_attribute_values_start_anew(index: Index, changes: IndexChanges) -> None:
    products = known(index, changes, values=1)
    for numbers in ((1, 2), (1, 2, 3), (3, 1)):
        scored = [Scored(identity(number), 1.0, ("text",)) for number in numbers]
        table = await products.table(await products.ranked(scored))
        counts = table.counts_of("colour")
        assert counts is not None
        assert dict(counts.values) == {COLOURS[number % 3]: 1 for number in numbers}
    assert index.read == [[1, 2], [1, 2, 3]]


async def test_it_gets_to_know_all_before_they_are_found(
    index: Index, changes: IndexChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployments.search.application.known_products._PAGE", 4)
    products = known(index, changes)
    for _ in range(5):
        await products.fill()
    assert index.read == [[1, 2, 3, 4], [5, 6, 7, 8], [9]]
    assert await prices(products, 9, 1) == [900, 100]
    assert len(index.read) == 3
    # Half of the room is for those that are found.
    small = known(index, changes, products=6)
    for _ in range(5):
        await small.fill()
    assert index.read[3:] == [[1, 2, 3, 4]]


async def test_the_active_version_is_read_again_when_one_took_over(
    index: Index, changes: IndexChanges
) -> None:
    active = ActiveVersion(index, changes)
    await active()
    changes.changed([identity(1)])
    await active()
    assert index.versions_read == 1
    index.version = 2
    changes.changed(())
    found = await active()
    assert found is not None
    assert found.id == 2


class Answers:
    def __init__(self, changes: IndexChanges, **values: Any) -> None:
        self.world: Collection[object] = (object(), object())
        self.made = 0
        self.lasting = True
        self.meanwhile: Any = None
        self.remembered = RememberedAnswers(
            changes, lambda: tuple(self.world), **({"most": 2} | values)
        )

    async def ask(self, asked: str) -> tuple[bytes, bool]:
        async def make() -> Made:
            self.made += 1
            number = self.made
            await asyncio.sleep(0)
            if self.meanwhile is not None:
                self.meanwhile()
            return Made(b"%d" % number, self.lasting, asked, 1)

        made, again = await self.remembered.get(asked, make)
        return made.body, again


async def test_an_answer_is_given_again_until_something_changes(changes: IndexChanges) -> None:
    answers = Answers(changes)
    assert await answers.ask("lamp") == (b"1", False)
    assert await answers.ask("lamp") == (b"1", True)
    for change in (
        lambda: changes.changed([identity(1)]),
        lambda: changes.changed(()),
        lambda: changes.changed(None),
        # Synonyms, say.
        lambda: setattr(answers, "world", (object(), object())),
    ):
        change()
        made, again = await answers.ask("lamp")
        assert not again
        assert await answers.ask("lamp") == (made, True)
    assert (answers.remembered.hits, answers.remembered.misses) == (5, 5)


@pytest.mark.parametrize("heard", [True, False])
async def test_an_answer_that_was_made_during_a_change_is_not_given_again(
    changes: IndexChanges, heard: bool
) -> None:
    answers = Answers(changes)
    answers.meanwhile = lambda: changes.changed([identity(1)]) if heard else None
    if not heard:
        changes.listening(False)
    await answers.ask("lamp")
    assert await answers.ask("lamp") == (b"2", False)


async def test_an_answer_by_words_alone_is_not_given_again(changes: IndexChanges) -> None:
    answers = Answers(changes)
    answers.lasting = False
    await answers.ask("lamp")
    assert await answers.ask("lamp") == (b"2", False)


async def test_the_answers_asked_for_last_are_kept_for_a_while(
    changes: IndexChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Answers(changes)
    for asked in ("lamp", "boots", "lamp", "tent"):
        await answers.ask(asked)
    assert (await answers.ask("lamp"))[1]
    assert not (await answers.ask("boots"))[1]
    monkeypatch.setattr(remembered_answers, "_MAX_AGE_SECONDS", 0.0)
    assert not (await answers.ask("boots"))[1]
    nothing = Answers(changes, most=0)
    await nothing.ask("lamp")
    assert not (await nothing.ask("lamp"))[1]


async def test_no_word_is_lost_when_the_memory_of_words_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("deployments.search.application.lexemes._MOST_WORDS", 2)
    asked: list[Sequence[str]] = []

    class Words:
        async def __aenter__(self) -> Any:
            return SimpleNamespace(retrieval=self)

        async def __aexit__(self, *_: object) -> None:
            pass

        async def lexemes(self, _text: str, words: Sequence[str]) -> tuple[list[str], list[str]]:
            asked.append(words)
            return [], [word.rstrip("s") for word in words]

    lexemes = Lexemes(cast(Any, Words))
    for query in ("red lamps", "blue lamps", "red boots", "red tents", "red tents"):
        understood = await lexemes.of(Query.of(query))
        assert understood.lexemes == [word.rstrip("s") for word in query.split()]
    assert asked == [["red", "lamps"], ["blue"], ["boots"], ["red", "tents"]]
