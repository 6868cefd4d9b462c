"""CPU per page of the whole job beside datatrove 0.10.1, FineWeb's order, same pages and extractor, in one run.

    WINNOW_CORPUS=... python -m benchmarks.cost_vs_datatrove --peer-python VENV/bin/python [--peer-copies 1 2]

Both extract with the same version of trafilatura, favour precision, no deduplication, each in a process beside its
own; datatrove's limit of one second for a page is raised, so that the machine decides no row. Both judge languages by
lid.176.ftz. datatrove splits words with spaCy, and judges URLs by the lists that it brings along; winnow has none
unless it is given some. Its cost is the CPU of its processes, as the slope between two numbers of copies: the smaller
runs before and after the larger, since a machine's speed changes meanwhile, and the lower of the two slopes counts
(of winnow's the last). What it spends inside trafilatura.extract is measured there. winnow runs by FineWeb's recipe,
the same rules, and by RefinedWeb's with the peer's settings of extraction, each without language triage, then with it.
Of the pages six in ten are in English, the language that both want.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PEER_SET_UP = "`make build/peers/datatrove/.ready` makes it: --peer-python build/peers/datatrove/bin/python"
MODEL = "https://dl.fbaipublicfiles.com/fasttext/supervised-models/lid.176.bin"
TIMEOUT_SECONDS = 60.0
ALIKE = ("extract.favor=precision", "fuzzy.enabled=false", "spans.enabled=false", "url_duplicates.enabled=false")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python")
    parser.add_argument("--peer-copies", type=int, nargs=2, default=[1, 2])
    parser.add_argument("--copies", type=int, nargs=2, default=[1, 4])
    options = parser.parse_args()
    if not options.peer_python or not Path(options.peer_python).exists():
        sys.exit(f"--peer-python: datatrove's Python is missing. {PEER_SET_UP}")
    from benchmarks.cost_per_page import measure_winnow

    ours = {
        f"winnow, {recipe}{' with triage' if triage else ''}": measure_winnow(
            recipe, options.copies, [*ALIKE, f"language.triage.enabled={str(triage).lower()}"]
        )
        for recipe in ("fineweb", "refinedweb")
        for triage in (False, True)
    }
    pages, inside, outside = _measure_datatrove(options.peer_python, options.peer_copies)
    peer = inside + outside
    print(f"\n{'CPU ms a page':32}{'extraction, triage':>20}{'outside':>10}{'whole':>10}{'datatrove / it':>16}")
    for name, (within, beside) in {**ours, f"datatrove 0.10.1, {pages} pages": (inside, outside)}.items():
        whole = within + beside
        print(f"{name:32}{within:20.2f}{beside:10.2f}{whole:10.2f}{peer / whole:16.2f}")


def _measure_datatrove(python: str, copies: list[int]) -> tuple[int, float, float]:
    """Number of pages between the two sizes, and CPU milliseconds for each of them, in trafilatura and outside."""
    from benchmarks.cost_per_page import SETS, lay_out
    from winnow.kernels.languages.model_file import default_model_path

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _place_model(folder / "assets", default_model_path())
        for number, (count, sets) in enumerate(((1, SETS[1:]), *((copies[size], SETS) for size in (0, 1, 0)))):
            lay_out(folder / f"archives-{number}", count, sets)
        environment = {**os.environ, "HF_HOME": name, "HF_ASSETS_CACHE": f"{name}/assets", "PYTHONPATH": ""}
        command = [python, str(Path(__file__).resolve()), "--peer", name]
        with (folder / "log").open("w") as log:
            said = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment, check=False)
        if said.returncode:
            sys.exit("\n".join((folder / "log").read_text().splitlines()[-20:]) + f"\n{PEER_SET_UP}")
    _, before, large, after = json.loads(said.stdout.splitlines()[-1])
    for run in (before, large, after):
        figures = ", ".join(f"{kind} {number:.1f}" for kind, number in run.items())
        print(f"datatrove: {figures}; load after {os.getloadavg()[0]:.1f}")
    pages = int(large["pages"] - before["pages"])
    small = max(before, after, key=lambda run: run["cpu"])
    inside, whole = (1000 * (large[kind] - small[kind]) / pages for kind in ("trafilatura", "cpu"))
    return pages, inside, whole - inside


def _place_model(assets: Path, model: Path) -> None:
    """Puts the model where datatrove would download it to."""
    home = assets / "datatrove" / "lid" / "ft176"
    home.mkdir(parents=True)
    name = MODEL.removeprefix("https://").replace("/", "_")
    for spelling in (name, MODEL.replace("/", "_")):
        shutil.copyfile(model, home / spelling)
        (home / f"{spelling}.completed").touch()


def _peer(folder: Path) -> None:
    """Runs in datatrove's environment: prints the costs of each folder of archives. The first folder only warms up."""
    import trafilatura

    ticks = folder / "ticks"
    original = trafilatura.extract

    def timed(*arguments: Any, **options: Any) -> Any:
        began = time.process_time()
        try:
            return original(*arguments, **options)
        finally:
            with (ticks).open("a") as file:  # in the extractor's process, which is killed at the end
                file.write(f"{time.process_time() - began}\n")

    trafilatura.extract = timed
    runs = []
    for number in range(4):
        ticks.write_text("")
        before, began = _cpu_seconds(), time.monotonic()
        pages = _run_fineweb(folder / f"archives-{number}", folder / f"out-{number}")
        spent = [float(line) for line in ticks.read_text().split()]
        cpu, wall = _cpu_seconds() - before, time.monotonic() - began
        runs.append({"pages": pages, "cpu": cpu, "trafilatura": sum(spent), "wall": wall})
    print(json.dumps(runs))


def _run_fineweb(archives: Path, out: Path) -> int:
    """Pages read. Source: datatrove, examples/fineweb.py, up to its first writer; only English is named."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.extractors import Trafilatura
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
        LanguageFilter,
        URLFilter,
    )
    from datatrove.pipeline.readers import WarcReader
    from datatrove.pipeline.writers import ParquetWriter

    pipeline = [
        WarcReader(str(archives), glob_pattern="*.warc.gz"),
        URLFilter(),
        Trafilatura(favour_precision=True, timeout=TIMEOUT_SECONDS, deduplicate=False),
        LanguageFilter(languages=["en"]),
        GopherRepetitionFilter(),
        GopherQualityFilter(),
        C4QualityFilter(filter_no_terminal_punct=False),
        FineWebQualityFilter(),
        ParquetWriter(str(out)),
    ]
    stats = LocalPipelineExecutor(pipeline=pipeline, tasks=1, workers=1, logging_dir=f"{out}-logs").run()
    return int(stats.stats[0].stats["documents"].total)


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        _peer(Path(sys.argv[2]))
    else:
        main()
