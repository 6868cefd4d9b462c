"""The invented sites of the demo: templates around a text."""

from __future__ import annotations

import importlib
import pydoc
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

# Rendered as they are. None shares a docstring with a module that prose is taken from.
REFERENCE_MODULES = (
    "array atexit bisect calendar cmath codeop colorsys compileall contextlib copy copyreg csv "
    "dis email.base64mime email.contentmanager email.encoders email.quoprimime errno filecmp fnmatch "
    "fractions gc genericpath getopt getpass gettext glob heapq hmac html html.entities html.parser importlib.util "
    "json.tool keyword linecache marshal math modulefinder netrc numbers opcode operator plistlib "
    "pprint profile quopri reprlib rlcompleter runpy selectors shlex stat stringprep struct symtable "
    "sysconfig tabnanny token tomllib trace tracemalloc unittest.loader unittest.result "
    "unittest.runner unittest.signals urllib.error urllib.response urllib.robotparser warnings webbrowser "
    "wsgiref.util wsgiref.validate xml.etree.ElementPath zipapp zlib"
)


class Site(NamedTuple):
    """One site: its name, its host, and the template of its pages."""

    name: str
    host: str
    template: Callable[[str, str, str], str]


class _Renderer(pydoc.HTMLDoc):
    """pydoc's pages without parts that differ between machines or runs."""

    def docother(self, object: object, name: str | None = None, mod: str | None = None, *ignored: object) -> str:
        """Only the name of a value: its text may contain a path, or a set in the order of this run's hashes."""
        return f"<strong>{escape(name or '')}</strong>"

    def getdocloc(self, object: object, basedir: str = "") -> None:
        """No link to the manual: it depends on the environment."""


def reference_page(module: str) -> str:
    """pydoc's own HTML page of one module of the standard library, without paths and addresses.

    pydoc writes only hard spaces. They become ordinary ones, or fastText would not take most pages for English.
    """
    renderer = _Renderer()
    page = renderer.page(f"Python: module {module}", renderer.docmodule(importlib.import_module(module)))
    page = re.sub(r'<a href="file:[^>]*>[^<]*</a>', "", page).replace("&nbsp;", " ")
    return re.sub(r" at 0x[0-9a-fA-F]+", "", page)


def paragraphs_html(paragraphs: Sequence[str]) -> str:
    """One `<p>` a paragraph."""
    return "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs)


def _links(names: str) -> str:
    return "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in names.split())


def _document(title: str, site: str, head: str, body: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}<title>{escape(title)} - {site}</title>\n'
        f'<link rel="stylesheet" href="/site.css">\n</head>\n<body>\n{body}\n</body>\n</html>\n'
    )


def _magazine(site: str, title: str, body: str) -> str:
    return _document(
        title, site, '<meta name="viewport" content="width=device-width">\n',
        f'<header><a href="/">{site}</a><nav><ul>{_links("Home News Guides Archive About")}</ul></nav></header>\n'
        f"<main><article><h1>{escape(title)}</h1>\n{body}\n</article></main>\n"
        f'<aside class="sidebar"><h2>Most read</h2><ul>{_links("Gardens Kitchens Trains Weather")}</ul></aside>\n'
        f"<footer><p>&copy; {site}</p><ul>{_links('Imprint Contact Privacy')}</ul></footer>",
    )  # fmt: skip


def _blog(site: str, title: str, body: str) -> str:
    return _document(
        title, site, f'<meta property="og:site_name" content="{site}">\n',
        f'<div id="header"><h2><a href="/">{site}</a></h2></div>\n'
        f'<div id="menu" class="nav"><ul>{_links("Posts Tags Feed")}</ul></div>\n'
        f'<div class="post"><h1 class="post-title">{escape(title)}</h1>\n'
        f'<div class="post-content entry-content">\n{body}\n</div></div>\n'
        f'<div class="widget"><script>var shared = 0;</script><ul>{_links("January February March")}</ul></div>\n'
        f'<div id="footer">Powered by a small machine under the stairs</div>',
    )  # fmt: skip


def _manual(site: str, title: str, body: str) -> str:
    return _document(
        title, site, '<meta name="generator" content="handmade">\n',
        f'<div class="breadcrumb"><a href="/">{site}</a> / <a href="/notes/">Notes</a></div>\n'
        f'<div class="toc"><ul>{_links("Introduction Tutorial Reference Index")}</ul></div>\n'
        f'<div class="content" role="main"><h1>{escape(title)}</h1>\n{body}\n</div>\n'
        f'<div class="pagination"><a href="?page=1">Previous</a> <a href="?page=3">Next</a></div>',
    )  # fmt: skip


def _plain(site: str, title: str, body: str) -> str:
    return (
        f"<html><head><title>{escape(title)}</title></head><body><h2>{escape(title)}</h2>\n{body}\n<hr></body></html>"
    )


SITES = (
    Site("The Lantern", "lantern.example", _magazine),
    Site("Harbour Weekly", "www.harbour-weekly.example", _magazine),
    Site("Slow Notes", "slownotes.example", _blog),
    Site("A Shed of One's Own", "blog.shed.example", _blog),
    Site("Field Manual", "manual.fieldwork.example", _manual),
    Site("Old Pages", "oldpages.example", _plain),
)
