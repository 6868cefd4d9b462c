"""Selectors of orders to take pages down, and the selectors that name a page.

    url:            one URL in the form of `page_url`: `url://example.org/a?b=1`; all parameters count
    canonical:      all URLs with one canonical form, see `canonical_url`; made by --widen
    domain:         a host and all hosts below it
    page_id:        one page, by its number; exports write it as `w` and 16 hexadecimal digits
    archive:        all pages of one archive, by its archive_path

A `url:` order without slashes, for example `url:example.org/a?b=1`, is from a version before --widen. It was made from
a canonical form without session and tracking parameters, some of which named pages. Now it names only URLs that equal
this form apart from scheme, user, `www.`, default port, a plain fragment and the order of parameters, so that it
removes no other page. Pages that it had removed before are still removed: see `winnow.scopes.removals.orders`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain

from winnow.kernels.pages.url import domains_above, parse_url, public_suffixes
from winnow.kernels.pages.url_keys import canonical_url, page_url, sorted_url, split_url

URL_KINDS = frozenset({"url", "canonical", "domain"})  # of selectors that name a page by its URL

_WITH_HOST = re.compile(r"\s*[a-z][a-z0-9+.-]*://[^/?#\s]", re.IGNORECASE)
_DOMAIN = re.compile(r"[^\s/?#@:\\\[\]*%]+|\[[0-9a-f:.]+\]", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]+")
_MOST_DIGITS = 40
_EXPORTED = re.compile(r"w([0-9a-f]{16})")


def url_selector(url: str) -> str:
    """The selector of pages with one URL; scheme, `www.`, default port and a plain fragment are ignored."""
    return f"url:{page_url(url)}"


def canonical_selector(url: str) -> str:
    """The selector of pages whose URL has the same canonical form as this one."""
    return f"canonical:{canonical_url(url)}"


def domain_selector(domain: str) -> str:
    """The selector of a domain and all hosts below it."""
    return f"domain:{parse_url(domain).host}"


def selectors_of(url: str, kinds: Collection[str] = URL_KINDS) -> list[str]:
    """The selectors of these kinds that name a page by its URL."""
    named: dict[str, list[str]] = {
        "url": [url_selector(url), f"url:{sorted_url(url)}"] if "url" in kinds else [],
        "canonical": [canonical_selector(url)] if "canonical" in kinds else [],
        "domain": _domains(url) if "domain" in kinds else [],
    }
    return list(chain.from_iterable(named.values()))


def url_problem(url: str) -> str | None:
    """What is wrong with a URL to remove; None if nothing is."""
    if _WITH_HOST.match(url) and split_url(url) is not None:
        return None
    if domain_problem(url) is None:
        return f"--url {url!r} is a domain; name a whole URL, as in https://example.org/page, or a site with --domain"
    return f"--url {url!r} is not a URL; name a whole URL, as in https://example.org/page"


def domain_problem(domain: str) -> str | None:
    """What is wrong with a domain to remove; None if nothing is."""
    if _NUMBER.fullmatch(domain.strip()):
        return f"--domain {domain!r} is a number; name a page with --page-id, or a host, as in example.org"
    host = parse_url(domain).host if _DOMAIN.fullmatch(domain.strip()) else ""
    if host in public_suffixes():
        return f"--domain {domain!r} is a public suffix, not a site; name one site, as in example.org"
    if host:
        return None
    if _WITH_HOST.match(domain):
        return f"--domain {domain!r} is a URL; remove its page with --url, or name only the host, as in example.org"
    return f"--domain {domain!r} is not a domain; name only the host, as in example.org"


def page_id_of(named: str) -> int | None:
    """The page_id that a number names, or an `id` of an export; None where it is neither, or has over 64 bits."""
    named = named.strip()
    exported = _EXPORTED.fullmatch(named)
    if exported:
        return int.from_bytes(bytes.fromhex(exported[1]), signed=True)
    number = int(named) if _NUMBER.fullmatch(named) and len(named) <= _MOST_DIGITS else None
    return number if number is not None and -(2**63) <= number < 2**63 else None


def page_id_problem(page_id: str) -> str | None:
    """What is wrong with a page_id whose page to remove; None where nothing is."""
    if page_id_of(page_id) is not None:
        return None
    return (
        f"--page-id {page_id!r} is no page_id; name the number in the tables, or the id of an export, w and 16 digits"
    )


def archive_problem(archive: str) -> str | None:
    """What is wrong with an archive whose pages to remove; None if nothing is."""
    if "://" in archive:
        return f"--archive {archive!r} is a URL; name an archive_path of the table `archives`"
    return None if archive.strip() else "--archive '' is empty; name an archive_path of the table `archives`"


def _domains(url: str) -> list[str]:
    host = parse_url(url).host
    return [f"domain:{domain}" for domain in domains_above(host)] if host else []
