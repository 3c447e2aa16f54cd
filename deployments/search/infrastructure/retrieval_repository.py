"""Reads the index: by text, by meaning, by likeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.search.application.ports import (
    IndexVersion,
    Understanding,
    Vectors,
)
from deployments.search.domain.query import Filters, Query
from deployments.search.domain.ranking import Facts, MeaningMatch, TextMatch
from deployments.search.domain.spelling import one_slip_away, unaccented
from deployments.search.domain.term_weights import Term
from deployments.search.infrastructure.filter_sql import conditions
from deployments.search.infrastructure.nearest import index_is_quicker, nearest

_UNDERSTAND = text(
    """
    SELECT
        tsvector_to_array(to_tsvector('mercato', :text)) AS lexemes,
        ARRAY(
            SELECT (tsvector_to_array(to_tsvector('mercato', word)))[1]
            FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS words(word, place)
            ORDER BY place
        ) AS word_lexemes,
        active.id, active.model, active.model_path, active.status
    FROM (SELECT) AS always
    LEFT JOIN index_versions AS active ON active.status = 'active'
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

_FACTS = (
    "document.product_id, document.price_from, document.created_at, document.brand, "
    "document.category_path, document.category_name, document.rating, document.version"
)

_TERMS = (
    "unnest(CAST(:lexemes AS text[]), CAST(:parts AS int[]), CAST(:weights AS real[])) "
    "AS term(lexeme, part, weight)"
)
_EACH_TERM = f"""
    SELECT posting.product_id, sum(term.weight * posting.impact) AS relevance,
        sum(term.weight) AS coverage, false AS exact
    FROM {_TERMS} JOIN postings AS posting ON posting.lexeme = term.lexeme COLLATE "C"
    GROUP BY posting.product_id
"""  # nosec B608  # noqa: S608 - constants only
# Of several words for one thing a product counts the best that it holds.
_BEST_OF_PART = f"""
    SELECT product_id, sum(relevance) AS relevance, sum(weight) AS coverage, false AS exact
    FROM (
        SELECT posting.product_id, term.part, max(term.weight * posting.impact) AS relevance,
            max(term.weight) AS weight
        FROM {_TERMS} JOIN postings AS posting ON posting.lexeme = term.lexeme COLLATE "C"
        GROUP BY posting.product_id, term.part
    ) AS parts
    GROUP BY product_id
"""  # nosec B608  # noqa: S608 - constants only
_EXACT = """
    SELECT product_id, 0, 0, true FROM search_documents
    WHERE identifiers @> ARRAY[:folded] OR exact_title = :folded
"""
# What a field of ``Facts`` is called in the table.
_COLUMN: Final = {"price": "price_from"}
_ORDER = "exact DESC, relevance + :coverage_weight * coverage DESC, product_id"


def _matches(found: str) -> str:
    return f"""
        SELECT product_id, sum(relevance) AS relevance, sum(coverage) AS coverage,
            bool_or(exact) AS exact
        FROM ({found} UNION ALL {_EXACT}) AS found
        GROUP BY product_id
    """  # nosec B608  # noqa: S608 - constants only


def _best_matches(found: str) -> str:
    return f"""
        SELECT {_FACTS}, matches.relevance, matches.coverage, matches.exact
        FROM (
            SELECT * FROM ({_matches(found)}) AS summed ORDER BY {_ORDER} LIMIT :limit
        ) AS matches
        JOIN search_documents AS document USING (product_id)
        ORDER BY {_ORDER}
    """  # nosec B608  # noqa: S608 - constants only


def _filtered_matches(found: str, where: str) -> str:
    return f"""
        SELECT {_FACTS}, matches.relevance, matches.coverage, matches.exact
        FROM ({_matches(found)}) AS matches
        JOIN search_documents AS document USING (product_id)
        WHERE true{where}
        ORDER BY {_ORDER}
        LIMIT :limit
    """  # nosec B608  # noqa: S608 - built of constants; what was typed is bound


_LIKE_PRODUCT = text(
    f"""
    SELECT {_FACTS}, 1 - (stored.embedding <=> own.embedding) AS similarity
    FROM (
        SELECT embedding FROM embeddings
        WHERE index_version = :version AND product_id = :product
    ) AS own, embeddings AS stored
    JOIN search_documents AS document USING (product_id)
    WHERE stored.index_version = :version AND stored.product_id <> :product
    ORDER BY stored.embedding <=> (
        SELECT embedding FROM embeddings
        WHERE index_version = :version AND product_id = :product
    )
    LIMIT :limit
    """  # nosec B608  # noqa: S608 - constants only
)


@lru_cache(maxsize=256)
def _statement(sql: str) -> TextClause:
    """Finding the parameters in a long statement takes as long as some searches in it."""
    return text(sql)


def _facts(row: Row[Any]) -> Facts:
    return Facts(
        row.product_id,
        row.price_from,
        row.created_at,
        row.brand,
        row.category_path,
        row.category_name,
        row.rating,
        row.version,
    )


class SqlRetrievalRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def understand(self, query: Query) -> Understanding:
        words = query.correctable
        row = (await self._session.execute(_UNDERSTAND, {"text": query.text, "words": words})).one()
        active = (
            IndexVersion(row.id, row.model, row.status, row.model_path)
            if row.id is not None
            else None
        )
        lexeme_of = zip(words, row.word_lexemes, strict=True)
        return Understanding(
            list(row.lexemes), {word: lexeme for word, lexeme in lexeme_of if lexeme}, active
        )

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
        # Without a filter the best are cut out before their rows are read.
        statement = _filtered_matches(found, where) if where else _best_matches(found)
        facts, scores = await self._columns(statement, values, "relevance", "coverage", "exact")
        return list(map(TextMatch, facts, *scores))

    async def by_meaning(
        self, version: int, vector: Vectors, filters: Filters, *, limit: int
    ) -> list[MeaningMatch]:
        """``vector``: float32 (dimension,)."""
        where, values = conditions(filters)
        indexed = await index_is_quicker(self._session, where, values, limit)
        values |= {"vector": vector.tolist(), "version": version, "limit": limit}
        statement = nearest(_FACTS, where, indexed=indexed)
        facts, (similarities,) = await self._columns(statement, values, "similarity")
        return list(map(MeaningMatch, facts, similarities))

    async def _columns(
        self, statement: str, values: Mapping[str, Any], *scores: str
    ) -> tuple[list[Facts], list[list[Any]]]:
        """What ``statement`` finds, in its order: facts, and a list of each score. It comes as one
        row of arrays, which is read several times faster than hundreds of rows."""
        names = [*Facts._fields, *scores]
        arrays = ", ".join(f"array_agg({_COLUMN.get(name, name)}) AS {name}" for name in names)
        row = (
            await self._session.execute(
                _statement(f"SELECT {arrays} FROM ({statement}) AS found"),  # nosec B608  # noqa: S608
                dict(values),
            )
        ).one()
        columns = [column or [] for column in row]
        size = len(Facts._fields)
        return list(map(Facts, *columns[:size])), columns[size:]

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
        return [MeaningMatch(_facts(row), float(row.similarity)) for row in rows]

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
