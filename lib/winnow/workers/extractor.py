"""Extraction in a child process, so that a page that hangs or crashes the parser, or fills memory, costs only itself.

    parent: Extractor.extract(html) --HTML--> child: extract_page under limits --gate, title, marks, text-->

With triage, the parent first asks for the whole text of the page, and checks its language. It asks for the extraction
only if the page may be in a wanted language. Extraction has these limits, in this order: depth and number of elements
(kernels/extract), address space, CPU seconds. The last two also apply to the whole text. If the child dies on a page,
the page is tried once more in a new child, and only then gated.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from winnow.errors import SurroundingsError
from winnow.kernels.gates import EXTRACT_CRASH, EXTRACT_ERROR, EXTRACT_TIMEOUT, UNWANTED_LANGUAGE, GateName
from winnow.kernels.languages.identify import shared_model
from winnow.kernels.languages.triage import Unwanted, triage_page
from winnow.kernels.languages.triage_settings import TriageSettings
from winnow.kernels.pages.extract import Extracted, ExtractSettings, Normalization
from winnow.kernels.pages.extractors import FROM_TEXT, keep_text
from winnow.kernels.pages.marks import Mark
from winnow.workers.extractor_child import (
    ANSWER,
    EXTRACT,
    EXTRACT_SHOWN,
    EXTRACT_TEXT,
    GATE_CODES,
    NO_ROOM,
    OUT_OF_MEMORY,
    REQUEST,
    SHOW,
    unpack_marks,
)

__all__ = ["ExtractSettings", "Extractor", "Result", "shared_extractor"]

CHILD_COMMAND = (sys.executable, "-P", "-m", "winnow.workers.extractor_child")
PIPE_BYTES = 1 << 20
START_SECONDS = 300.0  # wall clock; after this, no child can be started
WALL_SECONDS_PER_CPU_SECOND = 20.0  # a child that waits longer than this for its CPU seconds is stuck
LAST_WORDS_SECONDS = 10.0  # between the end of a child's pipe and the end of the child


class Result(NamedTuple):
    """The result for one page: its gate from triage or the extractor (else None), text, title, marks of the text.

    error     the message of the error; None without one
    unwanted  the language of a page that triage stopped; None for others
    """

    gate: GateName | None
    text: str
    title: str
    marks: tuple[Mark, ...]
    error: str | None
    unwanted: Unwanted | None = None


class ChildDiedError(Exception):
    """The child ended, or was killed, before it answered; the message says how."""

    def __init__(self, gate: GateName, reason: str) -> None:
        super().__init__(reason)
        self.gate = gate


_NO_ROOM = (
    "a Python worker ran out of memory: its limit of memory is below extract.max_memory_bytes, which a page may take. "
    "Raise spark.executor.pyspark.memory, or lower extract.max_memory_bytes, which may drop more pages"
)
Ask = Callable[["_Child", str], Result]  # sends a task with the content of a page to the child


class Extractor:
    """Extraction in a child process that starts with the first page and is replaced after `recycle_pages` pages.

    triage: settings of triage_page, which stops pages before extraction; None: no triage. The result of a page does
    not depend on other pages. An Extractor belongs to the process that made it, and to one thread at a time.
    """

    def __init__(
        self,
        settings: ExtractSettings,
        normalization: Normalization,
        triage: TriageSettings | None = None,
        command: Sequence[str] = CHILD_COMMAND,
    ) -> None:
        self._command = (*command, json.dumps([asdict(settings), normalization]))
        self._triage = triage and partial(
            triage_page, model=shared_model(Path(triage.model) if triage.model else None), settings=triage
        )
        self._keeps_text = (
            partial(keep_text, settings=settings, normalization=normalization)
            if FROM_TEXT.get(settings.from_text) is keep_text
            else None
        )
        self._max_wall_seconds = settings.max_cpu_seconds * WALL_SECONDS_PER_CPU_SECOND
        self._recycle_pages = settings.recycle_pages
        self._child: _Child | None = None

    def __enter__(self) -> Extractor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def extract(self, html: str) -> Result:
        """Gate, text and title of one page; only a gate if triage stops the page or the child fails.

        A page gets extract_timeout or extract_crash only after a second try in a new child. Running out of memory
        gives extract_crash. Raises SurroundingsError if no child can be started.
        """
        return self._try_twice(html, self._of_html)

    def extract_text(self, text: str) -> Result:
        """Like `extract`, for a page that is a text; without triage, since nothing expensive follows.

        If the settings do not change texts, no child is needed: nothing is parsed.
        """
        if self._keeps_text is not None:
            return Result(*self._keeps_text(text), None)
        return self._try_twice(text, lambda child, _: child.extract_text())

    def close(self) -> None:
        """Ends the child; the next page starts another one."""
        if self._child is not None:
            self._child.end()
        self._child = None

    def _try_twice(self, content: str, ask: Ask) -> Result:
        page = content.encode("utf-8", "surrogatepass")
        with suppress(ChildDiedError):
            return self._ask(content, page, ask)
        try:
            return self._ask(content, page, ask)
        except ChildDiedError as death:
            return Result(death.gate, "", "", (), str(death))

    def _ask(self, content: str, page: bytes, ask: Ask) -> Result:
        if self._child is not None and self._child.pages >= self._recycle_pages:
            self.close()
        if self._child is None:
            self._child = _Child(self._command)
        self._child.begin(page, self._max_wall_seconds)
        try:
            return ask(self._child, content)
        except BaseException:  # an interrupted page must not leave its answer for the next one
            self.close()
            raise

    def _of_html(self, child: _Child, html: str) -> Result:
        unwanted = self._triage(html, read_text=child.show) if self._triage else None
        return Result(UNWANTED_LANGUAGE, "", "", (), None, unwanted) if unwanted else child.extract()


@cache
def _extractor_of(
    _pid: int, settings: ExtractSettings, normalization: Normalization, triage: TriageSettings | None
) -> Extractor:
    extractor = Extractor(settings, normalization, triage)
    atexit.register(extractor.close)
    return extractor


def shared_extractor(
    settings: ExtractSettings, normalization: Normalization, triage: TriageSettings | None = None
) -> Extractor:
    """The Extractor of this process for these settings; it is kept between tasks of a reused Spark worker."""
    return _extractor_of(os.getpid(), settings, normalization, triage)


def child_cpu_seconds() -> float:
    """CPU seconds used so far by this process's children that have ended, and on Linux by its live extractors."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = ended.ru_utime + ended.ru_stime
    for pid in _living if sys.platform == "linux" else ():
        with suppress(OSError):  # it has just ended
            seconds += time.clock_gettime(~pid << 3 | 2)  # the clock that clock_getcpuclockid names
    return seconds


_living: set[int] = set()


class _Child:
    def __init__(self, command: Sequence[str]) -> None:
        path = os.pathsep.join(folder or str(Path.cwd()) for folder in sys.path)
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=environment
            )
        except OSError as error:
            raise SurroundingsError(f"the extractor's process does not start: {error}") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        _living.add(self._process.pid)
        self._requests, self._answers = self._process.stdin.fileno(), self._process.stdout.fileno()
        for pipe in (self._requests, self._answers):
            _prepare_pipe(pipe)
        self.pages = 0
        self._page, self._shown = b"", False
        self._deadline = time.monotonic() + START_SECONDS
        try:
            self._receive(ANSWER.size)
        except ChildDiedError as death:
            if self._process.returncode == NO_ROOM:
                raise SurroundingsError(_NO_ROOM) from death
            problem = f"the extractor's process does not start: {death}. Its own message is above; its command is "
            raise SurroundingsError(problem + " ".join(command)) from death

    def begin(self, page: bytes, max_wall_seconds: float) -> None:
        """Sets the page that the next requests are for."""
        self.pages += 1
        self._deadline = time.monotonic() + max_wall_seconds
        self._page, self._shown = page, False

    def show(self, _html: str) -> str:
        """The page's whole text."""
        self._shown = True
        return self._ask(SHOW, self._page).text

    def extract(self) -> Result:
        return _result(self._ask(EXTRACT_SHOWN, b"") if self._shown else self._ask(EXTRACT, self._page))

    def extract_text(self) -> Result:
        return _result(self._ask(EXTRACT_TEXT, self._page))

    def _ask(self, task: int, page: bytes) -> Extracted:
        """The answer to a task; after an error, its text is the error's message."""
        self._send(REQUEST.pack(task, len(page)) + page)
        code, *sizes = ANSWER.unpack(self._receive(ANSWER.size))
        title, marks, text = (self._receive(size) for size in sizes)
        return Extracted(GATE_CODES[code], text.decode(), title.decode(), unpack_marks(marks))

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        _living.discard(self._process.pid)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _send(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            self._wait(self._requests, select.POLLOUT)
            try:
                left = left[os.write(self._requests, left) :]
            except BrokenPipeError:
                raise self._death() from None

    def _receive(self, size: int) -> bytes:
        content = bytearray()
        while len(content) < size:
            self._wait(self._answers, select.POLLIN)
            received = os.read(self._answers, size - len(content))
            if not received:
                raise self._death()
            content += received
        return bytes(content)

    def _wait(self, pipe: int, event: int) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        if not poll.poll(max(0.0, self._deadline - time.monotonic()) * 1000):
            self.end()
            raise ChildDiedError(EXTRACT_TIMEOUT, "no answer, and no CPU time used")

    def _death(self) -> ChildDiedError:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(LAST_WORDS_SECONDS)
        self.end()
        code = self._process.returncode
        if code == -signal.SIGPROF:
            return ChildDiedError(EXTRACT_TIMEOUT, "all CPU seconds used")
        if code == OUT_OF_MEMORY:
            return ChildDiedError(EXTRACT_CRASH, "out of memory")
        return ChildDiedError(EXTRACT_CRASH, signal.Signals(-code).name if code < 0 else f"exit code {code}")


def _result(made: Extracted) -> Result:
    return Result(made.gate, "", "", (), made.text) if made.gate == EXTRACT_ERROR else Result(*made, None)


def _prepare_pipe(pipe: int) -> None:
    os.set_blocking(pipe, False)
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # above the user's share of pipe memory: the pipe keeps its size
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
