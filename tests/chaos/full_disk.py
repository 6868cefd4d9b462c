"""A warehouse on a file system that fills up three times, and then has room: `make chaos`, as root.

python -m tests.chaos.full_disk
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.jobs.warehouse import FIRST, everything, whole_run, winnow
from winnow.demo.crawl import make_crawl

SIZES = ("150k", "300k", "600k")  # full while archives are listed, pages are written, measures are written


def main() -> None:
    """Print how each run ended, and whether the last one's tables are those of an undisturbed run."""
    folder = Path(tempfile.mkdtemp())
    small, archives = folder / "small", folder / "archives" / FIRST / "warc.paths.gz"
    small.mkdir()
    make_crawl(folder / "archives", 100, seed=5)
    winnow(*whole_run(archives, folder / "clean"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZES[0]}", "tmpfs", small], check=True)
    try:
        for size in SIZES:
            subprocess.run(["mount", "-o", f"remount,size={size}", small], check=True)
            said = winnow(*whole_run(archives, small / "tables"), check=False)
            last = said.stderr.splitlines()[-1]
            print(f"{size}: exit {said.returncode}: {last}", flush=True)
            assert said.returncode == 1
            assert last.startswith("winnow: the disk is full: ")
            assert "Traceback" not in said.stderr
        subprocess.run(["mount", "-o", "remount,size=100m", small], check=True)
        winnow(*whole_run(archives, small / "tables"))
        same = everything(small / "tables") == everything(folder / "clean")
        print("with room: the same rows" if same else "with room: OTHER ROWS")
    finally:
        subprocess.run(["umount", small], check=True)
    sys.exit(not same)


if __name__ == "__main__":
    main()
