"""The formats of archives: suffixes of names, and the function that reads each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import BinaryIO

from winnow.page import Asked, Source

# Reads a file that can seek; what is asked for; the stride (i, k): the i-th of k parts of the pages, so that k tasks
# share an archive. Raises OSError if the file cannot be read, never because of its contents. Parsers are imported only
# when an archive is read.
ReadArchive = Callable[[BinaryIO, Asked, tuple[int, int]], Source]


def read_warc(file: BinaryIO, asked: Asked, stride: tuple[int, int]) -> Source:
    """The pages of a WARC, ARC or WET."""
    from winnow.warc.reader import ArchiveReader

    return ArchiveReader(file, asked, stride)


def read_wat(_file: BinaryIO, _asked: Asked, _stride: tuple[int, int]) -> Source:
    """A WAT file gives no page, since it has metadata of pages, but not their texts."""
    from winnow.warc.wat import WatReader

    return WatReader()


def read_json(file: BinaryIO, asked: Asked, stride: tuple[int, int]) -> Source:
    """The texts of a JSON file: one object on each line, or objects in a list."""
    from winnow.texts.json_texts import JsonReader

    return JsonReader(file, asked, stride)


def read_parquet(file: BinaryIO, asked: Asked, stride: tuple[int, int]) -> Source:
    """The texts of a Parquet file, one in each row."""
    from winnow.texts.rows import ParquetReader

    return ParquetReader(file, asked, stride)


def read_arrow(file: BinaryIO, asked: Asked, stride: tuple[int, int]) -> Source:
    """The texts of an Arrow file or stream, one in each row."""
    from winnow.texts.rows import ArrowReader

    return ArrowReader(file, asked, stride)


_PACKED = ("", ".gz", ".lz4", ".zst")
FORMATS: dict[str, ReadArchive] = {
    **{f".{kind}{packed}": read_warc for kind in ("warc", "arc", "wet") for packed in _PACKED},
    **{f".wat{packed}": read_wat for packed in _PACKED},
    **{f".{kind}{packed}": read_json for kind in ("jsonl", "ndjson", "json") for packed in ("", ".gz", ".zst")},
    ".parquet": read_parquet,
    ".arrow": read_arrow,
}
_OF_THE_WEB = tuple(suffix for suffix, read in FORMATS.items() if read in (read_warc, read_wat))
# Suffixes of unfinished downloads, unfinished files, copies and unsupported compression; WACZ packs WARCs.
_SEEMS_ARCHIVE = re.compile(
    r"(?i)\.(?:warc|arc|wet|wat|jsonl|ndjson|json|parquet|arrow)(?:\.(?:gz|lz4|zst))?(?:~|\.(?:part|partial|tmp|temp|open"
    r"|crdownload|download|filepart|aria2|bak|old|[0-9]+|xz|bz2|7z|br|zip|lzma|lzo|z|rar|tar))\Z|\.wacz\Z"
)
_CUTTABLE = (".jsonl", ".ndjson", ".json", ".parquet", ".arrow")


def is_cuttable(name: str) -> bool:
    """Whether a stride of such a file is one part of it, so that several tasks together read the file only once."""
    return name.lower().endswith(_CUTTABLE)


def is_of_the_web(name: str) -> bool:
    """Whether a file is a web archive, not a file of texts."""
    return name.lower().endswith(_OF_THE_WEB)


def is_archive(name: str) -> bool:
    """Whether a file of a folder is read, by its name; capitals do not matter."""
    return name.lower().endswith(suffixes())


def seems_archive(name: str) -> bool:
    """Whether a file is not read although its name looks like an unfinished, copied or packed archive."""
    return not is_archive(name) and _SEEMS_ARCHIVE.search(name) is not None


def is_sought(name: str, endings: tuple[str, ...]) -> bool:
    """Whether a file of a folder is listed: its name has one of these endings, or passes `seems_archive`."""
    return name.lower().endswith(endings) or seems_archive(name)


def suffixes() -> tuple[str, ...]:
    """The suffixes of names of archives."""
    return tuple(FORMATS)


def reader_of(name: str, formats: Mapping[str, ReadArchive]) -> ReadArchive:
    """The function that reads an archive with this name; files with other suffixes are read as WARC or ARC."""
    known = (read for suffix, read in formats.items() if name.lower().endswith(suffix))
    return next(known, read_warc)
