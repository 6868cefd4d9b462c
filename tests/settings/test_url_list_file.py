"""Lists in one mapped file: the same answers and checksum; damage is reported."""

from pathlib import Path

import pyarrow as pa
import pytest

from winnow.errors import SettingsError
from winnow.kernels.pages.url import gate_url
from winnow.kernels.pages.url_sets import UrlLists
from winnow.settings.kernel_settings import url_lists
from winnow.settings.load import CONF, load_settings
from winnow.settings.url_list_file import open_list_file, write_list_file
from winnow.settings.url_lists import load_lists

DEMO = CONF / "lists"
URLS = (
    "http://velvet-curtain.example", "http://my-group-sex.example", "http://en.wikipedia.org/wiki/Corpus",
    "http://plain.example/page",
)  # fmt: skip


@pytest.fixture
def lists() -> UrlLists:
    return load_lists(DEMO / "domains", ["adult"], DEMO / "words", DEMO / "exceptions", True)


def test_a_file_answers_as_the_folders_do(lists: UrlLists, tmp_path: Path) -> None:
    write_list_file(lists, tmp_path / "lists.arrow")
    mapped = open_list_file(tmp_path / "lists.arrow")
    assert mapped.checksum == lists.checksum
    assert (mapped.domains.names, mapped.skipped) == (lists.domains.names, lists.skipped)
    settings = load_settings("winnow").url
    gates = [gate_url(url, lists, settings) for url in URLS]
    assert [gate_url(url, mapped, settings) for url in URLS] == gates
    assert gates == ["url_domain_listed", "url_strict_word", "url_curated_source", None]


def test_keys_are_mapped_and_not_copied(lists: UrlLists, tmp_path: Path) -> None:
    write_list_file(lists, tmp_path / "lists.arrow")
    before = pa.total_allocated_bytes()
    mapped = open_list_file(tmp_path / "lists.arrow")
    assert not mapped.domains.keys.flags.owndata
    assert pa.total_allocated_bytes() == before


def test_what_is_no_list_file_is_refused(lists: UrlLists, tmp_path: Path) -> None:
    whole = tmp_path / "lists.arrow"
    write_list_file(lists, whole)
    data = whole.read_bytes()
    first = int(lists.domains.keys[0]).to_bytes(8, "little")
    wrong = {
        "cut": data[:-10], "none": b"", "other": b"a list of domains\n" * 50,
        "flipped": data.replace(first, bytes(8)), "newer": data.replace(b'"version": 1', b'"version": 9'),
    }  # fmt: skip
    for name, content in wrong.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SettingsError, match="Build it again"):
            open_list_file(tmp_path / name)
    with pytest.raises(SettingsError, match="there is no such file"):
        open_list_file(tmp_path / "gone")


def test_a_built_file_replaces_all_lists(lists: UrlLists, tmp_path: Path) -> None:
    write_list_file(lists, tmp_path / "lists.arrow")
    built = load_settings("winnow", changes=[f"url.built={tmp_path}/lists.arrow"]).url
    assert url_lists(built).curated == frozenset()
    assert url_lists(built.model_copy(update={"curated_sources": True})).checksum == lists.checksum
    with pytest.raises(SettingsError, match=r"set url.lists, url.words to null"):
        url_lists(built.model_copy(update={"lists": "a", "words": "b"}))
