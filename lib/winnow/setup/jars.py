"""Installs Delta's jars beside Spark's own: `python -m winnow.setup.jars`."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import pyspark

from winnow.errors import SurroundingsError
from winnow.spark.jars import DELTA, JARS, jars_installed, spark_jars
from winnow.spark.java import check_java


def install_jars() -> list[Path]:
    """Download Delta's jars from Maven Central and install them beside Spark's own; `make setup` does it once.

    Raises SurroundingsError if they cannot be downloaded.
    """
    check_java()
    home = spark_jars()
    if not jars_installed():
        with tempfile.TemporaryDirectory() as ivy:
            _fetch(Path(ivy))
            for jar in JARS:
                found = next(Path(ivy).rglob(f"*_{jar}"))
                shutil.copyfile(found, home / f".{jar}")
                (home / f".{jar}").replace(home / jar)
    return [home / jar for jar in JARS]


def _fetch(ivy: Path) -> None:
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    conf = [f"spark.jars.packages={DELTA}", f"spark.jars.ivy={ivy}", "spark.master=local[1]", "spark.ui.enabled=false"]
    flags = [part for setting in conf for part in ("--conf", setting)]
    said = subprocess.run(
        [str(submit), *flags, "--class", "org.apache.spark.examples.SparkPi", "no-program.jar"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not any(ivy.rglob(f"*_{JARS[-1]}")):
        tail = "\n".join((said.stdout + said.stderr).splitlines()[-8:])
        raise SurroundingsError(f"{DELTA} cannot be fetched from Maven Central; is the network reachable?\n{tail}")


if __name__ == "__main__":
    for path in install_jars():
        print(path.name)
