"""URL lists as one file that all workers of a machine map into memory: `winnow lists build`.

An Arrow IPC file with four batches: domains, URLs, excepted domains and excepted URLs of a `UrlLists`. Its columns are
`keys` (uint64, ascending) and `origin` (uint16); the metadata contains version, checksum, names and word lists.
"""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from winnow.errors import SettingsError
from winnow.kernels.pages.url_sets import KeySet, Phrases, Substrings, UrlLists

VERSION = 1

_SETS = ("domains", "urls", "excepted_domains", "excepted_urls")
_COLUMNS = [pa.field("keys", pa.uint64()), pa.field("origin", pa.uint16())]
_KEY = b"winnow"


def write_list_file(lists: UrlLists, path: Path) -> None:
    """Write the lists. The file gets its name only when it is complete."""
    sets = [getattr(lists, name) for name in _SETS]
    about = {
        "version": VERSION,
        "checksum": lists.checksum,
        "names": [list(keys.names) for keys in sets],
        "strict": list(lists.strict.entries),
        "hard": sorted((*lists.hard.words, *lists.hard.phrases)),
        "soft": sorted((*lists.soft.words, *lists.soft.phrases)),
        "curated": sorted(lists.curated),
        "skipped": dict(lists.skipped),
    }
    schema = pa.schema(_COLUMNS, {_KEY: json.dumps(about, ensure_ascii=False).encode()})
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with pa.OSFile(str(unfinished), "wb") as file, pa.ipc.new_file(file, schema) as writer:
            for keys in sets:
                columns = [pa.array(keys.keys), pa.array(keys.origin)]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def open_list_file(path: Path, verify: bool = True) -> UrlLists:
    """The lists of a file, its keys mapped into memory.

    `verify` reads the whole file and compares the checksum. Raises SettingsError if the file is missing, not such a
    file, of another version, or damaged.
    """
    wrong = f"{path}: not a file of `winnow lists build`, or damaged. Build it again"
    try:
        file = pa.ipc.open_file(pa.memory_map(str(path)))
        about = json.loads(file.schema.metadata[_KEY])
        if about["version"] != VERSION:
            said = f"version {about['version']}, but this winnow reads version {VERSION}. Build it again"
            raise SettingsError([f"{path}: {said}"])
        batches = [file.get_batch(number) for number in range(len(_SETS))]
        domains, urls, excepted_domains, excepted_urls = map(_key_set, batches, about["names"])
        lists = UrlLists(
            domains, urls, excepted_domains, excepted_urls, Substrings.of(about["strict"]), Phrases.of(about["hard"]),
            Phrases.of(about["soft"]), frozenset(about["curated"]), about["skipped"],
        )  # fmt: skip
    except FileNotFoundError as error:
        raise SettingsError([f"{path}: there is no such file. Build it with `winnow lists build`"]) from error
    except (OSError, pa.ArrowException, LookupError, TypeError, ValueError) as error:
        raise SettingsError([wrong]) from error
    if verify and lists.checksum != about["checksum"]:
        raise SettingsError([wrong])
    return lists


def _key_set(batch: pa.RecordBatch, names: list[str]) -> KeySet:
    keys, origin = (batch.column(field.name).to_numpy() for field in _COLUMNS)
    return KeySet(keys, origin, tuple(names))
