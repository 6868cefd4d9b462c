import gzip
import os
from pathlib import Path

import pytest

from winnow.errors import SettingsError
from winnow.sources.named_archives import find_archives, rebase


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    for number in range(3):
        path = tmp_path / "cc" / "crawl-data" / f"s{number}" / f"{number}.warc.gz"
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes([number]) * (number + 1))
    (tmp_path / "cc" / "notes.txt.bak").write_text("not an archive")
    return tmp_path / "cc"


def keys(*named: object, root: Path | None = None) -> list[str]:
    return [archive.archive_path for archive in find_archives([str(name) for name in named], root and str(root))[1]]


def test_folder_glob_and_file_name_the_same_archives(crawl: Path) -> None:
    wanted = [f"crawl-data/s{number}/{number}.warc.gz" for number in range(3)]
    assert keys(crawl) == wanted
    assert keys(crawl / "crawl-data" / "*" / "*.warc.gz", root=crawl) == wanted
    assert keys(*(crawl / key for key in wanted), crawl, root=crawl) == wanted


@pytest.mark.parametrize("packed", [True, False])
def test_paths_of_a_manifest_are_relative_to_the_folder_that_has_them(crawl: Path, packed: bool) -> None:
    text = "crawl-data/s1/1.warc.gz\n\ncrawl-data/s9/missing.warc.gz\n"
    path = crawl / "crawl-data" / ("warc.paths.gz" if packed else "warc.paths")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    root, archives = find_archives([str(path)], None)
    assert root == str(crawl)
    assert [(a.archive_path, a.bytes) for a in archives] == [
        ("crawl-data/s1/1.warc.gz", 2),
        ("crawl-data/s9/missing.warc.gz", None),
    ]


def test_moving_an_archive_changes_nothing_and_replacing_it_does(crawl: Path, tmp_path: Path) -> None:
    before = find_archives([str(crawl)], None)[1]
    crawl.rename(tmp_path / "elsewhere")
    assert find_archives([str(tmp_path / "elsewhere")], None)[1] == before
    (tmp_path / "elsewhere" / before[1].archive_path).write_bytes(b"xx")
    after = find_archives([str(tmp_path / "elsewhere")], None)[1]
    assert [a == b for a, b in zip(after, before, strict=True)] == [True, False, True]


def test_all_wrong_names_are_reported_at_once(crawl: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    stray = tmp_path / "stray.paths"
    stray.write_text("nowhere/a.warc.gz\n")
    broken = tmp_path / "broken.paths.gz"
    broken.write_bytes(b"no gzip")
    with pytest.raises(SettingsError) as caught:
        find_archives([str(crawl / "none*.warc.gz"), str(empty), str(stray), str(broken)], None)
    parts = ("no such file, folder or match", "no archives in this folder", "--root", "cannot be read as a list")
    assert len(caught.value.problems) == 4
    assert all(part in problem for part, problem in zip(parts, caught.value.problems, strict=True))


def test_an_archive_outside_the_root_is_refused(crawl: Path) -> None:
    with pytest.raises(SettingsError, match="is not below the root"):
        find_archives([str(crawl)], str(crawl / "crawl-data" / "s1"))


def test_later_listings_keep_the_root_of_the_first(crawl: Path) -> None:
    root, archives = find_archives([str(crawl / "crawl-data" / "s1")], None)
    assert [a.archive_path for a in rebase(archives, root, str(crawl))] == ["crawl-data/s1/1.warc.gz"]
    with pytest.raises(SettingsError, match="--root"):
        rebase(archives, root, str(crawl / "crawl-data" / "s2"))


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A folder that macOS wrote to: a second file beside every file, a bin, leftovers of an unpacked archive."""
    folder = tmp_path / ".mounted" / "stick"
    for name in (
        "1.warc.gz",
        "._1.warc.gz",
        ".Trashes/1.warc.gz",
        "__MACOSX/._1.warc.gz",
        "a/2.warc",
        "a/@eaDir/2.warc",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def found(*named: object) -> tuple[list[str], list[str]]:
    """Keys of archives, and the notes on skipped files."""
    notes: list[str] = []
    archives = find_archives([str(name) for name in named], None, notes=notes)[1]
    return [archive.archive_path for archive in archives], notes


def test_hidden_files_are_skipped_and_reported_once(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys, (note,) = found(stick)
    assert keys == ["1.warc.gz", "a/2.warc"]
    assert note == f"{stick}: skipped 4 hidden files, for example {stick}/.Trashes/1.warc.gz"
    keys_of_glob, (of_glob,) = found(stick / "**" / "*.warc*")
    assert keys_of_glob == keys
    assert of_glob.startswith(f"{stick}/**/*.warc*: skipped 1 hidden file, for example {stick}/a/@eaDir/2.warc")
    monkeypatch.chdir(stick)
    assert found(".")[0] == keys


def test_a_list_made_by_find_names_hidden_files_too(stick: Path) -> None:
    manifest = stick / "all.paths"
    names = ["./1.warc.gz", "./._1.warc.gz", "./.Trashes/1.warc.gz", "__MACOSX/1.warc.gz", f"{stick}/a/2.warc"]
    manifest.write_text("\n".join([*names, f"{stick}/a/._2.warc", f"{stick}/a/@eaDir/2.warc"]))
    assert found(manifest) == (
        ["1.warc.gz", "a/2.warc"],
        [f"{manifest}: skipped 5 hidden files, for example ./._1.warc.gz"],
    )


def test_what_looks_like_an_archive_and_is_not_read_is_told(tmp_path: Path) -> None:
    read = ["1.warc.gz", "2.WARC.GZ", "3.Jsonl"]
    unread = [
        "4.warc.gz.part", "5.warc.gz.crdownload", "6.warc.open", "7.warc.xz", "8.WACZ", "9.warc.gz~", "a.warc.gz.1",
        "b.jsonl.bz2", "c.parquet.tmp",
    ]  # fmt: skip
    beside = ["1.warc.gz.md5", "1.cdx", "1.warc.gz.cdxj", "warc.txt", "notes.zip", "list.tmp", "war.c", "wet"]
    for name in (*read[:2], *unread, *beside):
        (tmp_path / name).write_bytes(b"x")
    said = "their names say that they are unfinished, copies, or packed in a way that is not read"
    note = f"{tmp_path}: skipped 9 files beside archives, for example {tmp_path}/4.warc.gz.part; {said}"
    assert found(tmp_path) == (read[:2], [note])
    (tmp_path / "3.Jsonl").write_bytes(b"x")
    assert found(tmp_path)[0] == read[:2]
    for name in read[:2]:
        (tmp_path / name).unlink()
    assert found(tmp_path)[0] == read[2:]
    (tmp_path / "3.Jsonl").unlink()
    with pytest.raises(SettingsError, match="no archives in this folder"):
        found(tmp_path)


def test_comments_of_a_list_are_no_paths(stick: Path) -> None:
    manifest, named = stick / "all.paths", stick / "#1.warc.gz"
    named.write_bytes(b"")
    manifest.write_text("# archives of May\n1.warc.gz\n#\n  # more\n#1.warc.gz\n")
    assert found(manifest) == (["#1.warc.gz", "1.warc.gz"], [])


def test_an_archive_is_one_however_its_path_is_spelled(stick: Path) -> None:
    manifest = stick / "all.paths"
    manifest.write_text(f"1.warc.gz\n./1.warc.gz\na/../1.warc.gz\n../{stick.name}/1.warc.gz\n{stick}/a/../1.warc.gz\n")
    assert found(manifest)[0] == ["1.warc.gz"]


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_not_this_folder(stick: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """As `winnow run "$ARCHIVES"` gives it where the variable is not set."""
    monkeypatch.chdir(stick)
    with pytest.raises(SettingsError, match="name is empty"):
        find_archives([name], None)


def test_a_folder_with_only_hidden_files_has_no_archive(stick: Path) -> None:
    with pytest.raises(SettingsError, match="no archives in this folder"):
        find_archives([str(stick / "__MACOSX")], None)
    assert found(stick / ".Trashes" / "1.warc.gz")[0] == ["1.warc.gz"]  # a file that is named is meant


def test_a_folder_that_cannot_be_read_is_reported(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("/a"):
            raise PermissionError(13, "Permission denied", str(path))
        return original(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(SettingsError, match=r"stick/a: this folder cannot be read: Permission denied"):
        find_archives([str(stick)], None)


def test_a_file_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Spark cannot write such a name to a table."""
    (tmp_path / os.fsdecode(b"\xfcber.warc.gz")).write_bytes(b"x")
    with pytest.raises(SettingsError, match=r"\\udcfcber\.warc\.gz': the name is not UTF-8; rename the file"):
        find_archives([str(tmp_path)], None)


def test_texts_next_to_archives_are_read_if_they_are_named(tmp_path: Path) -> None:
    for name in ("a.warc.gz", "index.jsonl", "part/b.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    notes: list[str] = []
    _, found = find_archives([str(tmp_path)], None, notes=notes)
    assert [one.archive_path for one in found] == ["a.warc.gz"]
    example = f"for example {tmp_path}/index.jsonl; name such files to read them"
    assert notes == [f"{tmp_path}: skipped 2 files of texts beside archives, {example}"]
    _, named = find_archives([f"{tmp_path}/*.*", f"{tmp_path}/part"], str(tmp_path))
    assert [one.archive_path for one in named] == ["a.warc.gz", "index.jsonl", "part/b.parquet"]


@pytest.mark.parametrize("named", ["", "*.parquet", "shard=1", "shard=1/*", "../*/shard=1/*.parquet"])
def test_a_delta_table_is_refused(tmp_path: Path, named: str) -> None:
    """Its files also contain deleted rows. A file that is named itself is read."""
    table = tmp_path / "documents"
    for name in ("_delta_log/0.json", "shard=1/a.parquet", "b.parquet"):
        (table / name).parent.mkdir(parents=True, exist_ok=True)
        (table / name).write_bytes(b"x")
    with pytest.raises(SettingsError, match=r"documents: is a Delta table, .* name an export of it") as caught:
        find_archives([str(table / named)], None)
    assert len(caught.value.problems) == 1
    assert found(table / "b.parquet")[0] == ["b.parquet"]
