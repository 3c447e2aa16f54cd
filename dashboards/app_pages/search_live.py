from __future__ import annotations

from dashboards.views.search_live import page

page()
