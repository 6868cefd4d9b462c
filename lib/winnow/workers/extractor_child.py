"""The child of workers.extractor: shows or extracts each page from a pipe under limits, and writes the result."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from winnow.kernels.gates import EXTRACT_ERROR, GATES
from winnow.kernels.pages.extract import Extracted, ExtractionError, ExtractSettings, Normalization
from winnow.kernels.pages.extractors import extract_html, extract_text
from winnow.kernels.pages.html import whole_text
from winnow.kernels.pages.marks import KINDS, Mark

REQUEST = struct.Struct("<BQ")  # task, size of the page in bytes (0 for EXTRACT_SHOWN); the page follows
# Tasks: show a page's whole text; extract its HTML; extract the page shown last; extract a page that is a text.
SHOW, EXTRACT, EXTRACT_SHOWN, EXTRACT_TEXT = range(4)
ANSWER = struct.Struct("<BIII")  # gate, bytes of the title, of the marks, of the text or error; these follow
MARK = struct.Struct("<IIB")  # start, end, place of the kind among KINDS
GATE_CODES = (None, *GATES)
MAX_ERROR_CHARS = 300
LEAST_SECONDS = 0.01  # CPU seconds left for extraction if the whole text took nearly all; 0 would mean no limit
OUT_OF_MEMORY = 86  # exit code of a child whose page took too much memory
NO_ROOM = 87  # exit code of a child that may not take as much memory as its settings allow a page
PR_SET_PDEATHSIG = 1
SAMPLE_PAGE = "<html><body><p>The parsers load their tables now.</p></body></html>"


def serve() -> None:
    """The child: answers one page after another until its parent closes the pipe or dies."""
    arguments, normalization = json.loads(sys.argv[-1])
    settings = ExtractSettings(**arguments)
    requests, answers = _take_pipes()
    _prepare_process()
    whole_text(SAMPLE_PAGE)
    extract_html(SAMPLE_PAGE, settings, normalization)
    most_memory = _limit_memory(settings.max_memory_bytes)
    answers.write(ANSWER.pack(0, 0, 0, 0))
    answers.flush()
    html, seconds = "", 0.0
    for task, page in _requested_pages(requests):
        if task != EXTRACT_SHOWN:
            html, seconds = page, settings.max_cpu_seconds
        signal.setitimer(signal.ITIMER_PROF, max(seconds, LEAST_SECONDS))
        answer = _answer(task, html, settings, normalization)
        seconds, _ = signal.setitimer(signal.ITIMER_PROF, 0)
        if _peak_memory() > most_memory:
            os._exit(OUT_OF_MEMORY)
        answers.write(answer)
        answers.flush()
    os._exit(0)


def _answer(task: int, html: str, settings: ExtractSettings, normalization: Normalization) -> bytes:
    try:
        if task == SHOW:
            made = Extracted(None, whole_text(html), "")
        else:
            extract = extract_text if task == EXTRACT_TEXT else extract_html
            made = extract(html, settings, normalization)
    except ExtractionError as error:
        made = Extracted(EXTRACT_ERROR, str(error)[:MAX_ERROR_CHARS], "")
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    body, name, marks = made.text.encode("utf-8", "replace"), made.title.encode(), pack_marks(made.marks)
    return ANSWER.pack(GATE_CODES.index(made.gate), len(name), len(marks), len(body)) + name + marks + body


def pack_marks(marks: Iterable[Mark]) -> bytes:
    """Marks as bytes, MARK for each."""
    return b"".join([MARK.pack(start, end, KINDS.index(kind)) for start, end, kind in marks])


def unpack_marks(packed: bytes) -> tuple[Mark, ...]:
    """The marks in bytes from pack_marks."""
    return tuple(Mark(start, end, KINDS[kind]) for start, end, kind in MARK.iter_unpack(packed))


def _requested_pages(requests: BinaryIO) -> Iterator[tuple[int, str]]:
    """Each task with its page."""
    while header := requests.read(REQUEST.size):
        task, size = REQUEST.unpack(header)
        yield task, requests.read(size).decode("utf-8", "surrogatepass")


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes under new numbers; other writes to standard output go to standard error."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def _prepare_process() -> None:
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process in C code too
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit_memory(added_bytes: int) -> int:
    """Sets the limit if the system supports it (Linux); returns the peak, in bytes, that no page may exceed.

    Ends the process if its limit is lower already, such as that of spark.executor.pyspark.memory. A quarter is kept
    free: trafilatura continues with another extractor after a MemoryError, and the text would then depend on memory.
    No single allocation is that large.
    """
    if sys.platform != "linux":
        return sys.maxsize
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    allowed = resource.getrlimit(resource.RLIMIT_AS)[1]
    if allowed != resource.RLIM_INFINITY and allowed < now + added_bytes:
        os._exit(NO_ROOM)
    resource.setrlimit(resource.RLIMIT_AS, (now + added_bytes, now + added_bytes))
    return now + added_bytes - added_bytes // 4


def _peak_memory() -> int:
    if sys.platform != "linux":
        return 0
    status = Path("/proc/self/status").read_bytes()
    return int(status.partition(b"VmPeak:")[2].split(maxsplit=1)[0]) * 1024


if __name__ == "__main__":
    serve()
