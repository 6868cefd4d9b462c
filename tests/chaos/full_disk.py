"""A warehouse on a file system that becomes full three times, and then has room: `make chaos`, as root.

python -m tests.chaos.full_disk
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.chaos.clean_run import clean_run, compared
from tests.jobs.warehouse import whole_run, winnow

SIZES = ("150k", "300k", "600k")  # full while archives are listed, while pages are written, while measures are written


def main() -> None:
    """Print how each run ended, and whether the tables of the last one equal those of an undisturbed run."""
    folder = Path(tempfile.mkdtemp())
    small = folder / "small"
    small.mkdir()
    archives, clean, _ = clean_run(folder)
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
        failed = compared("with room", small / "tables", clean)
    finally:
        subprocess.run(["umount", small], check=True)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
