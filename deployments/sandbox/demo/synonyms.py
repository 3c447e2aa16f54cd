"""What shoppers of the demo shop call its things, beyond what every shop starts with."""

from __future__ import annotations

from typing import Final

from deployments.search.contract import SearchClient, SynonymInput
from deployments.shared.http_client import RemoteProblem
from deployments.shared.operator_client import operator_http

SYNONYMS: Final = (
    SynonymInput(terms=["sofa", "couch", "settee"]),
    SynonymInput(terms=["trainers", "sneakers", "running shoes"]),
    SynonymInput(terms=["mobile", "phone", "smartphone"]),
    SynonymInput(terms=["thermos", "vacuum flask"]),
    SynonymInput(terms=["footwear", "shoes", "boots", "sandals"], one_way=True),
)


async def add_synonyms() -> None:
    """Those that the shop has not yet."""
    http = operator_http("search")
    try:
        client = SearchClient(http)
        for synonym in SYNONYMS:
            try:
                await client.add_synonym(synonym)
            except RemoteProblem as problem:
                if problem.code != "synonym_exists":
                    raise
    finally:
        await http.aclose()
