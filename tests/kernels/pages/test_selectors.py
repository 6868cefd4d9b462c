"""Selectors of orders to take pages down: spellings of one page meet, other pages do not."""

import pytest

from winnow.commands.making.remove import remove
from winnow.errors import SettingsError
from winnow.kernels.pages.selectors import domain_selector, url_selector, url_selectors


@pytest.mark.parametrize(
    "url",
    ["http://www.Example.org/a?b=1&utm_source=x", "https://example.org:443/a?b=1#top", "//user@example.org/a?b=1"],
)
def test_spellings_of_one_page_meet(url: str) -> None:
    assert url_selector("https://example.org/a?b=1") in url_selectors(url)


@pytest.mark.parametrize("url", ["https://example.org/a", "https://example.org/a/b?b=1", "https://example.com/a?b=1"])
def test_other_pages_do_not(url: str) -> None:
    assert url_selector("https://example.org/a?b=1") not in url_selectors(url)


@pytest.mark.parametrize(
    ("domain", "url", "named"),
    [
        ("Example.org.", "https://blog.example.org:8080/x", True),
        ("https://bücher.example/", "http://www.xn--bcher-kva.example/", True),
        ("blog.example.org", "https://example.org/", False),
        ("ample.org", "https://example.org/", False),
        ("10.0.0.1", "http://10.0.0.1/", True),
        ("0.0.1", "http://10.0.0.1/", False),
    ],
)
def test_a_domain_names_every_host_below_it(domain: str, url: str, named: bool) -> None:
    assert (domain_selector(domain) in url_selectors(url)) is named


def test_what_is_no_host_is_refused_before_spark_starts() -> None:
    with pytest.raises(SettingsError, match="--domain ':': no host") as refused:
        remove("tables", domains=["", ":"])
    assert len(refused.value.problems) == 2
