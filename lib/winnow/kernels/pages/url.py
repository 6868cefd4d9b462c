"""The URL gates: they stop a page by its URL, before anything is parsed."""

from __future__ import annotations

import re
import socket
import unicodedata
from collections.abc import Iterator
from functools import cache
from ipaddress import IPv6Address
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import quote, unquote

from winnow.kernels import gates
from winnow.kernels.gates import GateName
from winnow.kernels.pages.url_sets import UrlLists

if TYPE_CHECKING:
    from tldextract import TLDExtract

EXCEPTED = "excepted"

CURATED_SOURCES = frozenset(
    {
        *("arxiv.org", "askubuntu.com", "courtlistener.com", "exporter.nih.gov", "github.com", "irclogs.ubuntu.com"),
        *("mathoverflow.net", "ncbi.nlm.nih.gov", "news.ycombinator.com", "reddit.com", "stackapps.com"),
        *("stackexchange.com", "stackoverflow.com", "statmt.org", "uspto.gov", "wikipedia.org"),
    }
)

MAX_URL_CHARS = 8192  # the rest is ignored: a bound on the work for one page
MAX_HOST_CHARS = 253  # RFC 1035
MAX_LABEL_CHARS = 63

_URL = re.compile(r"(?:https?:/*|(?:[a-z][a-z0-9+.-]*:)?//)?([^/?#]*)([^#]*)(.*)", re.DOTALL)
_PLAIN_HOST = re.compile(r"(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)?")
_NUMBERS = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}")
_STEP = re.compile(r"[/?&][^/?&]+")
_WORD = re.compile(r"[^\W_]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_AS_BROWSERS = {ord("\t"): None, ord("\n"): None, ord("\r"): None, ord("\\"): "/"}
_IN_HOSTS = {0xAD: None, 0x200B: None, 0x2060: None, 0xFEFF: None, 0x3002: "."}


class UrlSettings(Protocol):
    """The number of different entries of each word list that gate a page, at least 1."""

    @property
    def strict_min(self) -> int: ...  # noqa: D102
    @property
    def hard_min(self) -> int: ...  # noqa: D102
    @property
    def soft_min(self) -> int: ...  # noqa: D102


class Match(NamedTuple):
    """An entry that matches a URL: name of the list, entry in its normal form, and gate, or `excepted`."""

    list: str
    entry: str
    rule: str


class Address(NamedTuple):
    """A URL in the form that is compared with lists.

    host   lower case, punycode, no user info, port or trailing dot; IPv4 dotted, IPv6 in brackets; '' if there is none
    steps  parts of path and query, each with the separator before it: /a//b/?x=1&y is /a, /b, ?x=1, &y
    words  runs of Unicode letters and digits in host, path, query and fragment
    """

    host: str
    steps: list[str]
    words: list[str]


def parse_url(url: str) -> Address:
    """The address that a browser would open, for any text; a missing scheme means http.

    Path and query are percent-decoded once (UTF-8); for the words, host labels are decoded from punycode, and
    everything is changed to NFKC and lower case. Scheme, user info and port give no words.
    """
    authority, rest, fragment = _split(url)
    host = _host(authority)
    rest = _decoded(rest)
    text = (_unicode_host(host) if host else _decoded(authority)) + rest + _decoded(fragment)
    return Address(host, _STEP.findall(rest), _WORD.findall(text))


def parse_words(text: str) -> list[str]:
    """The words of an entry of a word list, split like those of a URL."""
    return _WORD.findall(_fold(text))


def registered_domain(url: str) -> str:
    """The registered domain, in lower case and punycode.

    The host itself if it is an IP address, a public suffix or a single label; '' only if there is no host. An unknown
    suffix is one label: a.b.invalid gives b.invalid. The list of suffixes is that inside tldextract and is never
    downloaded. Private suffixes are ignored: each blog of blogspot.com gives blogspot.com.
    """
    host = _host(_split(url)[0])
    if is_ip(host):
        return host
    parts = _suffixes()(host)
    if parts.suffix:
        return parts.top_domain_under_public_suffix or host
    return ".".join(host.rsplit(".", 2)[-2:])


def is_ip(host: str) -> bool:
    """Whether a host of an `Address` is, or ends like, an IP address, which has no domains above it."""
    return host.startswith("[") or host.rpartition(".")[2].isdecimal()


@cache
def _suffixes() -> TLDExtract:
    """The public suffixes; imported for the first page only, because the library is slow to import."""
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=())


@cache
def public_suffixes() -> frozenset[str]:
    """Suffixes under which registries sell names, such as com and co.uk; no private ones."""
    return frozenset(map(_host, _suffixes().tlds))


def without_www(host: str) -> str:
    """The host without a leading `www.`, unless the rest is a public suffix: www.gov.uk is kept."""
    rest = host.removeprefix("www.")
    return rest if "." in rest and rest not in public_suffixes() else host


def gate_url(url: str, lists: UrlLists, settings: UrlSettings) -> GateName | None:
    """The first URL gate that stops the page, in the order of gates; None if none does.

    An excepted domain or URL is not gated by lists and words, only as a curated source. A listed domain includes all
    hosts below it. A listed URL includes its host with and without `www.`, and all paths and queries that continue it.

    Source: Penedo et al. 2023, G.1, tables 13 and 14. The order is that of G.1; it decides which gate is named, not
    which pages are gated.
    Differs: the paper does not define a word, a separator and two matches. Here, words are runs of Unicode letters and
    digits, case is ignored, and different words count. The scheme is left out, so that the s of https cannot begin a
    strict word. Percent encoding is undone, so that the 20 of %20 is not part of the next word. Oracle:
    tests/reference/url.py.
    """
    address = parse_url(url)
    hits = (gate for gate, _ in _hits(address, lists, settings))
    first = next(hits, None)
    if first is not None and _exceptions(address, lists):
        return gates.URL_CURATED_SOURCE if gates.URL_CURATED_SOURCE in (first, *hits) else None
    return first


def explain_url(url: str, lists: UrlLists, settings: UrlSettings) -> list[Match]:
    """All matches of all URL gates, in the order of the gates; exceptions come first and hide nothing."""
    address = parse_url(url)
    hits = [(EXCEPTED, _exceptions(address, lists)), *_hits(address, lists, settings)]
    return [Match(name, entry, rule) for rule, found in hits for name, entry in found]


def _hits(address: Address, lists: UrlLists, settings: UrlSettings) -> Iterator[tuple[GateName, list[tuple[str, str]]]]:
    """Gates that match, excepted or not, with pairs of list and entry; computed lazily."""
    host, steps, words = address
    domains = domains_above(host)
    if found := lists.domains.find(domains):
        yield gates.URL_DOMAIN_LISTED, found
    if found := lists.urls.find(accumulate(steps, initial=without_www(host))):
        yield gates.URL_LISTED, found
    if len(strict := lists.strict.find("".join(words))) >= settings.strict_min:
        yield gates.URL_STRICT_WORD, [("words/strict", word) for word in strict]
    if len(hard := lists.hard.find(words)) >= settings.hard_min:
        yield gates.URL_HARD_WORD, [("words/hard", word) for word in hard]
    if len(soft := lists.soft.find(words)) >= settings.soft_min:
        yield gates.URL_SOFT_WORDS, [("words/soft", word) for word in soft]
    if curated := [domain for domain in domains if domain in lists.curated]:
        yield gates.URL_CURATED_SOURCE, [("curated_sources", domain) for domain in curated]


def _exceptions(address: Address, lists: UrlLists) -> list[tuple[str, str]]:
    domains = lists.excepted_domains.find(domains_above(address.host))
    return domains + lists.excepted_urls.find(accumulate(address.steps, initial=without_www(address.host)))


def domains_above(host: str) -> list[str]:
    """The host and all domains above it, longest first; only the host if it is an IP address."""
    if is_ip(host):
        return [host]
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def _split(url: str) -> tuple[str, str, str]:
    """Authority, path with query, and fragment, lower case, not decoded."""
    text = url[:MAX_URL_CHARS].strip()
    if not text.isprintable() or "\\" in text:
        text = _SURROGATES.sub("\ufffd", text.translate(_AS_BROWSERS))
    parts = _URL.fullmatch(text.lower())
    assert parts is not None  # every part of the pattern may be empty, and the last takes what is left
    return parts[1], parts[2], parts[3]


def _decoded(text: str) -> str:
    return text if "%" not in text and text.isascii() else _fold(unquote(text))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _host(authority: str) -> str:
    name = authority.rpartition("@")[2]
    if name.startswith("["):
        return _ipv6(name)
    name, _, port = name.partition(":")
    if port and not port.isdecimal():
        return ""  # about:blank, data:text/html, urn:uuid:...
    name = name.strip(".")
    if not _PLAIN_HOST.fullmatch(name):
        labels = _fold(unquote(name)).translate(_IN_HOSTS).split(".")
        name = ".".join(_ascii_label(label) for label in labels if label)
    return _ipv4(name) if _NUMBERS.fullmatch(name) else name[-MAX_HOST_CHARS:].strip(".")


def _ipv4(numbers: str) -> str:
    """The dotted form that browsers give to decimal, octal and hexadecimal spellings of an IPv4 address."""
    try:
        return socket.inet_ntoa(socket.inet_aton(numbers))
    except OSError:
        return numbers


def _ipv6(name: str) -> str:
    try:
        return f"[{IPv6Address(name[1:].partition(']')[0]).compressed}]"
    except ValueError:
        return ""


def _ascii_label(label: str) -> str:
    """The label in punycode; forbidden characters, and labels that are too long, are percent-encoded."""
    if not label.isascii() and len(label) <= MAX_LABEL_CHARS:
        label = f"xn--{label.encode('punycode').decode('ascii')}"
    return quote(label, safe="!$&'()*+,;=").lower()


def _unicode_host(host: str) -> str:
    if "xn--" in host:
        host = ".".join(map(_unicode_label, host.split(".")))
    return _decoded(host)


def _unicode_label(label: str) -> str:
    if not label.startswith("xn--") or len(label) > MAX_LABEL_CHARS:
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
