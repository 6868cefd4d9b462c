"""Archives of a web server, named by URL and by lists of paths, with no more requests than needed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources.web_server import Fault, Server, served
from winnow.errors import SettingsError
from winnow.settings.load import load_settings
from winnow.settings.schema import Sources
from winnow.sources.locations import (
    common_folder,
    folders_above,
    host_of,
    join,
    key_below,
    parent_of,
    plain_path,
)
from winnow.sources.named_archives import Archive, find_archives, rebase

KEYS = [f"crawl-data/CC/segments/{number}/{number}.warc.gz" for number in range(3)]
LIST = "/crawl-data/CC/warc.paths.gz"


@pytest.fixture
def server() -> Iterator[Server]:
    listing = gzip.compress("\n".join([*KEYS, ""]).encode())
    with served({LIST: listing, **{f"/{key}": bytes([9]) * 5 for key in KEYS}}) as server:
        yield server


def impatient() -> Sources:
    return load_settings().sources.model_copy(update={"tries": 1})


def asked(server: Server, method: str = "HEAD") -> list[str]:
    return [one.path for one in server.asked if one.method == method]


def test_a_manifest_costs_no_request_for_each_archive(server: Server) -> None:
    root, archives = find_archives([server.url + LIST], server.url + "/")
    assert (root, archives) == (server.url, [Archive(key, None, None) for key in KEYS])
    assert [one.path for one in server.asked] == [LIST]


def test_the_root_of_a_manifest_is_found_above_it(server: Server) -> None:
    assert find_archives([server.url + LIST], None)[0] == server.url
    assert asked(server) == [f"/crawl-data/CC/{KEYS[0]}", f"/crawl-data/{KEYS[0]}", f"/{KEYS[0]}"]


def test_a_manifest_on_one_store_names_archives_on_another(server: Server, tmp_path: Path) -> None:
    listing = tmp_path / "warc.paths"
    listing.write_text("\n".join(KEYS))
    assert find_archives([str(listing)], server.url) == (server.url, [Archive(key, None, None) for key in KEYS])
    listing.write_text("\n".join(f"{server.url}/{key}" for key in KEYS))
    assert find_archives([str(listing)], None)[0] == server.url + "/crawl-data/CC/segments"
    (tmp_path / KEYS[0]).parent.mkdir(parents=True)
    (tmp_path / KEYS[0]).write_bytes(b"12")
    root, archives = find_archives([server.url + LIST], str(tmp_path))
    assert (root, [archive.bytes for archive in archives]) == (str(tmp_path), [2, None, None])


def test_archives_by_url_are_asked_about_once_each(server: Server) -> None:
    root, archives = find_archives([f"{server.url}/{key}" for key in KEYS[:2]], None)
    assert (root, [archive.bytes for archive in archives]) == (server.url + "/crawl-data/CC/segments", [5, 5])
    assert all(archive.etag for archive in archives)
    assert asked(server) == [f"/{key}" for key in KEYS[:2]]


def test_an_unreachable_archive_is_listed_and_a_missing_one_is_refused(server: Server) -> None:
    server.always[f"/{KEYS[0]}"] = Fault(status=503)
    assert find_archives([f"{server.url}/{KEYS[0]}"], server.url, impatient())[1] == [Archive(KEYS[0], None, None)]
    server.always[f"/{KEYS[1]}"] = Fault(status=405)
    assert find_archives([f"{server.url}/{KEYS[1]}"], server.url, impatient())[1] == [Archive(KEYS[1], None, None)]
    with pytest.raises(SettingsError, match=r"nowhere\.warc\.gz: HTTP 404"):
        find_archives([f"{server.url}/nowhere.warc.gz"], server.url)


def test_all_problems_of_urls_are_reported_at_once(server: Server) -> None:
    server.files["/broken.paths.gz"] = b"no gzip"
    server.files["/empty.paths"] = b"\n"
    server.files["/lost.paths"] = b"nowhere/a.warc.gz"
    server.files["/secret.paths"] = b"https://user:word@a.example/a.warc.gz"
    names = ["broken.paths.gz", "empty.paths", "lost.paths", "secret.paths", "folder/", "a.warc.gz?key=1", "no.paths"]
    with pytest.raises(SettingsError) as caught:
        find_archives([*(f"{server.url}/{name}" for name in names), "https://user:word@host/a.warc.gz"], None)
    told = (
        "cannot be read as a list", "is empty", "--root", "user or password", "does not list its files", "plain URL",
        "HTTP 404", "user or password",
    )  # fmt: skip
    assert len(caught.value.problems) == len(told)
    assert all(part in problem for part, problem in zip(told, caught.value.problems, strict=True))
    assert "word@" not in str(caught.value)


def test_archives_without_a_folder_in_common(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(b"1")
    with pytest.raises(SettingsError, match="no common folder"):
        find_archives([f"{server.url}/{KEYS[0]}", str(tmp_path / "a.warc")], None)
    with pytest.raises(SettingsError, match="is not below the root"):
        find_archives([f"{server.url}/{KEYS[0]}"], "https://a.example/")


def test_later_listings_keep_the_root_of_the_first_on_servers_too() -> None:
    assert rebase([Archive("1.warc", 5, "e")], "https://a/x/y", "https://a/x") == [Archive("y/1.warc", 5, "e")]
    with pytest.raises(SettingsError, match="--root"):
        rebase([Archive("1.warc", 5, "e")], "https://a/x/y", "/x")


def test_locations() -> None:
    assert join("https://a/b/", "c/d") == join("https://a/b", "/c/d") == "https://a/b/c/d"
    assert join("/b", "c/d") == "/b/c/d"
    assert join("/b", "s3://a/c") == "s3://a/c"
    assert key_below("https://a/b/c", "https://a/b/") == "c"
    assert [key_below("https://a/bc", "https://a/b"), key_below("/a/b", "https://a"), key_below("s3://a/b", "/")] == [
        None, None, None,
    ]  # fmt: skip
    assert folders_above("https://a/b/c") == ["https://a/b", "https://a"]
    assert [parent_of("s3://a/b"), parent_of("s3://a"), parent_of("/a/b")] == ["s3://a", "s3://a", "/a"]
    assert common_folder(["s3://a/b/c", "s3://a/b/d/e", "s3://a/b"]) == "s3://a/b"
    assert common_folder(["s3://a/bc", "s3://a/b"]) == "s3://a"
    assert common_folder(["s3://a/b", "s3://c/b"]) is None
    assert plain_path("file:///a%20b/c") == "/a b/c"
    assert host_of("HTTPS://A.example:8080/B") == "https://a.example:8080"
