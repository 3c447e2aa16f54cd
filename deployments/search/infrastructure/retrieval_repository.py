"""Reads the index: by text, by meaning, by likeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text

from deployments.search.application.ports import Vectors
from deployments.search.domain.query import Filters, Query
from deployments.search.domain.ranking import MeaningMatch, TextMatch
from deployments.search.domain.spelling import one_slip_away, unaccented
from deployments.search.domain.term_weights import Term
from deployments.search.infrastructure.filter_estimates import FilterEstimates
from deployments.search.infrastructure.filter_sql import conditions
from deployments.search.infrastructure.nearest import COST_OF_INDEXED, nearest
from deployments.shared.database import Executor

_LEXEMES = text(
    """
    SELECT
        tsvector_to_array(to_tsvector('mercato', :text)) AS of_text,
        ARRAY(
            SELECT (tsvector_to_array(to_tsvector('mercato', word)))[1]
            FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS words(word, place)
            ORDER BY place
        ) AS of_words
    """
)

_NEAR_WORDS = text(
    """
    SELECT asked.word, known.word AS candidate, known.lexeme
    FROM unnest(CAST(:words AS text[]), CAST(:candidates AS text[])) AS asked(word, candidate)
    JOIN search_words AS known ON known.word = asked.candidate
    """
)

# Of long words also those that are further away; they have enough letters to be looked up by.
_ALIKE = text(
    """
    SELECT asked.word, near.word AS candidate, near.lexeme
    FROM unnest(CAST(:words AS text[])) AS asked(word)
    CROSS JOIN LATERAL (
        SELECT known.word, known.lexeme
        FROM search_words AS known
        WHERE known.word % asked.word AND abs(length(known.word) - length(asked.word)) <= 2
        ORDER BY similarity(known.word, asked.word) DESC
        LIMIT 30
    ) AS near
    """
)
_LONG_WORD: Final = 8

_TOGETHER = text(
    """
    SELECT asked.lexeme FROM unnest(CAST(:lexemes AS text[])) AS asked(lexeme)
    WHERE EXISTS (
        SELECT FROM postings AS posting JOIN postings AS other USING (product_id)
        WHERE posting.lexeme = asked.lexeme COLLATE "C"
            AND other.lexeme = ANY(CAST(:others AS text[]))
    )
    """
)

_TERMS = (
    "unnest(CAST(:lexemes AS text[]), CAST(:parts AS int[]), CAST(:weights AS real[])) "
    "AS term(lexeme, part, weight)"
)
_EACH_TERM = f"""
    SELECT posting.product_id, term.weight * posting.impact AS relevance, term.weight AS coverage
    FROM {_TERMS} JOIN postings AS posting ON posting.lexeme = term.lexeme COLLATE "C"
"""  # nosec B608  # noqa: S608 - constants only
# Of several words for one thing a product counts the best that it holds.
_BEST_OF_PART = f"""
    SELECT posting.product_id, max(term.weight * posting.impact) AS relevance,
        max(term.weight) AS coverage
    FROM {_TERMS} JOIN postings AS posting ON posting.lexeme = term.lexeme COLLATE "C"
    GROUP BY posting.product_id, term.part
"""  # nosec B608  # noqa: S608 - constants only
# Coverage is at most 1, so this much tells an exact match, in a sum that is made anyway.
_EXACT_COVERAGE: Final = 1000.0
_EXACT = f"""
    SELECT product_id, 0, {_EXACT_COVERAGE} FROM search_documents
    WHERE identifiers @> ARRAY[:folded] OR exact_title = :folded
"""  # nosec B608  # noqa: S608 - constants only
# A look at a match's document, in products that the filter keeps read from their index.
_COST_OF_LOOK: Final = 25.0
# Of the process: repositories live as long as a transaction.
_ESTIMATES: Final = FilterEstimates()
_ORDER = "relevance + :coverage_weight * coverage DESC, product_id"
# Neither is a join, so that the planner cannot take one for the other.
_LOOK_AT_EACH = """
    (SELECT true FROM search_documents AS document WHERE document.product_id = best.product_id{})
"""
_AMONG_KEPT = """
    (product_id IN (
        SELECT document.product_id FROM search_documents AS document WHERE true{}
    )) IS TRUE
"""


def _best_matches(found: str, where: str, *, in_order: bool) -> str:
    """One row of arrays, best first.

    Args:
        in_order: look whether matches pass from the best one on, until enough of them have;
            otherwise all that pass are read first.
    """
    kept = f"WHERE {_AMONG_KEPT.format(where)}" if where and not in_order else ""
    looked_at = f"WHERE {_LOOK_AT_EACH.format(where)}" if where and in_order else ""
    return f"""
        SELECT array_agg(product_id) AS products, array_agg(relevance) AS relevance,
            array_agg(coverage) AS coverage
        FROM (
            SELECT product_id, relevance, coverage
            FROM (
                SELECT product_id, relevance, coverage
                FROM (
                    SELECT product_id, sum(relevance) AS relevance, sum(coverage) AS coverage
                    FROM ({found} UNION ALL {_EXACT}) AS found
                    GROUP BY product_id
                ) AS matches {kept}
                ORDER BY {_ORDER}
            ) AS best {looked_at}
            LIMIT :limit
        ) AS best
    """  # nosec B608  # noqa: S608 - built of constants; what was typed is bound


_LIKE_PRODUCT = text(
    """
    SELECT stored.product_id, 1 - (stored.embedding <=> own.embedding) AS similarity
    FROM (
        SELECT embedding FROM embeddings
        WHERE index_version = :version AND product_id = :product
    ) AS own, embeddings AS stored
    WHERE stored.index_version = :version AND stored.product_id <> :product
    ORDER BY stored.embedding <=> (
        SELECT embedding FROM embeddings
        WHERE index_version = :version AND product_id = :product
    )
    LIMIT :limit
    """
)


@lru_cache(maxsize=256)
def _statement(sql: str) -> TextClause:
    """Finding the parameters in a long statement takes as long as some searches in it."""
    return text(sql)


class SqlRetrievalRepository:
    def __init__(self, session: Executor) -> None:
        self._session = session

    async def lexemes(self, text: str, words: Sequence[str]) -> tuple[list[str], list[str | None]]:
        row = (await self._session.execute(_LEXEMES, {"text": text, "words": list(words)})).one()
        return list(row.of_text), list(row.of_words)

    async def near_words(self, words: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        near: dict[str, dict[str, str]] = {}
        # Words are stored without accents.
        plain = {word: unaccented(word) for word in words}
        pairs = [(word, c) for word in words for c in one_slip_away(plain[word])]
        rows = await self._session.execute(
            _NEAR_WORDS, {"words": [p[0] for p in pairs], "candidates": [p[1] for p in pairs]}
        )
        for row in rows:
            near.setdefault(row.word, {})[row.candidate] = row.lexeme
        far = {plain[word]: word for word in words if len(word) >= _LONG_WORD and word not in near}
        if far:
            for row in await self._session.execute(_ALIKE, {"words": list(far)}):
                near.setdefault(far[row.word], {})[row.candidate] = row.lexeme
        return near

    async def by_text(
        self,
        query: Query,
        terms: Sequence[Term],
        filters: Filters,
        *,
        coverage_weight: float,
        limit: int,
    ) -> list[TextMatch]:
        where, values = conditions(filters)
        in_order = await self._in_order(where, values, limit, cost=_COST_OF_LOOK)
        values |= {
            "lexemes": [term.lexeme for term in terms],
            "parts": [term.part for term in terms],
            "weights": [term.weight for term in terms],
            "folded": query.folded,
            "coverage_weight": coverage_weight,
            "limit": limit,
        }
        one_lexeme_a_part = len({term.part for term in terms}) == len(terms)
        found = _EACH_TERM if one_lexeme_a_part else _BEST_OF_PART
        statement = _best_matches(found, where, in_order=in_order)
        products, relevance, coverage = await self._columns(statement, values)
        return [
            TextMatch(*match, exact=False)
            if match[2] < _EXACT_COVERAGE
            else TextMatch(*match[:2], match[2] - _EXACT_COVERAGE, exact=True)
            for match in zip(products, relevance, coverage, strict=True)
        ]

    async def by_meaning(
        self, version: int, vector: Vectors, filters: Filters, *, limit: int
    ) -> list[MeaningMatch]:
        """``vector``: float32 (dimension,)."""
        where, values = conditions(filters)
        indexed = await self._in_order(where, values, limit, cost=COST_OF_INDEXED)
        values |= {"vector": vector.tolist(), "version": version, "limit": limit}
        products, distances = await self._columns(nearest(where, indexed=indexed), values)
        return [
            MeaningMatch(product, 1 - distance)
            for product, distance in zip(products, distances, strict=True)
        ]

    async def _in_order(
        self, where: str, values: Mapping[str, Any], limit: int, *, cost: float
    ) -> bool:
        if not where:
            return True
        estimate = await _ESTIMATES.of(self._session, where, values)
        return estimate.in_order_is_quicker(limit, cost=cost)

    async def _columns(self, statement: str, values: Mapping[str, Any]) -> list[list[Any]]:
        """Of a statement that gives one row of arrays, which is read several times faster than
        hundreds of rows."""
        row = (await self._session.execute(_statement(statement), dict(values))).one()
        return [column or [] for column in row]

    async def held_together(self, lexemes: Sequence[str], others: Sequence[str]) -> set[str]:
        """Those of ``lexemes`` that some product holds together with one of the ``others``."""
        rows = await self._session.scalars(
            _TOGETHER, {"lexemes": list(lexemes), "others": list(others)}
        )
        return set(rows)

    async def like_product(
        self, version: int, product_id: UUID, *, limit: int
    ) -> list[MeaningMatch]:
        rows = await self._session.execute(
            _LIKE_PRODUCT, {"version": version, "product": product_id, "limit": limit}
        )
        return [MeaningMatch(row.product_id, float(row.similarity)) for row in rows]

    async def same_category(self, product_id: UUID, *, limit: int) -> list[UUID]:
        rows = await self._session.scalars(
            text(
                """
                SELECT other.product_id
                FROM search_documents AS own
                JOIN search_documents AS other USING (category_path)
                WHERE own.product_id = :product AND other.product_id <> :product
                ORDER BY other.in_stock DESC, abs(other.price_from - own.price_from)
                LIMIT :limit
                """
            ),
            {"product": product_id, "limit": limit},
        )
        return list(rows)

    async def exists(self, product_id: UUID) -> bool:
        found = await self._session.scalar(
            text("SELECT true FROM search_documents WHERE product_id = :product"),
            {"product": product_id},
        )
        return found is not None

    async def cards(self, product_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
        rows = await self._session.execute(
            text(
                "SELECT product_id, card FROM search_documents "
                "WHERE product_id = ANY(CAST(:ids AS uuid[]))"
            ),
            {"ids": list(product_ids)},
        )
        return {row.product_id: row.card for row in rows}
