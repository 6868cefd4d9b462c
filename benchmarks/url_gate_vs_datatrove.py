"""CPU microseconds a URL of our URL gate and of datatrove's URLFilter, same URLs, same lists, one after the other.

    WINNOW_CORPUS=... python benchmarks/url_gate_vs_datatrove.py --peer-python VENV/bin/python [--generated 4600000]

The peer's environment holds `datatrove[processing]==0.10.1`. With `--generated`, so many made-up domains are added to
the 200,000 of the corpus. winnow asks its mapped file in a process of its own, as a worker does; private memory is what
no other process can share (Anonymous in /proc/self/smaps_rollup) after its look-ups, less that before the file.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

PER_KIND = 5_000
ROUNDS = 5
WORDS = {"strict": "banned_subwords.txt", "hard": "banned_words.txt", "soft": "soft_banned_words.txt"}


def main() -> None:
    arguments = _arguments()
    corpus = Path(os.environ["WINNOW_CORPUS"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_lists(corpus, folder, arguments.generated)
        kinds = _sample(corpus)
        (folder / "urls.json").write_text(json.dumps(kinds))
        _build(folder)
        ours = _in_own_process(sys.executable, "--worker", folder)
        print("winnow's worker: {0[0]:.2f} s to open, {0[1]:.1f} MB private memory".format(ours.pop("worker")))
        theirs = _in_own_process(arguments.peer_python, "--peer", folder)
    for kind, urls in kinds.items():
        _print(kind, len(urls), ours[kind], theirs[kind])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--generated", type=int, default=0)
    return parser.parse_args()


def _write_lists(corpus: Path, folder: Path, generated: int) -> None:
    (folder / "adult").mkdir()
    (folder / "words").mkdir()
    for kind, packed in (("domains", "ut1_adult_domains_sample200k.txt.gz"), ("urls", "ut1_adult_urls.txt.gz")):
        (folder / "adult" / kind).write_bytes(gzip.decompress((corpus / "lists" / packed).read_bytes()))
    with (folder / "adult" / "domains").open("a") as domains:
        domains.writelines(f"{number:x}.made-up-{number % 9973}.example\n" for number in range(generated))
    for ours, theirs in WORDS.items():
        shutil.copy(corpus / "lists" / theirs, folder / "words" / f"{ours}.txt")


def _sample(corpus: Path) -> dict[str, list[str]]:
    """URLs of real pages, and pages on listed hosts."""
    indexes = [index.read_text(encoding="utf-8") for index in sorted(corpus.glob("*/index.jsonl"))]
    pages = [json.loads(line)["url"] for index in indexes for line in index.splitlines()]
    listed = gzip.decompress((corpus / "lists" / "ut1_adult_domains_sample200k.txt.gz").read_bytes()).decode().split()
    chance = random.Random(0)
    hosts = chance.sample([host for host in listed if not host[-1].isdigit()], PER_KIND)
    return {"pages": pages[:PER_KIND], "listed hosts": [f"https://www.{host}/2024/05/index.html" for host in hosts]}


def _build(folder: Path) -> None:
    from winnow.settings.url_list_file import write_list_file
    from winnow.settings.url_lists import load_lists

    began = time.process_time()
    write_list_file(load_lists(folder, ["adult"], folder / "words", None, False), folder / "lists.arrow")
    size = (folder / "lists.arrow").stat().st_size
    print(f"winnow lists build: {time.process_time() - began:.1f} s CPU, {size / 1e6:.1f} MB")


def _in_own_process(python: str, role: str, folder: Path) -> dict[str, Any]:
    said = subprocess.run([python, __file__, role, str(folder)], check=True, capture_output=True, text=True).stdout
    return dict(json.loads(said))


def _measure_worker(folder: Path) -> None:
    from winnow.kernels.pages.url import gate_url
    from winnow.settings.url_list_file import open_list_file

    settings = SimpleNamespace(strict_min=1, hard_min=1, soft_min=2)
    kinds = json.loads((folder / "urls.json").read_text())
    (folder / "none").mkdir()
    empty = open_list_file(_write_none(folder / "none"))
    _time(kinds["pages"], lambda url: gate_url(url, empty, settings) is not None)  # what look-ups need without lists
    before, began = _private_bytes(), time.monotonic()
    lists = open_list_file(folder / "lists.arrow", verify=False)
    opened = time.monotonic() - began
    times = {kind: _time(urls, lambda url: gate_url(url, lists, settings) is not None) for kind, urls in kinds.items()}
    json.dump({**times, "worker": (opened, (_private_bytes() - before) / 1e6)}, sys.stdout)


def _write_none(folder: Path) -> Path:
    from winnow.settings.url_list_file import write_list_file
    from winnow.settings.url_lists import load_lists

    write_list_file(load_lists(None, [], None, None, False), folder / "lists.arrow")
    return folder / "lists.arrow"


def _private_bytes() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))


def _measure_peer(folder: Path) -> None:
    from datatrove.data import Document
    from datatrove.pipeline.filters.url_filter import URLFilter

    read = {name: (folder / "words" / f"{name}.txt").read_text().splitlines() for name in WORDS}
    peer = URLFilter(
        extra_domains=(folder / "adult" / "domains").read_text().splitlines(),
        extra_urls=(folder / "adult" / "urls").read_text().splitlines(),
        banned_subwords=read["strict"],
        banned_words=read["hard"],
        soft_banned_words=read["soft"],
        use_integrated_lists=False,
    )
    peer.filter(Document(text="", id="", metadata={"url": "http://warm.example/"}))

    def gated(url: str) -> bool:
        return peer.filter(Document(text="", id="", metadata={"url": url})) is not True

    kinds = json.loads((folder / "urls.json").read_text())
    json.dump({kind: _time(urls, gated) for kind, urls in kinds.items()}, sys.stdout)


def _time(urls: list[str], gated: Callable[[str], bool]) -> tuple[float, list[bool]]:
    """CPU microseconds a URL in the fastest of some rounds, and the answers."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        answers = [gated(url) for url in urls]
        best = min(best, time.process_time() - start)
    return best / len(urls) * 1e6, answers


def _print(kind: str, count: int, ours: tuple[float, list[bool]], theirs: tuple[float, list[bool]]) -> None:
    agreement = Counter(zip(ours[1], theirs[1], strict=True))
    print(
        f"{kind}: {count} URLs, winnow {ours[0]:.1f} us, datatrove {theirs[0]:.1f} us, {theirs[0] / ours[0]:.1f} times"
    )
    print(
        f"    gated by both {agreement[True, True]}, neither {agreement[False, False]}, "
        f"winnow alone {agreement[True, False]}, datatrove alone {agreement[False, True]}"
    )


if __name__ == "__main__":
    roles = {"--peer": _measure_peer, "--worker": _measure_worker}
    if sys.argv[1:2] and sys.argv[1] in roles:
        roles[sys.argv[1]](Path(sys.argv[2]))
    else:
        main()
