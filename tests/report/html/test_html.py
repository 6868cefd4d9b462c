"""The report in a real browser: nothing that hostile pages try is run, and no server is asked for anything."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.report.sides import side_of
from winnow.report.html.page import render

pytestmark = pytest.mark.browser

# Each asks the server for a name of its own. "RUN" is JavaScript that does so, "ASK" an address of the server.
ATTEMPTS = {
    "script": "<script>RUN</script>",
    "closed-style": "</style></title></textarea><script>RUN</script>",
    "image": '"><img src="ASK" onerror="RUN">',
    "single-quoted": "'><img src='ASK'>",
    "svg": '<svg onload="RUN"></svg>',
    "iframe": '<iframe srcdoc="<script>RUN</script>"></iframe>',
    "focus": '<input autofocus onfocus="RUN">',
    "toggle": '<details open ontoggle="RUN">',
    "stylesheet": '<link rel=stylesheet href="ASK">',
    "import": "<style>@import url(ASK);</style>",
    "object": '<object data="ASK"></object>',
    "attribute": '" autofocus tabindex=0 onfocus="RUN" x="',
}


@pytest.fixture(scope="session")
def chromium() -> str:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path is not None, "Chromium, which tests the report, is missing. Debian, Ubuntu: apt-get install chromium"
    return path


@contextmanager
def asked_of_server() -> Iterator[tuple[str, set[str]]]:
    """The address of a server, and the names that were requested."""
    asked: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.add(self.path.strip("/"))
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


def attempts(address: str) -> str:
    """All attempts in one text."""
    return " ".join(
        attempt.replace("RUN", f"new Image().src='{address}/{name}'").replace("ASK", f"{address}/{name}")
        for name, attempt in ATTEMPTS.items()
    )


def shown_by(chromium: str, page: str, folder: Path) -> str:
    """The document that the browser makes of a page, after time to load and run."""
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", "--dump-dom"]
    profile = f"--user-data-dir={folder / 'profile'}"
    said = subprocess.run([chromium, *flags, profile, file.as_uri()], capture_output=True, text=True, check=True)
    return said.stdout


def test_the_attempts_run_in_a_page_that_does_not_escape(chromium: str, tmp_path: Path) -> None:
    """Otherwise the next test would prove nothing."""
    with asked_of_server() as (address, asked):
        shown_by(chromium, f'<!doctype html><body>{attempts(address)}<p x="{attempts(address)}">', tmp_path)
    assert asked >= ATTEMPTS.keys() - {"focus", "toggle", "attribute"}


def test_nothing_of_a_hostile_page_runs_or_loads(chromium: str, tmp_path: Path) -> None:
    with asked_of_server() as (address, asked):
        hostile = attempts(address)
        page = render([side_of(hostile, "ONE"), side_of(hostile, "TWO", largest=5_000)]).markup
        shown = shown_by(chromium, page, tmp_path)
        assert "<main " in page
        unescaped = page.replace("<main ", f"{hostile}<main ", 1)  # only the policy prevents this one
        policy_alone = shown_by(chromium, unescaped, tmp_path)
    assert asked == set()
    assert "<script>" in policy_alone
    assert "<script>" not in shown
    assert "Alarm: a cluster has 5,000 pages" in shown
