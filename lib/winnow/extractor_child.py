"""The child of winnow.extractor: skips or extracts each page of a pipe under limits, writes what became of it."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal

from winnow.kernels.extract import EXTRACT_GATES, Extracted, ExtractionError, ExtractSettings, extract_page
from winnow.kernels.language import LanguageModel
from winnow.kernels.triage import TRIAGE_GATES, UNWANTED_LANGUAGE, TriageSettings, Unwanted, triage_page

Normalization = Literal["NFC", "none"]
Triage = Callable[[str], Unwanted | None]

REQUEST = struct.Struct("<Q")  # bytes of the page, which follows
ANSWER = struct.Struct("<BII")  # gate, bytes of the title, bytes of the text, error or JSON; both follow
GATE_CODES = (None, *EXTRACT_GATES, *TRIAGE_GATES)
MAX_ERROR_CHARS = 300
OUT_OF_MEMORY = 86  # exit code of a child whose page took too much memory
PR_SET_PDEATHSIG = 1
SAMPLE_PAGE = "<html><body><p>The parsers load their tables now.</p></body></html>"


def serve() -> None:
    """The child: answers one page after the other until its parent closes the pipe or dies."""
    arguments, normalization, triage_arguments = json.loads(sys.argv[-1])
    settings = ExtractSettings(**arguments)
    triage = _triage(**triage_arguments) if triage_arguments else _no_triage
    requests, answers = _take_pipes()
    _prepare_process()
    triage(SAMPLE_PAGE)
    extract_page(SAMPLE_PAGE, settings, normalization)
    most_memory = _limit_memory(settings.max_memory_bytes)
    answers.write(ANSWER.pack(0, 0, 0))
    answers.flush()
    for html in _requested_pages(requests):
        signal.setitimer(signal.ITIMER_PROF, settings.max_cpu_seconds)
        answer = _answer(html, settings, normalization, triage)
        signal.setitimer(signal.ITIMER_PROF, 0)
        if _peak_memory() > most_memory:
            os._exit(OUT_OF_MEMORY)
        answers.write(answer)
        answers.flush()
    os._exit(0)


def _triage(model: str | None, **thresholds: Any) -> Triage:
    return partial(triage_page, model=LanguageModel(model), settings=TriageSettings(model=model, **thresholds))


def _no_triage(_html: str) -> None:
    return None


def _answer(html: str, settings: ExtractSettings, normalization: Normalization, triage: Triage) -> bytes:
    try:
        unwanted = triage(html)
        if unwanted:
            gate, text, title = Extracted(UNWANTED_LANGUAGE, json.dumps(unwanted), "")
        else:
            gate, text, title = extract_page(html, settings, normalization)
    except ExtractionError as error:
        gate, text, title = "extract_error", str(error)[:MAX_ERROR_CHARS], ""
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    body, name = text.encode("utf-8", "replace"), title.encode()
    return ANSWER.pack(GATE_CODES.index(gate), len(name), len(body)) + name + body


def _requested_pages(requests: BinaryIO) -> Iterator[str]:
    while header := requests.read(REQUEST.size):
        yield requests.read(*REQUEST.unpack(header)).decode("utf-8", "surrogatepass")


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes under new numbers; what else is written to standard output goes to standard error."""
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
    """Sets the limit where the system knows it (Linux), and gives the peak at which a page counts as over it.

    A quarter is kept free: trafilatura goes on with another extractor after a MemoryError, and the text would then
    depend on the memory; nothing that it asks for at once is that large.
    """
    if sys.platform != "linux":
        return sys.maxsize
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + added_bytes, now + added_bytes))
    return now + added_bytes - added_bytes // 4


def _peak_memory() -> int:
    if sys.platform != "linux":
        return 0
    status = Path("/proc/self/status").read_bytes()
    return int(status.partition(b"VmPeak:")[2].split(maxsplit=1)[0]) * 1024


if __name__ == "__main__":
    serve()
