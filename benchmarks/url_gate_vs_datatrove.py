"""CPU microseconds a URL of our URL gate and of datatrove's URLFilter, same URLs, same lists, one after the other.

    WINNOW_CORPUS=... python benchmarks/url_gate_vs_datatrove.py --peer-python VENV/bin/python [--domains FILE]

The peer's environment holds `datatrove[processing]==0.10.1`. FILE is another list of domains, one a line.
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

PER_KIND = 5_000
ROUNDS = 5
WORDS = {"strict": "banned_subwords.txt", "hard": "banned_words.txt", "soft": "soft_banned_words.txt"}


def main() -> None:
    arguments = _arguments()
    corpus = Path(os.environ["WINNOW_CORPUS"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_lists(corpus, folder, arguments.domains)
        kinds = _sample(corpus)
        (folder / "urls.json").write_text(json.dumps(kinds))
        ours = _measure_winnow(folder, kinds)
        command = [arguments.peer_python, __file__, "--peer", name]
        theirs = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for kind, urls in kinds.items():
        _print(kind, len(urls), ours[kind], theirs[kind])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--domains", type=Path)
    return parser.parse_args()


def _write_lists(corpus: Path, folder: Path, domains: Path | None) -> None:
    (folder / "adult").mkdir()
    (folder / "words").mkdir()
    for kind, packed in (("domains", "ut1_adult_domains_sample200k.txt.gz"), ("urls", "ut1_adult_urls.txt.gz")):
        (folder / "adult" / kind).write_bytes(gzip.decompress((corpus / "lists" / packed).read_bytes()))
    if domains is not None:
        shutil.copy(domains, folder / "adult" / "domains")
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


def _measure_winnow(folder: Path, kinds: dict[str, list[str]]) -> dict[str, tuple[float, list[bool]]]:
    from winnow.kernels.url import gate_url
    from winnow.url_lists import load_lists

    lists = load_lists(folder, ["adult"], folder / "words", None, False)
    settings = SimpleNamespace(strict_min=1, hard_min=1, soft_min=2)
    gate_url("http://warm.example/", lists, settings)
    return {kind: _time(urls, lambda url: gate_url(url, lists, settings) is not None) for kind, urls in kinds.items()}


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
    if sys.argv[1:2] == ["--peer"]:
        _measure_peer(Path(sys.argv[2]))
    else:
        main()
