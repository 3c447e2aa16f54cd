"""Tables of attributes for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from deployments.search.application.product_attributes import AttributeTable, Dictionary


def table_of(*products: Mapping[str, Sequence[str]]) -> AttributeTable:
    dictionary = Dictionary()
    keys = [
        np.array([dictionary.number(n, v) for n, values in p.items() for v in values], np.int32)
        for p in products
    ]
    return AttributeTable(dictionary, keys)
