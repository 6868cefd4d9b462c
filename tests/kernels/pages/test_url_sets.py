"""Lists of URLs and words: reading UT1 folders, problems, checksums, look-ups."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.errors import SettingsError
from winnow.kernels.pages.url import gate_url
from winnow.kernels.pages.url_sets import KeySet, Phrases, Substrings, UrlLists, key
from winnow.settings.load import load_settings
from winnow.settings.url_lists import domain_entry, load_lists, url_entry, word_entry

MINIMA = SimpleNamespace(strict_min=1, hard_min=1, soft_min=2)
DEMO = Path(__file__).parents[3] / "conf" / "lists"


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def load_category(folder: Path, content: str | bytes, name: str = "domains") -> UrlLists:
    return load_lists(write(folder, {f"adult/{name}": content}), ["adult"], None, None, False)


def problems_of(load: Callable[[], object]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load()
    return caught.value.problems


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("example.org", "example.org"),
        ("WWW.Example.ORG.", "example.org"),
        ("example.org:8080", "example.org"),
        ("http://example.org/", "example.org"),
        ("_video-bagarre.com", "_video-bagarre.com"),
        ("-a_.example.org", "-a_.example.org"),
        ("www.gov.uk", "www.gov.uk"),
        ("www.com", "www.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("128.121.249.189", "128.121.249.189"),
        ("0.0.0.0.09.free.fr", "0.0.0.0.09.free.fr"),
        ("[2001:DB8::1]", "[2001:db8::1]"),
        ("xxx", "xxx"),
        ("co.uk", "co.uk"),
        ("localhost", None),
        ("someword", None),
        ("12345", None),
        ("example.org/path", None),
        ("jane@example.org", None),
        ("two words.org", None),
        (f"{'a' * 64}.org", None),
        ("", None),
    ],
)
def test_domain_entry(line: str, entry: str | None) -> None:
    assert domain_entry(line) == entry


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("example.org/a/b", "example.org/a/b"),
        ("https://www.Example.org:80//A/%62/?x=1&y#top", "example.org/a/b?x=1&y"),
        ("1.168.20.184/.i", "1.168.20.184/.i"),
        ("example.org/@user", "example.org/@user"),
        ("bücher.example/ä", "xn--bcher-kva.example/ä"),
        ("/only/path", None),
        ("word", None),
    ],
)
def test_url_entry(line: str, entry: str | None) -> None:
    assert url_entry(line) == entry


@pytest.mark.parametrize(
    ("line", "entry"), [("Blue-Moon", "blue moon"), ("2g1c", "2g1c"), ("視頻", "視頻"), ("_!_", None)]
)
def test_word_entry(line: str, entry: str | None) -> None:
    assert word_entry(line) == entry


def test_demo_lists_serve_the_default_categories() -> None:
    defaults = load_settings().url
    lists = load_lists(DEMO / "domains", defaults.categories, DEMO / "words", DEMO / "exceptions", False)
    gates = {
        url: gate_url(url, lists, defaults)
        for path in sorted((DEMO / "domains").glob("*/domains"))
        for url in path.read_text().split("\n")
        if url and not url.startswith("#")
    }
    assert lists.skipped == {}
    assert lists.domains.names == tuple(f"{category}/domains" for category in defaults.categories)
    assert set(gates.values()) == {"url_domain_listed"}
    assert gate_url("https://lucky-sevens.example/responsible-gambling/help", lists, defaults) is None


def test_no_lists_gate_nothing() -> None:
    assert gate_url("http://porn.example/xxx", load_lists(None, ["adult"], None, None, False), MINIMA) is None


def test_packed_files_are_read(tmp_path: Path) -> None:
    packed = write(tmp_path / "gz", {"adult/domains.gz": gzip.compress(b"a.example\nb.example\n")})
    plain = write(
        tmp_path / "txt", {"adult/domains": "b.example\r\n\r\n# note\r\n \ufeffa.example ".replace(" \ufeff", "")}
    )
    lists = [load_lists(folder, ["adult"], None, None, False) for folder in (packed, plain)]
    assert lists[0].checksum == lists[1].checksum
    assert len(lists[0].domains.keys) == 2


def test_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    lists = load_category(tmp_path, b"\xef\xbb\xbf# note\na.example\n")
    assert gate_url("http://a.example", lists, MINIMA) == "url_domain_listed"


def test_few_odd_lines_are_counted_many_are_a_problem(tmp_path: Path) -> None:
    good = "".join(f"site{number}.example\n" for number in range(198))
    lists = load_category(tmp_path / "few", good + "odd\nodder\n")
    assert lists.skipped == {"adult/domains": 2}
    assert len(lists.domains.keys) == 198
    problems = problems_of(lambda: load_category(tmp_path / "many", good + "odd\nodder\noddest\n"))
    assert len(problems) == 1
    assert re.search(r"many/adult/domains: 3 of 201 lines .*line 199 'odd', line 200 'odder', line 201", problems[0])


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            "lists/adult/domains": "fine.example\nnot a domain\n",
            "lists/dating/usage": "black\n",
            "lists/chat/urls": b"a.example/x\nb.example/\xe9\n",
            "lists/gambling/domains.gz": b"no gzip",
            "words/strict.txt": "fine\n???\n",
            "words/hard.txt": "fine\n",
        },
    )
    categories = ["adult", "datin", "dating", "chat", "gambling"]
    problems = problems_of(
        lambda: load_lists(folder / "lists", categories, folder / "words", folder / "nowhere", False)
    )
    expected = [
        "lists: no category datin. Did you mean dating?",
        "lists/dating: neither domains nor urls",
        "lists/adult/domains: 1 of 2 lines",
        "lists/gambling/domains.gz: cannot be read",
        "lists/chat/urls: cannot be read as UTF-8 text: line 2",
        "nowhere: neither domains nor urls",
        "words/strict.txt: 1 of 2 lines are not entries of words/strict: line 2 '???'",
        "words/soft.txt: there is no such file",
    ]
    assert [text for text in expected if not any(f"{folder}/{text}" in problem for problem in problems)] == []
    assert len(problems) == len(expected)


def test_missing_folder_is_one_problem(tmp_path: Path) -> None:
    problems = problems_of(lambda: load_lists(tmp_path / "no", ["adult", "chat"], None, None, False))
    assert len(problems) == 1
    assert problems[0].startswith(f"{tmp_path}/no: there is no such folder. Set url.lists")


def _files(extra: str = "") -> dict[str, str]:
    return {
        "listed/adult/domains": f"a.example\nb.example\n{extra}",
        "listed/chat/urls": "c.example/x\n",
        "words/strict.txt": "one\ntwo\n",
        "words/hard.txt": "three\n",
        "words/soft.txt": "four five\n",
        "exceptions/urls": "d.example/y\n",
    }


def _checksum(folder: Path, files: dict[str, str], curated: bool = False) -> str:
    write(folder, files)
    return load_lists(folder / "listed", ["adult", "chat"], folder / "words", folder / "exceptions", curated).checksum


def test_checksum_is_of_entries_alone(tmp_path: Path) -> None:
    before = _checksum(tmp_path / "one", _files())
    other = _files() | {
        "listed/adult/domains": "# again\nB.example\nb.example\nb.example\n",
        "listed/chat/domains": "www.a.example\nb.example\n",
        "words/strict.txt": "two\none",
    }
    assert _checksum(tmp_path / "two", other) == before
    assert re.fullmatch("[0-9a-f]{64}", before)


@pytest.mark.parametrize("name", list(_files()))
def test_checksum_sees_every_list(tmp_path: Path, name: str) -> None:
    before = _checksum(tmp_path / "before", _files())
    files = _files()
    assert _checksum(tmp_path / "more", files | {name: files[name] + "new.example\n"}) != before
    assert _checksum(tmp_path / "none", files | {name: ""}) != before


def test_different_lists_have_different_checksums(tmp_path: Path) -> None:
    files = _files()
    swapped = files | {"words/hard.txt": files["words/soft.txt"], "words/soft.txt": files["words/hard.txt"]}
    checksums = {_checksum(tmp_path / "a", files), _checksum(tmp_path / "b", swapped)}
    assert len(checksums | {_checksum(tmp_path / "c", files, curated=True)}) == 3


TEXTS = st.text(alphabet="abé", max_size=3)


@given(sets=st.dictionaries(st.sampled_from("xyz"), st.lists(TEXTS)), sought=st.lists(TEXTS, max_size=8))
def test_key_set_finds_what_sets_contain(sets: dict[str, list[str]], sought: list[str]) -> None:
    packed = KeySet.of({name: b"".join(map(key, texts)) for name, texts in sets.items()})
    assert packed.find(sought) == [(name, text) for text in sought for name in sets if text in sets[name]]
    assert packed.keys.dtype == "uint64"
    assert packed.keys.nbytes + packed.origin.nbytes == 10 * sum(len(set(texts)) for texts in sets.values())


@settings(max_examples=300)
@given(entries=st.lists(st.text(alphabet="ab.|é(", min_size=1, max_size=4)), text=st.text(alphabet="ab.|é("))
def test_substrings_finds_every_entry(entries: list[str], text: str) -> None:
    assert Substrings.of(entries).find(text) == [entry for entry in sorted(set(entries)) if entry in text]


def test_substrings_may_be_long_and_alike() -> None:
    entries = ["a" * 5000 + "b", "a" * 5000 + "c"]
    assert Substrings.of(entries).find("a" * 5001 + "c") == entries[1:]


WORDS = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=3)


@given(entries=st.lists(WORDS), words=st.lists(st.sampled_from(["a", "b", "ab", "c"])))
def test_phrases_follow_each_other(entries: list[list[str]], words: list[str]) -> None:
    runs = {tuple(words[i:j]) for i in range(len(words)) for j in range(i, len(words) + 1)}
    found = {" ".join(entry) for entry in entries if tuple(entry) in runs}
    assert sorted(Phrases.of(map(" ".join, entries)).find(words)) == sorted(found)


@pytest.mark.corpus
def test_real_lists_are_read(corpus: Path, tmp_path: Path) -> None:
    real = {
        f"{path.name.split('.')[0]}/domains.gz": path.read_bytes()
        for path in (corpus / "lists" / "ut1_small").glob("*.gz")
    }
    real["adult/domains.gz"] = (corpus / "lists" / "ut1_adult_domains_sample200k.txt.gz").read_bytes()
    real["adult/urls.gz"] = (corpus / "lists" / "ut1_adult_urls.txt.gz").read_bytes()
    folder = write(tmp_path, real)
    lists = load_lists(folder, sorted({Path(name).parent.name for name in real}), None, None, False)
    assert lists.skipped == {}
    adult = lists.domains.names.index("adult/domains")
    assert (lists.domains.origin == adult).sum() > 199_000
