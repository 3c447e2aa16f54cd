"""The tree of categories, parents before children, with counts."""

from __future__ import annotations

from dataclasses import replace

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import CategoryNode


def with_subtrees(nodes: list[CategoryNode]) -> list[CategoryNode]:
    """In the order of the tree, each counting what is below it too.

    Args:
        nodes: all categories, each counting only the products right in it.
    """
    counts = {node.path: 0 for node in nodes}
    for node in nodes:
        path = node.path
        while path:
            counts[path] += node.product_count
            path = path.rpartition("/")[0]
    by_path = {node.path: node for node in nodes}

    def place(node: CategoryNode) -> tuple[tuple[int, str], ...]:
        parts = node.path.split("/")
        line = [by_path["/".join(parts[: depth + 1])] for depth in range(len(parts))]
        return tuple((ancestor.position, ancestor.name.casefold()) for ancestor in line)

    ordered = sorted(nodes, key=place)
    return [replace(node, product_count=counts[node.path]) for node in ordered]


class ListCategories:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self) -> list[CategoryNode]:
        async with self._begin() as work:
            return with_subtrees(await work.catalogue.categories())
