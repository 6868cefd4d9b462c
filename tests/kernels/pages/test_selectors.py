"""Selectors of removals: they match all spellings of one URL and no other page; unknown kinds are refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.pages.test_url_keys import ONE_PAGE, OWN_PAGES, SESSION, SPELLINGS
from winnow.commands.making.remove import remove
from winnow.errors import SettingsError
from winnow.kernels.pages.selectors import (
    canonical_selector,
    domain_selector,
    page_id_of,
    selectors_of,
    url_selector,
)


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_spellings_of_one_url_meet(one: str, other: str) -> None:
    assert url_selector(one) in selectors_of(other)
    assert canonical_selector(one) in selectors_of(other)


@pytest.mark.parametrize("urls", OWN_PAGES.values(), ids=OWN_PAGES)
def test_an_order_names_only_its_own_page(urls: list[str]) -> None:
    for asked in urls:
        assert [url for url in urls if url_selector(asked) in selectors_of(url)] == [asked]


@pytest.mark.parametrize(("one", "other"), ONE_PAGE)
def test_urls_that_a_server_answers_alike_match_only_if_asked_for(one: str, other: str) -> None:
    assert url_selector(one) not in selectors_of(other)
    assert canonical_selector(one) in selectors_of(other)


@given(text=st.text(max_size=5), mark=st.sampled_from(["!", "/", "%21", "."]))
def test_only_a_plain_fragment_is_left_out(text: str, mark: str) -> None:
    asked = f"http://a.example/x?b#{mark}{text.rstrip()}"
    assert (url_selector(asked) in selectors_of("http://a.example/x?b")) is (mark == ".")
    assert url_selector(asked) not in selectors_of("http://a.example/x")


@pytest.mark.parametrize(
    ("order", "url", "named"),
    [
        ("url:example.org/a?b=1&c=2", "https://www.example.org/a?c=2&b=1#top", True),
        ("url:example.org", "http://me@example.org/", True),
        ("url:nuke.example/modules.php?file=article&name=News", OWN_PAGES["stories"][1], False),
        ("url:conference.example/programme", OWN_PAGES["talks"][1], False),
        ("url:app.example", "http://app.example/#!/prices", False),
        ("url:forum.example/viewtopic.php?t=5", f"http://forum.example/viewtopic.php?t=5&sid={SESSION}", False),
    ],
)
def test_an_order_without_slashes_names_only_its_own_url(order: str, url: str, named: bool) -> None:
    """Such orders were written from a form of the URL without some parameters and routes."""
    assert (order in selectors_of(url)) is named


@pytest.mark.parametrize(
    ("domain", "url", "named"),
    [
        ("Example.org.", "https://blog.example.org:8080/x", True),
        ("bücher.example", "http://www.xn--bcher-kva.example/", True),
        ("blog.example.org", "https://example.org/", False),
        ("ample.org", "https://example.org/", False),
        ("10.0.0.1", "http://10.0.0.1/", True),
        ("[::1]", "http://[0::1]:80/", True),
    ],
)
def test_a_domain_names_every_host_below_it(domain: str, url: str, named: bool) -> None:
    assert (domain_selector(domain) in selectors_of(url)) is named


@pytest.mark.parametrize(
    ("number", "exported"),
    [
        (0, "w0000000000000000"),
        (7, "w0000000000000007"),
        (-1, "wffffffffffffffff"),
        (2**63 - 1, "w7fffffffffffffff"),
        (-(2**63), "w8000000000000000"),
        (-(2**63) + 8999, "w8000000000002327"),
    ],
)
def test_a_page_is_named_by_its_number_and_by_its_id_in_an_export(number: int, exported: str) -> None:
    assert page_id_of(str(number)) == page_id_of(exported) == page_id_of(f" {exported}\n") == number


NO_DOMAINS = ["", ":", "a.example/b", "a.example:80", "me@a.example", "*.a.example", "a b", "?a"]
NO_URLS = ["-8912", "", "example.org/page", "crawl-data/a.warc.gz", "http://", "http://[broken", "mailto:a@b.example"]
NO_PAGE_IDS = ["", "7.0", "w", "w7", "wc000000000000001g", "0xc000000000000001", str(2**63), "-" + "9" * 50, "1_000"]
PAGE_ID = "name the number in the tables, or the id of an export, w and 16 digits"
TALK = "https://conference.example/programme?sessionId=8"
PATH = "name an archive_path of the table `archives`"
HOST = "as in example.org"

REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"domains": [TALK]},
        [f"--domain '{TALK}' is a URL; remove its page with --url, or name only the host, {HOST}"],
    ),
    (
        {"page_ids": NO_PAGE_IDS},
        [f"--page-id {one!r} is no page_id; {PAGE_ID}" for one in NO_PAGE_IDS],
    ),
    ({"domains": NO_DOMAINS}, [f"--domain {one!r} is not a domain; name only the host, {HOST}" for one in NO_DOMAINS]),
    (
        {"domains": ["com", "co.uk", "-8912"], "urls": ["a.example"], "archives": ["https://a.example/a.warc.gz", " "]},
        [
            "--url 'a.example' is a domain; name a whole URL, as in https://example.org/page, or a site with --domain",
            f"--domain 'com' is a public suffix, not a site; name one site, {HOST}",
            f"--domain 'co.uk' is a public suffix, not a site; name one site, {HOST}",
            f"--domain '-8912' is a number; name a page with --page-id, or a host, {HOST}",
            f"--archive 'https://a.example/a.warc.gz' is a URL; {PATH}",
            f"--archive '' is empty; {PATH}",
        ],
    ),
    (
        {"urls": NO_URLS},
        [f"--url {one!r} is not a URL; name a whole URL, as in https://example.org/page" for one in NO_URLS],
    ),
    (
        {"domains": ["example.org"], "widen": True},
        ["--widen: needs --url; name a URL, or leave --widen out"],
    ),
]


@pytest.mark.parametrize(("arguments", "problems"), REFUSED, ids=range(len(REFUSED)))
def test_a_selector_of_another_kind_is_refused_before_spark_starts(
    arguments: dict[str, Any], problems: list[str]
) -> None:
    with pytest.raises(SettingsError) as refused:
        remove("tables", **arguments)
    assert refused.value.problems == problems
