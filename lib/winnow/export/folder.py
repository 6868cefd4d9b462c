"""The folder of an export: `OUTPUT.part` until it is complete, then renamed to OUTPUT.

    _export.json   what is exported, written first: an export is resumed only if this is the same
    data/          the files; each gets its name when it is complete
    README.md      the data card, written last

Only one export at a time writes to a folder: it holds a lock, which the operating system releases when the process
ends.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from winnow.errors import SettingsError, WinnowError
from winnow.warehouse.places import folder_problems

CARD = "README.md"
_MANIFEST = "_export.json"

Manifest = Mapping[str, Any]


def check_folder(output: str) -> Path:
    """The folder of `--output`. Raises SettingsError if no export can be written there."""
    if "://" in output:
        raise SettingsError(
            [f"--output {output}: an export is written to a folder of this machine, or to one that all machines share; "
             "name such a folder, and copy it to the store afterwards"]
        )  # fmt: skip
    folder = Path(output).resolve()
    problems = folder_problems("--output", folder, [_MANIFEST])
    hidden = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if not problems and hidden and _MANIFEST not in hidden:
        problems = [f"--output {folder}: is not empty ({', '.join(hidden[:5])}); name a new folder"]
    if not problems and folder.is_mount():
        problems = [f"--output {folder}: is the root of a file system; name a folder in it"]
    problems += folder_problems("--output", _part(folder), [_MANIFEST])
    if problems:
        raise SettingsError(problems)
    return folder


def is_whole(output: Path, manifest: Manifest, names: Sequence[str]) -> bool:
    """Whether this export is complete under its name. If it lacks files, it is renamed back to OUTPUT.part.

    Raises SettingsError if the folder contains another export.
    """
    if not (output / _MANIFEST).exists():
        return False
    _check_same(output, manifest)
    if (output / CARD).exists() and not missing(output, names):
        return True
    if _part(output).exists():
        raise SettingsError([f"--output {output}: lacks files, and {_part(output)} also exists; delete one of them"])
    output.rename(_part(output))
    return False


@contextmanager
def unfinished(output: Path, manifest: Manifest) -> Iterator[Path]:
    """The folder to write to, locked, with its manifest.

    Raises SettingsError if another export was begun there, and WinnowError if one is being written now.
    """
    part = _part(output)
    part.mkdir(parents=True, exist_ok=True)
    lock = os.open(part, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WinnowError(f"{part}: another export is writing here; let it finish") from None
        if (output / _MANIFEST).exists():
            raise WinnowError(f"{output}: another export has just ended there; run this command again")
        if (part / _MANIFEST).exists():
            _check_same(part, manifest)
        else:
            _write_whole(part / _MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
        # after the manifest: without it, a folder with contents counts as foreign
        (part / "data").mkdir(exist_ok=True)
        _sweep(part)
        yield part
    finally:
        os.close(lock)


def missing(folder: Path, names: Sequence[str]) -> list[int]:
    """The numbers of the files that do not exist yet."""
    there = {path.name for path in (folder / "data").iterdir()} if (folder / "data").is_dir() else set()
    return [number for number, name in enumerate(names) if name not in there]


def finish(part: Path, output: Path, card: str) -> None:
    """Write the card and give the folder its name."""
    _sweep(part)
    _write_whole(part / CARD, card)
    part.rename(output)


def _sweep(part: Path) -> None:
    """Delete unfinished files of tasks that were ended."""
    for left in (part / "data").glob(".*"):
        left.unlink(missing_ok=True)


def _write_whole(path: Path, text: str) -> None:
    """Write a file completely or not at all."""
    new = path.with_name(f".{path.name}")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _part(output: Path) -> Path:
    return output.with_name(f"{output.name}.part")


def _check_same(folder: Path, manifest: Manifest) -> None:
    """Raises SettingsError, with all differences, if this folder contains another export."""
    try:
        held = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except ValueError as error:
        raise SettingsError([f"{folder / _MANIFEST}: cannot be read: {error}; delete {folder}"]) from None
    differ = [key for key in sorted({*held, *manifest}) if held.get(key) != manifest.get(key)]
    if differ:
        said = "; ".join(f"{key}: {_shown(held.get(key))} there, {_shown(manifest.get(key))} now" for key in differ)
        raise SettingsError(
            [f"--output {folder}: contains another export ({said}); name another folder, or delete this one"]
        )


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
