from __future__ import annotations

from dashboards.views.sign_in import page

page()
