"""The URL gate: addresses, registered domains, gates, explanations."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import url as reference
from winnow.kernels.gates import GATES, gates_of
from winnow.kernels.pages import url as kernel
from winnow.kernels.pages.url import CURATED_SOURCES, explain_url, gate_url, parse_url, registered_domain
from winnow.kernels.pages.url_sets import UrlLists
from winnow.settings.url_lists import load_lists

MINIMA = SimpleNamespace(strict_min=1, hard_min=1, soft_min=2)


def write_lists(folder: Path, lists: reference.PlainLists, curated: bool = False) -> UrlLists:
    """The lists, written as files and read again."""
    files = {
        "listed/adult/domains": lists.domains,
        "listed/adult/urls": lists.urls,
        "exceptions/domains": lists.excepted_domains,
        "exceptions/urls": lists.excepted_urls,
        "words/strict.txt": lists.strict,
        "words/hard.txt": lists.hard,
        "words/soft.txt": lists.soft,
    }
    for name, entries in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("\n".join(entries), encoding="utf-8")
    return load_lists(folder / "listed", ["adult"], folder / "words", folder / "exceptions", curated)


@pytest.fixture
def lists(tmp_path: Path) -> UrlLists:
    return write_lists(
        tmp_path,
        reference.PlainLists(
            domains=["listed.example", "www.gov.uk", "bücher.example", "10.1.2.3", "xxx", "deep.platform.example"],
            urls=["host.example/bad", "www.other.example/list?id=7", "late.example/a%20b/"],
            excepted_domains=["good.listed.example", "clinic.example", "uspto.gov"],
            excepted_urls=["host.example/bad/but/good", "library.example/porn"],
            strict=["edsubword", "two parts", "视频"],
            hard=["bannedword", "blue moon", "視頻", "tel"],
            soft=["soft1", "soft2", "soft three"],
        ),
        curated=True,
    )


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("http://www.example.com/a/b?c#d", "example.com"),
        ("https://user:p@ss@a.b.Example.COM.:8080/", "example.com"),
        ("a.b.co.uk", "b.co.uk"),
        ("//a.b.co.uk/path", "b.co.uk"),
        ("a.example.com:8080/x", "example.com"),
        ("http:\\\\a.example.com\\x", "example.com"),
        ("http://exa\nmple.com", "example.com"),
        ("http://www.gov.uk/x", "www.gov.uk"),
        ("http://co.uk/", "co.uk"),
        ("http://localhost:80/", "localhost"),
        ("http://a.b.c.invalid/", "c.invalid"),
        ("http://one.blogspot.com/", "blogspot.com"),
        ("http://食狮.公司.cn/x", "xn--85x722f.xn--55qx5d.cn"),
        ("http://a.XN--85x722f.xn--55qx5d.cn/x", "xn--85x722f.xn--55qx5d.cn"),
        ("http://a。straße。de", "xn--strae-oqa.de"),
        ("http://%65xample.com/", "example.com"),
        ("http://good.example%2F.evil.com/", "evil.com"),
        ("http://10.1.2.3:80/", "10.1.2.3"),
        ("http://0x0a.1.515/", "10.1.2.3"),
        ("http://167838211/", "10.1.2.3"),
        ("http://[2001:DB8:0::1]:80/", "[2001:db8::1]"),
        ("http://a..example..com/", "example.com"),
        ("/only/a/path", ""),
        ("about:blank", ""),
        ("data:text/html,a.com", ""),
        ("urn:uuid:1b2c", ""),
        ("http://", ""),
        ("", ""),
    ],
)
def test_registered_domain(url: str, domain: str) -> None:
    assert registered_domain(url) == domain


@pytest.mark.parametrize(
    ("url", "gate"),
    [
        ("http://listed.example/", "url_domain_listed"),
        ("https://user@A.B.Listed.Example.:8443/x", "url_domain_listed"),
        ("LISTED.EXAMPLE", "url_domain_listed"),
        ("http://unlisted.example/", None),
        ("http://listed.example.org/", None),
        ("http://platform.example/", None),
        ("http://very.deep.platform.example/", "url_domain_listed"),
        ("http://www.gov.uk/", "url_domain_listed"),
        ("http://tax.gov.uk/", None),
        ("http://BÜCHER.example/", "url_domain_listed"),
        ("http://shop.xn--bcher-kva.example/", "url_domain_listed"),
        ("http://10.1.2.3:99/", "url_domain_listed"),
        ("http://167838211/", "url_domain_listed"),
        ("http://9.10.1.2.3/", None),
        ("http://any.xxx/", "url_domain_listed"),
        ("http://host.example/bad", "url_listed"),
        ("http://www.host.example/BAD/below?x=1", "url_listed"),
        ("http://host.example//bad//", "url_listed"),
        ("http://host.example/%62ad", "url_listed"),
        ("http://host.example/badminton", None),
        ("http://sub.host.example/bad", None),
        ("http://other.example/list?id=7&page=2", "url_listed"),
        ("http://other.example/list?id=71", None),
        ("http://other.example/list", None),
        ("http://late.example/a b", "url_listed"),
        ("http://foobann.edsub-wo.rdbar.com/any/bar", "url_strict_word"),
        ("http://a.example/TWO/%70arts", "url_strict_word"),
        ("http://a.example/免费视频下载", "url_strict_word"),
        ("http://a.example/%E5%85%8D%E8%B4%B9%E8%A7%86%E9%A2%91", "url_strict_word"),
        ("http://www.foo.bannedword-bar.com", "url_hard_word"),
        ("http://a.example/free%20BannedWord", "url_hard_word"),
        ("http://a.example/ｂａｎｎｅｄｗｏｒｄ", "url_hard_word"),
        ("http://a.example/℡", "url_hard_word"),
        ("http://free%20bannedword.example/", "url_hard_word"),
        ("http://a.example/bannedwords", None),
        ("http://a.example/blue_moon", "url_hard_word"),
        ("http://a.example/moon-blue", None),
        ("http://視頻.example/", "url_hard_word"),
        ("http://xn--g7q34x.example/視頻網", None),
        ("http://www.foo.soft1-bar-soft2.com", "url_soft_words"),
        ("http://a.example/soft1/soft1", None),
        ("http://a.example/soft1/soft-three", "url_soft_words"),
        ("http://good.listed.example/bannedword", None),
        ("http://so.good.listed.example/", None),
        ("http://clinic.example/soft1/soft2", None),
        ("http://host.example/bad/but/good/page", None),
        ("http://library.example/porn/bannedword", None),
        ("http://library.example/bannedword", "url_hard_word"),
        ("http://en.wikipedia.org/wiki/Corpus", "url_curated_source"),
        ("http://pmc.ncbi.nlm.nih.gov/", "url_curated_source"),
        ("http://nih.gov/", None),
        ("http://uspto.gov/bannedword", "url_curated_source"),
        ("http://reddit.com/bannedword", "url_hard_word"),
        ("http://a.example/", None),
        ("bannedword:", "url_hard_word"),
        ("", None),
    ],
)
def test_gate_of_one_url(url: str, gate: str | None, lists: UrlLists) -> None:
    assert gate_url(url, lists, MINIMA) == gate


def test_scheme_is_no_part_of_a_strict_word(tmp_path: Path) -> None:
    lists = write_lists(tmp_path, reference.PlainLists(strict=["sexample"]))
    assert gate_url("https://example.com/", lists, MINIMA) is None
    assert gate_url("https://s-example.com/", lists, MINIMA) == "url_strict_word"


def test_minima_count_distinct_entries(lists: UrlLists) -> None:
    two = SimpleNamespace(strict_min=2, hard_min=2, soft_min=3)
    assert gate_url("http://a.example/bannedword/bannedword", lists, two) is None
    assert gate_url("http://a.example/bannedword/blue-moon", lists, two) == "url_hard_word"
    assert gate_url("http://a.example/edsubword/edsubword", lists, two) is None
    assert gate_url("http://a.example/two-parts-edsubword", lists, two) == "url_strict_word"
    assert gate_url("http://a.example/soft1/soft2", lists, two) is None
    assert gate_url("http://a.example/soft1/soft2/soft/three", lists, two) == "url_soft_words"


def test_curated_sources_gate_only_where_wanted(tmp_path: Path) -> None:
    off = write_lists(tmp_path / "off", reference.PlainLists())
    on = write_lists(tmp_path / "on", reference.PlainLists(excepted_domains=["github.com"]), curated=True)
    assert len(CURATED_SOURCES) == 16
    assert {gate_url(f"https://www.{source}/x", off, MINIMA) for source in CURATED_SOURCES} == {None}
    assert {gate_url(f"https://www.{source}/x", on, MINIMA) for source in CURATED_SOURCES} == {"url_curated_source"}


def test_explanation_names_list_entry_and_rule(lists: UrlLists) -> None:
    assert explain_url("http://www.Good.listed.example/blue%20moon?soft1", lists, MINIMA) == [
        ("exceptions/domains", "good.listed.example", "excepted"),
        ("adult/domains", "listed.example", "url_domain_listed"),
        ("words/hard", "blue moon", "url_hard_word"),
    ]
    assert explain_url("http://host.example/bad/x", lists, MINIMA) == [
        ("adult/urls", "host.example/bad", "url_listed"),
    ]
    assert explain_url("http://innocent.example/", lists, MINIMA) == []


def test_every_gate_has_a_sentence(lists: UrlLists) -> None:
    urls = ["listed.example", "host.example/bad", "a/edsubword", "a/bannedword", "a/soft1/soft2", "arxiv.org"]
    assert [gate_url(url, lists, MINIMA) for url in urls] == gates_of("url")
    assert all(GATES[gate].means.endswith(".") for gate in gates_of("url"))


def test_hosts_longer_than_any_name() -> None:
    assert parse_url(f"http://{'a' * 60}éééé.com/").host == f"{'a' * 60}{'%c3%a9' * 4}.com"
    assert parse_url(f"http://{'é' * 40}.com/").host.startswith("xn--")
    assert len(parse_url("a." * 3000 + "com").host) == 253


def test_hostile_urls_take_bounded_time(lists: UrlLists) -> None:
    ladder = "".join(chr(mark) for mark in (0x301, 0x323)) * 500_000
    hostile = [
        "a." * 500_000,
        "/x" * 500_000,
        "http://" + "é" * 500_000,
        ladder,
        "%25" * 300_000,
        "http://xn--" + "9" * 10**6,
    ]
    for url in hostile:
        start = time.process_time()
        gate_url(url, lists, MINIMA)
        registered_domain(url)
        assert time.process_time() - start < 1


LABELS = ["a", "b", "bad", "www", "sex", "bücher", "食狮", "b-a"]
WORDS = ["bad", "sex", "a", "b", "a b", "b-a", "食狮", "bücher", "x"]


def _hosts() -> st.SearchStrategy[str]:
    labels = st.lists(st.sampled_from(LABELS), min_size=1, max_size=3)
    return st.builds(
        lambda labels, suffix: ".".join([*labels, suffix]), labels, st.sampled_from(reference.PUBLIC_SUFFIXES)
    )


def _paths() -> st.SearchStrategy[str]:
    step = st.sampled_from(["/a", "/b", "/Bad", "/sex", "/%62", "/a%20b", "//", "/", "/a.b", "/食狮"])
    query = st.sampled_from(["", "?a", "?a&b", "?bad=sex&a", "?", "#sex", "?b#a-b"])
    return st.builds(lambda steps, query: "".join(steps) + query, st.lists(step, max_size=3), query)


def _urls() -> st.SearchStrategy[str]:
    scheme = st.sampled_from(["http://", "HTTPS://", "//", "", "http://user:pw@"])
    port = st.sampled_from(["", ":80", ".", ".:8080"])
    return st.builds("{}{}{}{}".format, scheme, _hosts(), port, _paths())


def _plain_lists() -> st.SearchStrategy[reference.PlainLists]:
    def some(entries: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
        return st.lists(entries, max_size=2)

    entries = st.builds("{}{}".format, _hosts(), st.sampled_from(["/a", "/bad", "/a/b/", "/a?a", "/b?bad=sex"]))
    return st.builds(
        reference.PlainLists,
        domains=some(_hosts()),
        urls=st.lists(entries, max_size=4),
        excepted_domains=some(_hosts()),
        excepted_urls=some(entries),
        strict=some(st.sampled_from(["bada", "食", "sexa", "ab a"])),
        hard=some(st.sampled_from(WORDS)),
        soft=st.lists(st.sampled_from(WORDS), max_size=4),
    )


@settings(max_examples=60, deadline=None)
@given(plain=_plain_lists(), urls=st.lists(_urls(), min_size=5, max_size=15))
def test_gate_agrees_with_the_reference(
    plain: reference.PlainLists, urls: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lists = write_lists(tmp_path_factory.mktemp("lists"), plain)
    for url in urls:
        assert gate_url(url, lists, MINIMA) == reference.gate(url, plain), url


@given(url=_urls())
def test_host_agrees_with_the_reference(url: str) -> None:
    assert parse_url(url).host == reference.host(url)


HOSTILE = st.one_of(
    st.text(),
    st.text(alphabet=st.characters(codec=None)),
    st.text(alphabet="htp:/\\@[]%.?#&w 0xn-é食。\ud800\u0301"),
    st.builds("http://{}/{}".format, st.text(), st.text()),
)


@settings(max_examples=300)
@given(url=HOSTILE)
def test_total_on_any_text(url: str) -> None:
    lists = _no_lists()
    assert gate_url(url, lists, MINIMA) is None
    assert explain_url(url, lists, MINIMA) == []
    domain, host = registered_domain(url), parse_url(url).host
    assert domain.isascii()
    assert domain == domain.lower()
    assert host.endswith(domain)
    assert bool(domain) == bool(host)
    assert not set(domain.partition("[")[0]) & set("/?#@: ")


@settings(max_examples=300)
@given(url=HOSTILE)
def test_registered_domain_of_itself(url: str) -> None:
    domain = registered_domain(url)
    if len(parse_url(url).host) < kernel.MAX_HOST_CHARS:
        assert registered_domain(f"http://{domain}") == domain


@settings(max_examples=100)
@given(url=HOSTILE)
def test_gate_is_the_first_explanation(url: str, demo_lists: UrlLists) -> None:
    for text in (url, f"http://porn.example/{url}", f"{url}/webcam/escort"):
        rules = [match.rule for match in explain_url(text, demo_lists, MINIMA)]
        expected = next(iter(rules), None) if "excepted" not in rules else None
        assert gate_url(text, demo_lists, MINIMA) == expected


@pytest.fixture(scope="module")
def demo_lists() -> UrlLists:
    folder = Path(__file__).parents[3] / "conf" / "lists"
    return load_lists(folder / "domains", ["adult"], folder / "words", folder / "exceptions", False)


def _no_lists() -> UrlLists:
    return load_lists(None, [], None, None, False)


@pytest.mark.corpus
def test_real_urls_agree_with_the_reference(corpus: Path, tmp_path: Path) -> None:
    plain = _real_lists(corpus)
    lists = write_lists(tmp_path, plain)
    indexes = [index.read_text(encoding="utf-8") for index in sorted(corpus.glob("*/index.jsonl"))]
    pages = [json.loads(line)["url"] for index in indexes for line in index.splitlines()]
    listed = [f"http://www.{entry}/x" for entry in plain.domains[::10]] + [f"https://{entry}/x" for entry in plain.urls]
    urls = [*pages, *listed]
    gates = [gate_url(url, lists, MINIMA) for url in urls]
    differing = {url: gate for url, gate in zip(urls, gates, strict=True) if gate != reference.gate(url, plain)}
    assert differing == {}
    assert len(pages) > 3000
    assert None not in gates[len(pages) :]


def _real_lists(corpus: Path) -> reference.PlainLists:
    def read(name: str) -> list[str]:
        data = (corpus / "lists" / name).read_bytes()
        text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
        return [line for line in text.splitlines() if not line.startswith("#")]

    return reference.PlainLists(
        domains=read("ut1_small/mixed_adult.domains.gz") + read("ut1_small/sect.domains.gz"),
        urls=read("ut1_adult_urls.txt.gz")[::400],
        strict=read("banned_subwords.txt"),
        hard=read("banned_words.txt"),
        soft=read("soft_banned_words.txt"),
    )
