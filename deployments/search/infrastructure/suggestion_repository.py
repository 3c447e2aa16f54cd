"""Reads what a query may become, and keeps what was asked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from deployments.search.application.suggestion_ports import PastQuery, Suggestion
from deployments.search.domain.past_query import OFTEN_ENOUGH
from deployments.shared.database import Executor

# Both patterns are found by the trigrams of a word's beginning. Few of many that start so are
# looked at: a shopper who typed a letter or two is about to type more.
_STARTING = text(
    """
    (
        SELECT 'query' AS kind, query AS text, query AS target, NULL AS card
        FROM past_queries
        WHERE query LIKE :start AND query <> :typed AND count >= :often
        ORDER BY count DESC, query
        LIMIT 3
    )
    UNION ALL
    (
        SELECT 'product', title, CAST(product_id AS text), card
        FROM (
            SELECT title, exact_title, product_id, card, in_stock FROM search_documents
            WHERE exact_title LIKE :start OR exact_title LIKE :word_start
            LIMIT 200
        ) AS starting
        ORDER BY exact_title NOT LIKE :start, NOT in_stock, length(title), title
        LIMIT :limit
    )
    """
)

_WORDS_LIKE = text(
    """
    SELECT word FROM search_words
    WHERE :prefix <% word
    ORDER BY word_similarity(:prefix, word) DESC, length(word), word
    LIMIT 40
    """
)

_NOTE = text(
    """
    INSERT INTO past_queries (query, count, found)
    SELECT * FROM unnest(
        CAST(:queries AS text[]), CAST(:counts AS bigint[]), CAST(:found AS int[])
    )
    ON CONFLICT (query) DO UPDATE SET
        count = past_queries.count + excluded.count, found = excluded.found, last_at = now()
    """
)


class SqlSuggestionRepository:
    def __init__(self, session: Executor) -> None:
        self._session = session

    async def starting(self, folded: str, *, limit: int) -> list[Suggestion]:
        escaped = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        rows = await self._session.execute(
            _STARTING,
            {
                "typed": folded,
                "start": f"{escaped}%",
                "word_start": f"% {escaped}%",
                "often": OFTEN_ENOUGH,
                "limit": limit,
            },
        )
        return [Suggestion(row.kind, row.text, row.target, row.card) for row in rows]

    async def words_like(self, prefix: str) -> list[str]:
        return list(await self._session.scalars(_WORDS_LIKE, {"prefix": prefix}))

    async def note(self, queries: Sequence[PastQuery]) -> None:
        await self._session.execute(
            _NOTE,
            {
                "queries": [each.query for each in queries],
                "counts": [each.count for each in queries],
                "found": [each.found for each in queries],
            },
        )
