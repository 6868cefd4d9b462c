"""The reference pages of docs/, made from the code. `make docs` writes them; tests/docs finds outdated pages."""

from __future__ import annotations

from docs.generate.departures import departures_page
from docs.generate.json_results import json_page
from docs.generate.languages import languages_page
from docs.generate.metrics import metrics_page
from docs.generate.reasons import reasons_page
from docs.generate.settings import settings_page
from docs.generate.tables import tables_page

PAGES = {
    "settings.md": settings_page,
    "reasons.md": reasons_page,
    "metrics.md": metrics_page,
    "tables.md": tables_page,
    "departures.md": departures_page,
    "json.md": json_page,
    "languages.md": languages_page,
}
