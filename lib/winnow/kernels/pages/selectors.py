"""What an order to take pages down names, and by which names a page may be ordered away."""

from __future__ import annotations

from winnow.kernels.pages.url import domains_above, parse_url
from winnow.kernels.url_duplicates import canonical_url


def url_selector(url: str) -> str:
    """The selector of the pages of one URL; what does not change a page, such as scheme and tracking, is left out."""
    return f"url:{canonical_url(url)}"


def domain_selector(domain: str) -> str | None:
    """The selector of a domain and every host below it; None where the text names no host."""
    host = parse_url(domain).host
    return f"domain:{host}" if host else None


def url_selectors(url: str) -> list[str]:
    """The selectors that name a page by its URL: the URL itself, its host, every domain above."""
    host = parse_url(url).host
    return [url_selector(url), *(f"domain:{domain}" for domain in domains_above(host) if host)]
