"""Runs every benchmark with its peers, one after the other, and writes a page with the results.

    WINNOW_CORPUS=... python -m benchmarks [NAME ...] [--peer-python ...] [--text-dedup-python ...] [--google FOLDER]

`make bench` makes the environments of the peers and runs all benchmarks, which takes some hours on two cores. Names
select some. The page is rewritten after each benchmark. It has the machine, the versions, and for every command its
output, its seconds and its memory, summed over all of its processes, peers too; /proc is read twice a second. If a
benchmark fails, or its peer is missing, the page says so; the exit code is 0.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from winnow.export.markdown import table
from winnow.runs.meter import Meter

ROOT = Path(__file__).parent.parent
PACKAGES = ("winnow", "pyspark", "delta-spark", "pyarrow", "numpy", "numba", "trafilatura", "datasketch", "fastwarc")
PR_SET_CHILD_SUBREAPER = 36
PEERS = {"peer_python": ("datatrove", "spacy", "trafilatura"), "text_dedup_python": ("text-dedup",)}


class Given(NamedTuple):
    """What a benchmark may need from this machine; None if it is missing."""

    corpus: str | None
    peer_python: str | None
    text_dedup_python: str | None
    google: str | None
    decisions: str  # folder of the warehouse that `decisions` generates
    documents: str = "100000"  # of `dedup_texts`


class Ended(NamedTuple):
    """A finished benchmark: seconds of the clock, CPU seconds of all its processes, bytes of the largest process."""

    command: str
    code: int
    wall: float
    cpu: float
    peak_bytes: int
    load: float
    said: str


def _archives(given: Given) -> list[str]:
    return sorted(map(str, Path(given.corpus or "").glob("pages_*/*.warc.gz")))


def _quality(given: Given) -> list[str]:
    return sorted(map(str, Path(given.corpus or "").glob("quality/*.jsonl")))


# Arguments of each benchmark, and what it requires.
BENCHMARKS: dict[str, tuple[Callable[[Given], Sequence[str | None]], tuple[str, ...]]] = {
    "measure_vs_datatrove": (
        lambda given: ["--peer-python", given.peer_python, *_quality(given)], ("corpus", "peer_python"),
    ),
    "extract_quality": (lambda _: [], ("corpus",)),
    "faster_trafilatura": (lambda _: [], ("corpus",)),
    "triage": (lambda _: [], ("corpus",)),
    "language_vs_fasttext": (lambda _: [], ("corpus",)),
    "charsets": (lambda _: [], ("corpus",)),
    "languages": (lambda _: [], ("corpus",)),
    "chinese_near_duplicates": (lambda _: [], ("corpus",)),
    "extractor_overhead": (lambda _: [], ("corpus",)),
    "read_vs_fastwarc": (_archives, ("corpus",)),
    "read_texts": (lambda _: [], ()),
    "read_wet": (lambda _: [], ("corpus",)),
    "chosen_records": (lambda _: [], ("corpus",)),
    "reader_memory": (lambda _: [], ("corpus",)),
    "worker_memory": (lambda _: [], ("corpus",)),
    "url_gate_vs_datatrove": (
        lambda given: ["--peer-python", given.peer_python, "--generated", "4400000"], ("corpus", "peer_python"),
    ),
    "cost_vs_datatrove": (lambda given: ["--peer-python", given.peer_python], ("corpus", "peer_python")),
    "cost_per_page": (lambda _: ["--set", "fuzzy.enabled=false"], ("corpus",)),
    "cost_vs_size": (lambda _: [], ("corpus",)),
    "near_duplicates": (
        lambda given: ["--peer-python", given.peer_python, "--text-dedup-python", given.text_dedup_python],
        ("peer_python", "text_dedup_python"),
    ),
    "dedup_texts": (
        lambda given: [
            "--peer-python", given.peer_python, "--text-dedup-python", given.text_dedup_python,
            "--documents", given.documents,
        ],
        ("peer_python", "text_dedup_python"),
    ),
    "repeated_spans": (lambda _: ["--unit", "words", "--hard"], ("corpus",)),
    "spans_vs_suffix_array": (lambda given: ["--google", given.google], ("corpus", "google")),
    "url_pass": (lambda _: [], ()),
    "url_keys": (lambda _: [], ("corpus",)),
    "many_shards": (lambda _: [], ()),
    "large_log": (lambda _: [], ()),
    "decisions": (lambda given: [given.decisions], ()),
    "judging": (lambda given: [f"{given.decisions}-to-judge", "200000"], ()),
    "export": (lambda _: ["--gigabytes", "1.3"], ()),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--peer-python", help="of an environment with datatrove[io,processing]==0.10.1 and spacy")
    parser.add_argument("--text-dedup-python", help="of an environment with text-dedup==0.4.0")
    parser.add_argument("--google", help="folder of google-research/deduplicate-text-datasets")
    parser.add_argument("--documents", default="100000", help="documents of dedup_texts")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "build" / "benchmarks.md")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    if sys.platform != "linux":
        parser.error("what the processes cost is read from /proc: run it on Linux, or in docker-compose's container")
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        given = Given(
            os.environ.get("WINNOW_CORPUS"), arguments.peer_python, arguments.text_dedup_python, arguments.google,
            f"{folder}/decisions/tables", arguments.documents,
        )  # fmt: skip
        versions, ended = _versions(given), []
        for name in arguments.names or BENCHMARKS:
            print(f"{datetime.now(UTC):%H:%M:%S}  {name}", file=sys.stderr, flush=True)
            ended.append(run(name, given))
            arguments.output.write_text(page(versions, ended), encoding="utf-8")
    print(arguments.output)


def run(name: str, given: Given) -> Ended:
    """Runs a benchmark to its end, successful or not."""
    arguments, needs = BENCHMARKS[name]
    missing = [need for need in needs if getattr(given, need) is None]
    if missing:
        why = f"not run: {', '.join('WINNOW_CORPUS' if need == 'corpus' else need for need in missing)} not given"
        return Ended(name, 1, 0.0, 0.0, 0, os.getloadavg()[0], why)
    module = [f"benchmarks.{name}", *map(str, arguments(given))]
    load, began = os.getloadavg()[0], time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said, Meter() as meter:
        process = subprocess.Popen([sys.executable, "-m", *module], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        _wait(process)
        wall = time.monotonic() - began
        said.seek(0)
        command = " ".join(Path(part).name if "/" in part else part for part in module)
        cpu = sum(seconds for kind, seconds in meter.seconds().items() if kind != "driver")  # this process itself
        peak = max(size for kind, size in meter.peak_bytes().items() if kind != "driver")
        return Ended(command, process.returncode, wall, cpu, peak, load, said.read().strip())


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Waits until a process and its orphans have ended; Spark's JVM outlives the process that started it.

    Their CPU time is not taken from here: pyspark's daemon does not wait for its workers, so theirs would be missing.
    """
    with suppress(ChildProcessError):
        while True:
            pid, status = os.wait()
            if pid == process.pid:
                process.returncode = os.waitstatus_to_exitcode(status)


def page(versions: str, ended: Sequence[Ended]) -> str:
    """The page: the machine and versions, the table, and the output of each benchmark."""
    rows = [
        (
            f"`{each.command}`", _ending(each), f"{each.wall:,.0f}",
            f"{each.cpu:,.0f}", f"{each.peak_bytes / 1e6:,.0f}", f"{each.load:.1f}",
        )
        for each in ended
    ]  # fmt: skip
    columns = ("`python -m`", "ended", "seconds", "CPU seconds", "largest process, MB", "load when it began")
    printed = "\n\n".join(f"## {each.command}\n\n```\n{each.said}\n```" for each in ended)
    return f"# Benchmarks\n\n{versions}\n\n{table(columns, rows, numbers=4)}\n\n{printed}\n"


def _ending(ended: Ended) -> str:
    if not ended.wall:
        return "not run"
    return f"exit code {ended.code}" if ended.code else "done"


def _versions(given: Given) -> str:
    names = [f"{name} {version(name)}" for name in PACKAGES]
    for option, packages in PEERS.items():
        python = getattr(given, option)
        if python is not None:
            code = f"import importlib.metadata as m; print(*(f'{{p}} {{m.version(p)}}' for p in {packages}), sep=', ')"
            found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
            names.append(f"beside it: {found.stdout.strip() or 'an environment that does not answer'}")
    processor = next(
        (line.partition(": ")[2] for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    system = f"{platform.system()} {platform.release().partition('-')[0]}"
    machine = f"{os.cpu_count()} cores ({processor}), {memory:.0f} GB, {system}"
    return f"{datetime.now(UTC):%Y-%m-%d}; {machine}; Python {platform.python_version()}; {', '.join(names)}."


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


if __name__ == "__main__":
    main()
