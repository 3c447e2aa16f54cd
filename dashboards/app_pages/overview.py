from __future__ import annotations

from dashboards.views.overview import page

page()
