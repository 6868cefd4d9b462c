"""Drafts of pages of a generated crawl."""

from __future__ import annotations

from typing import Any, NamedTuple

from winnow.demo.library import Article, Library
from winnow.demo.sites import SITES
from winnow.demo.truth import PageTruth

ARTICLE = "article"


class Draft(NamedTuple):
    """A page that is not in an archive yet: its truth without a place, its HTML, and how it is sent."""

    truth: PageTruth
    html: str
    wire: str
    article: Article | None


class Plan:
    """One crawl; `before` are the pages of earlier crawls by URL, `fetched` also its own."""

    def __init__(self, crawl: str, library: Library, before: dict[str, Draft]) -> None:
        self.crawl = crawl
        self.library = library
        self.random = library.random
        self.before = before
        self.articles = [draft for draft in before.values() if draft.truth.kind == ARTICLE]
        self.fetched = dict(before)
        self.count = 0

    def draft(
        self, kind: str, url: str, html: str, wire: str = "utf8", article: Article | None = None, **facts: Any
    ) -> Draft:
        """A page of this crawl; if an earlier crawl has its URL, its truth says so."""
        if earlier := self.before.get(url):
            facts["same_url_as"] = earlier.truth.name
            facts["exact_copy_of"] = earlier.truth.name if earlier.html == html else None
        truth = PageTruth(f"{self.crawl}/{self.count:05d}", self.crawl, "", -1, url, kind, **facts)
        self.count += 1
        self.fetched[url] = Draft(truth, html, wire, article)
        return self.fetched[url]

    def page(self, kind: str, article: Article, host: str = "", words: str = "", **facts: Any) -> Draft:
        """An article at a URL of its own."""
        url = self.url(host or article.site.host, words or article.title)
        return self.draft(kind, url, article.html, self.library.wire(), article, **facts)

    def body(self, kind: str, body: str, host: str = "", words: str = "", wire: str = "utf8", **facts: Any) -> Draft:
        """A page with this inner HTML on a site whose template keeps all of it."""
        site, title = self.random.choice(SITES[:-1]), self.library.title()
        html = site.template(site.name, title, body)
        return self.draft(kind, self.url(host or site.host, words or title), html, wire, **facts)

    def url(self, host: str, words: str) -> str:
        """A URL that no other page has."""
        return f"https://{host}/{'-'.join(words.lower().split())}-{self.crawl[-2:]}{self.count:05d}.html"
