"""google-research/deduplicate-text-datasets, built from source and run: the windows that it finds, and its cost.

Its published form works on bytes: the documents in a row, each after a separator of \\xff\\xff and a number. For words
it gets four bytes for each word, with seven bits of the word's number in each; only the first byte has its top bit set.
Then equal runs of text begin at the same byte of a word, and the positions at multiples of four are exactly the windows
of words that occur twice. Each document begins with a number of its own.

Its positions are read from the output of `self-similar`, as `collect` would also join those that begin inside a word.
Windows that touch a separator are dropped. It runs with one thread: with more threads it loses matches.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SOURCE = "https://github.com/google-research/deduplicate-text-datasets"
WORD_BYTES = 4
_SEPARATOR_BYTES = 6
_LOOK_SECONDS = 0.05


class Windows(NamedTuple):
    """The windows of each document that occur twice.

    starts  the first unit of each, ascending
    copies  how often each occurs in all documents
    cpu     seconds
    """

    starts: list[NDArray[np.int64]]
    copies: list[NDArray[np.int64]]
    cpu: float
    peak_bytes: int


def build(source: Path) -> Path:
    """The program, built by cargo if it does not exist; ends this program if its source or cargo is missing."""
    if not (source / "Cargo.toml").exists():
        sys.exit(f"{source} holds no Cargo.toml: git clone {SOURCE}, and name its folder with --google")
    if shutil.which("cargo") is None:
        sys.exit("cargo is missing. Debian, Ubuntu: apt-get install cargo; or https://rustup.rs")
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=source, check=True, stderr=subprocess.DEVNULL)
    return source / "target" / "release" / "dedup_dataset"


def windows_of_words(program: Path, texts: Iterable[str], length: int) -> Windows:
    """Windows of `length` words; those of `str.split`."""
    numbers: dict[str, int] = {}
    documents = (
        np.array([numbers.setdefault(word, len(numbers)) for word in text.split()], np.uint32) for text in texts
    )

    def coded() -> Iterator[bytes]:
        for place, document in enumerate(documents):
            yield _bytes_of(np.append(np.uint32(2**28 - 1 - place), document))

    return _windows(program, coded(), length, WORD_BYTES, WORD_BYTES)


def windows_of_bytes(program: Path, texts: Iterable[str], length: int) -> Windows:
    """Windows of `length` bytes of UTF-8."""
    coded = (b"\xff\xff" + place.to_bytes(4, "little") + text.encode() for place, text in enumerate(texts))
    return _windows(program, coded, length, 1, _SEPARATOR_BYTES)


def _bytes_of(numbers: NDArray[np.uint32]) -> bytes:
    """Four bytes for each number below 2^28, seven bits in each, the top bit set in the first."""
    parts = numbers[:, None] >> np.array([21, 14, 7, 0], np.uint32) & 0x7F
    parts[:, 0] |= 0x80
    return parts.astype(np.uint8).tobytes()


def _windows(program: Path, coded: Iterator[bytes], length: int, unit: int, separator: int) -> Windows:
    with tempfile.TemporaryDirectory() as name:
        folder, bounds = Path(name), [0]
        with (folder / "data").open("wb") as file:
            for document in coded:
                bounds.append(bounds[-1] + file.write(document))
        data = ["--data-file", str(folder / "data")]
        matching = ["--length-threshold", str(length * unit), "--cache-dir", str(folder / "cache")]
        costs = [_run([str(program), "make", *data])]
        costs.append(_run([str(program), "self-similar", *data, *matching, "--num-threads", "1"]))
        found, copies = _positions(folder, bounds[-1])
        costs.append(_run([str(program), "collect", *data, *matching]))
    begins, ends = np.array(bounds[:-1]) + separator, np.array(bounds[1:])
    documents = np.searchsorted(bounds, found, side="right") - 1
    is_inside = (found >= begins[documents]) & (found + length * unit <= ends[documents]) & (found % unit == 0)
    found, copies, documents = found[is_inside], copies[is_inside], documents[is_inside]
    places = np.searchsorted(documents, np.arange(1, len(begins)))
    starts = np.split((found - begins[documents]) // unit, places)
    return Windows(starts, np.split(copies, places), sum(cpu for cpu, _ in costs), max(peak for _, peak in costs))


def _run(command: list[str]) -> tuple[float, int]:
    """CPU seconds of a program, and its peak memory in bytes, read while it runs; `wait4` reports this process's."""
    process, peak = subprocess.Popen(command, stdout=subprocess.DEVNULL), 0
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        held = Path(f"/proc/{process.pid}/status").read_text().partition("VmHWM:")[2].split()
        peak = max(peak, int(held[0]) * 1024 if held else 0)
        time.sleep(_LOOK_SECONDS)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, peak


def _positions(folder: Path, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ascending positions of windows that occur twice, and how often each occurs."""
    width = (folder / "data.table.bin").stat().st_size // size
    (found,), (sizes,) = (
        [_numbers(path.read_bytes(), width) for path in (folder / "cache").glob(f"{name}_*")]
        for name in ("dups", "sizes")
    )
    order = np.argsort(found)
    return found[order], np.repeat(sizes, sizes)[order]


def _numbers(data: bytes, width: int) -> NDArray[np.int64]:
    """Numbers of so many bytes each, the lowest byte first."""
    numbers = np.zeros((len(data) // width, 8), np.uint8)
    numbers[:, :width] = np.frombuffer(data, np.uint8).reshape(-1, width)
    return numbers.view("<i8").ravel()
