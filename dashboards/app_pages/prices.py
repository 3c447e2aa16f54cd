from __future__ import annotations

from dashboards.views.prices import page

page()
