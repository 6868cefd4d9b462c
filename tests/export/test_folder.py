"""The folder of an export: what is refused, one writer at a time, an export with a missing file is incomplete again."""

from __future__ import annotations

from pathlib import Path

import pytest

from winnow.errors import SettingsError, WinnowError
from winnow.export.folder import check_folder, finish, is_whole, missing, unfinished

MANIFEST: dict[str, object] = {"format": "parquet", "shards": 2, "shuffle": 7, "documents of C": ["made so", "of this"]}
NAMES = ["one", "two"]


def written(output: Path) -> Path:
    with unfinished(output, MANIFEST) as part:
        for name in NAMES:
            (part / "data" / name).write_text(name)
            (part / "data" / f".{name}.twin").write_text("half")
        finish(part, output, "card")
    return output


def begin(output: Path, manifest: dict[str, object]) -> None:
    if not is_whole(output, manifest, NAMES):
        with unfinished(output, manifest):
            pass


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for name in ("full/letter.txt", "begun.part/letter.txt", "cloned/.gitignore"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("")
    for given, said in (
        ("s3://bucket/out", "--output s3://bucket/out: an export is written to a folder of this machine"),
        ("file", f"{tmp_path}/file is a file; name a folder"),
        ("full", "contains other files (letter.txt); name an empty or new folder"),
        ("begun", f"--output {tmp_path}/begun.part: contains other files (letter.txt)"),
        ("cloned", "is not empty (.gitignore); name a new folder"),
        ("/proc", "/proc: "),
    ):
        with pytest.raises(SettingsError) as refused:
            check_folder(given if "/" in given else str(tmp_path / given))
        assert said in str(refused.value)
    for good in ("new/below", "empty", "whole"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        written(tmp_path / "whole") if not (tmp_path / "whole").exists() else None
        assert check_folder(str(tmp_path / good)) == tmp_path / good


@pytest.mark.parametrize("is_finished", [False, True])
def test_another_export_is_refused_with_all_that_differs(tmp_path: Path, is_finished: bool) -> None:
    output = tmp_path / "out"
    if is_finished:
        written(output)
    else:
        begin(output, MANIFEST)
    other = {**MANIFEST, "format": "jsonl.zst", "shuffle": None, "documents of D": ["made so", "of that"]}
    with pytest.raises(SettingsError) as refused:
        begin(output, other)
    said = str(refused.value)
    assert 'documents of D: null there, ["made so", "of that"] now; format: parquet there, jsonl.zst now; ' in said
    assert "shuffle: 7 there, null now); name another folder, or delete this one" in said
    assert "shards" not in said


def test_an_export_killed_before_its_manifest_is_started_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "out"

    def end(path: Path, target: Path) -> None:
        assert path.parent == target.parent
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", end)
        with pytest.raises(KeyboardInterrupt):
            written(output)
    assert check_folder(str(output)) == output
    assert is_whole(written(output), MANIFEST, NAMES)


def test_one_export_at_a_time(tmp_path: Path) -> None:
    output = tmp_path / "out"
    with unfinished(output, MANIFEST) as part:
        with pytest.raises(WinnowError, match="another export is writing here"), unfinished(output, MANIFEST):
            pass
        finish(part, output, "card")
    with pytest.raises(WinnowError, match="another export has just ended there"), unfinished(output, MANIFEST):
        pass


def test_an_export_has_its_name_only_while_it_is_complete(tmp_path: Path) -> None:
    output = tmp_path / "out"
    with unfinished(output, MANIFEST) as part:
        (part / "data" / "one").write_text("one")
        (part / "data" / ".two.left").write_text("half")
        assert missing(part, NAMES) == [1]
    with unfinished(output, MANIFEST) as part:
        assert [path.name for path in (part / "data").iterdir()] == ["one"]
        (part / "data" / ".two.late").write_text("half")
    assert not output.exists()
    assert not is_whole(output, MANIFEST, NAMES)
    written(output)
    assert sorted(path.name for path in output.rglob("*")) == ["README.md", "_export.json", "data", "one", "two"]
    assert is_whole(output, MANIFEST, NAMES)
    for lost in ("README.md", "data/two"):
        (output / lost).unlink()
        assert not is_whole(output, MANIFEST, NAMES)
        assert not output.exists()
        written(output)
        assert is_whole(output, MANIFEST, NAMES)


def test_a_folder_that_cannot_be_renamed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Like an empty volume of a container: the export is written to a folder beside it, which cannot take its name."""
    volume = tmp_path / "volume"
    volume.mkdir()
    monkeypatch.setattr(Path, "is_mount", lambda path: path == volume)
    with pytest.raises(SettingsError, match=f"--output {volume}: is the root of a file system; name a folder in it"):
        check_folder(str(volume))
    assert check_folder(str(volume / "out")) == volume / "out"


def test_an_unfinished_export_next_to_an_incomplete_one_is_not_replaced(tmp_path: Path) -> None:
    output = written(tmp_path / "out")
    (output / "data" / "two").unlink()
    (tmp_path / "out.part").mkdir()
    said = f"--output {output}: lacks files, and {output}.part also exists; delete one of them"
    with pytest.raises(SettingsError, match=said):
        is_whole(output, MANIFEST, NAMES)
    assert (output / "data" / "one").exists()
