"""Keys of URLs: spellings of one page share a key, pages with different text do not; by examples and by a slow twin."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import url_duplicates as twin
from winnow.kernels.pages.url_keys import TRACKING, canonical_url, page_url, sorted_url

SESSION = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
STORIES = [f"http://nuke.example/modules.php?name=News&file=article&sid={number}" for number in (101, 102, 103, 104)]
TALKS = [f"http://conference.example/programme?sessionId={number}" for number in (7, 8, 9)]
ROUTES = [f"http://app.example/{route}" for route in ("#!/about", "#!/prices", "#!", "#/about", "#/", "")]

# Groups of URLs, each of a page of its own: the stories that were once lost, similar cases, and cases from sources.
OWN_PAGES = {
    "stories": STORIES,
    "talks": TALKS,
    "routes": ROUTES,
    "coordinates": [f"http://maps.example/?utm_zone={zone}&utm_x=4{zone}00" for zone in (31, 32, 33)],
    "short sessions": [f"http://a.example/x?PHPSESSID={value}" for value in ("12", "13", "intro")],
    "path sessions": [f"http://a.example/x;jsessionid={value}" for value in ("1", "2", "0A1B")],
    "a slug of 32 letters": ["http://a.example/?sid=introductiontoappliedmathematics", "http://a.example/"],
    "names that end in sid": [
        f"http://a.example/?{name}={SESSION}" for name in ("newsid", "docsid", "postsid", "basid")
    ],
    "half of ColdFusion's pair": [f"http://a.example/?cfid={value}" for value in (5, 6)],
    "a token that is none": [f"http://a.example/?cfid=5&cftoken={value}" for value in ("x", "y")],
    "names that end alike": [f"http://a.example/?{name}=1" for name in ("gid", "yid", "fbid", "dcid", "s_id", "sid")],
    "the order of one name's values": ["http://a.example/?a=1&a=2", "http://a.example/?a=2&a=1"],
    "ports": ["http://a.example/", "http://a.example:443/", "https://a.example:80/", "http://a.example:8080/"],
    "letter case": ["http://a.example/A", "http://a.example/a", "http://a.example/?a=b", "http://a.example/?a=B"],
    "slashes": ["http://a.example/a", "http://a.example/a/", "http://a.example/a//"],
    "hosts": ["http://www.gov.uk/", "http://gov.uk/", "http://www.www.example/", "http://example/", "ftp://example/"],
    "names of trackers without value": ["http://a.example/?fbclid", "http://a.example/?gclid=", "http://a.example/"],
    "escaped separators": ["http://a.example/a%2Fb", "http://a.example/a/b", "http://a.example/a%3Fb"],
}

# Pairs of URLs that a server answers with one page: only the canonical form is the same.
ONE_PAGE = [
    ("http://forum.example/viewtopic.php?t=5&sid=" + SESSION, "http://forum.example/viewtopic.php?t=5"),
    ("http://shop.example/?osCsid=" + SESSION.upper(), "http://shop.example/"),
    (f"http://shop.example/?XTCsid={SESSION}&phpbb2mysql_sid={SESSION}", "http://shop.example/"),
    (f"http://shop.example/?ASP.NET_SessionId={SESSION}&ssid={SESSION}", "http://shop.example/"),
    ("http://a.example/x?PHPSESSID=0123456789abcdefghijklmnop&id=7", "http://a.example/x?id=7"),
    (f"http://a.example/x;jsessionid={SESSION}.node-1?id=7", "http://a.example/x?id=7"),
    ("http://a.example/(S(abcdefghij0123456789abcd))/p.aspx", "http://a.example/p.aspx"),
    ("http://a.example/?ASPSESSIONIDABCDEFGH=ABCDEFGHIJKLMNOPQRSTUVWX", "http://a.example/"),
    ("http://a.example/?CFID=5&CFTOKEN=12345678&id=1", "http://a.example/?id=1"),
    ("http://a.example/?utm_source=feed&id=7&fbclid=abc&_ga=1.2", "http://a.example/?id=7"),
    ("http://a.example/?b=2&a=1&b=1", "http://a.example/?a=1&b=2&b=1"),
    ("http://a.example/?a=x+y&&b", "http://a.example/?a=x%20y&b="),
    ("http://user:word@a.example/", "http://a.example/"),
]

# Spellings of one URL: both keys are the same.
SPELLINGS = [
    ("HTTP://WWW.Example.org:80/a?b=1#top", "https://example.org:443/a?b=1"),
    ("//example.org/a", "http://example.org/a"),
    ("https://example.org", "http://www.example.org/"),
    ("http://example.org/gr%c3%bcn%7e", "http://example.org/grün~"),
    ("https://bücher.example/", "http://www.xn--bcher-kva.example/"),
    (" http://example.org/a b ", "http://example.org/a%20b"),
    ("http://[::1]:80/", "http://[0:0::1]/"),
]


@pytest.mark.parametrize("key", [page_url, canonical_url])
@pytest.mark.parametrize("urls", OWN_PAGES.values(), ids=OWN_PAGES)
def test_pages_of_their_own_have_keys_of_their_own(key: Callable[[str], str], urls: list[str]) -> None:
    assert len({key(url) for url in urls}) == len(urls)


@pytest.mark.parametrize(("one", "other"), ONE_PAGE)
def test_urls_that_a_server_answers_alike_share_only_the_canonical_form(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other)
    assert page_url(one) != page_url(other)


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_spellings_of_one_url_share_every_key(one: str, other: str) -> None:
    assert (page_url(one), canonical_url(one)) == (page_url(other), canonical_url(other))


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://WWW.Example.org:80/a?b=2&a=1#top", "example.org/a?a=1&b=2"),
        ("https://user:secret@example.org:443/a/", "example.org/a/"),
        ("https://example.org:8080/", "example.org:8080"),
        ("http://example.org/x?print", "example.org/x?print="),
        ("http://example.org/x?cid=5&ref=home&width=3&paid=1", "example.org/x?cid=5&paid=1&ref=home&width=3"),
        ("http://example.org/#!/a", "example.org#!/a"),
        ("http://[broken", "http://[broken"),
        ("http://example.org:port/", "http://example.org:port/"),
        ("ftp://example.org/a", "ftp://example.org/a"),
        ("", ""),
    ],
)
def test_the_canonical_form_can_be_read(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


def test_every_parameter_is_in_the_sorted_form() -> None:
    assert sorted_url(f"http://a.example/?sid={SESSION}&fbclid=1") == f"a.example?fbclid=1&sid={SESSION}"


def test_trackers_are_those_of_the_sources() -> None:
    assert TRACKING == twin.TRACKERS


def test_keys_are_equal_where_the_twin_says_so() -> None:
    """Thousands of URLs from names and values that sites use. No key has two pages; no page has two keys."""
    urls = sorted(set(generated(random.Random(21), 8_000)))
    assert len(urls) > 5_000
    for key, page in ((page_url, twin.page), (canonical_url, twin.canonical)):
        keys, pages = defaultdict(set), defaultdict(set)
        for url in urls:
            keys[key(url)].add(repr(page(url)))
            pages[repr(page(url))].add(key(url))
        assert [found for found in (*keys.values(), *pages.values()) if len(found) > 1] == []
        assert 1_000 < len(keys) < len(urls)


@given(text=st.text())
def test_keys_of_any_text_are_stable(text: str) -> None:
    url = f"http://example.org/{text}"
    assert page_url(page_url(url)) == page_url(url)
    assert canonical_url(f"//{canonical_url(url)}") == canonical_url(url)
    for found in (text, f"//{text}"):
        assert page_url(found) == found or page_url(found).startswith("//") or "://" in page_url(found)
        assert canonical_url(found) == found or "//" in found


def generated(chance: random.Random, count: int) -> Iterator[str]:
    """URLs of few hosts and paths, with parameters of sites, sessions, trackers, and every kind of fragment."""
    names = (
        *(
            "id",
            "sid",
            "sessionId",
            "session_id",
            "PHPSESSID",
            "jsessionid",
            "osCsid",
            "newsid",
            "a_sid",
            "cfid",
            "CFTOKEN",
            "s",
        ),
        *("gclid", "utm_source", "utm_zone", "mc_cid", "ASPSESSIONIDABCDEFGH", "print", "a%5B%5D", "a[]", "%69d"),
    )
    values = (
        *("", "1", "102", "intro", "a b", "a+b", "a%20b", "%7e", "~", "%c3%bc", "ü", "12345678", SESSION, "A" * 32),
        *("a" * 32, "a" * 24, "0123456789abcdefghijklmnop", SESSION + ".n1", SESSION[:31]),
    )
    paths = (
        *("", "/", "/a", "/a/", "/a//b", "/%61", f"/a;jsessionid={SESSION}", "/a;jsessionid=1", "/a.aspx"),
        *("/(S(abcdefghij0123456789abcd))/a.aspx", "/(S(1))/a.aspx", "/ü", "/%C3%BC", "/%2Fa"),
    )
    fragments = ("", "", "", "#", "#top", "#!", "#!/a", "#/a", "#/b", "#%21x", "#ü")
    for _ in range(count):
        front = chance.choice(("http://", "https://", "HTTP://")) + chance.choice(("", "", "www.", "me@"))
        host = chance.choice(("a.example", "A.example", "b.example")) + chance.choice(("", "", ":80", ":443", ":81"))
        pairs = [f"{chance.choice(names)}={chance.choice(values)}" for _ in range(chance.randrange(4))]
        pairs += chance.choices(("", "print"), k=chance.randrange(2))
        query = "?" + "&".join(pairs) if pairs or chance.random() < 0.1 else ""
        yield front + host + chance.choice(paths) + query + chance.choice(fragments)
