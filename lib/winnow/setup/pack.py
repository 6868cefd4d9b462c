"""Packs Python and winnow for executors that have neither: `python -m winnow.setup.pack FILE.tar.gz`.

The archive contains the interpreter, its standard library and the packages that winnow needs, in folders that work
anywhere. It does not contain Spark's jars, which a cluster has, the C library, and libraries that Python's own modules
are linked with (OpenSSL, zlib, ...): pack on the same kind of system as that of the executors.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
_OWN = ("winnow", "winnow.jobs", "winnow.conf")
_EXTRAS = ("", "s3", "hdfs", "chinese")  # included if installed here
_UNUSED = {
    "__pycache__", "site-packages", "dist-packages", "test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip",
}  # fmt: skip
_SPARK_ITSELF = ("pyspark/jars/", "pyspark/examples/")

# The interpreter finds its library in a folder beside it.
_START = f"""#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd) || exit 1
LD_LIBRARY_PATH="$here/lib${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}" exec "$here/bin/{_VERSION}" "$@"
"""


def pack(archive: Path) -> None:
    """Write the archive, with kernels compiled for this kind of processor; others compile them when they start."""
    archive = archive.absolute()
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        root = Path(folder)
        root.chmod(0o755)  # as after unpacking
        _lay_interpreter(root)
        packages = root / "lib" / _VERSION / "site-packages"
        for found in _needed("winnow"):
            _lay_distribution(found, packages)
        for name in _OWN:
            _lay_own(name, packages)
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "NUMBA"))}
        subprocess.run([root / "bin" / "python", "-m", "winnow.setup.kernels"], check=True, cwd=root, env=environment)
        part = archive.with_name(f".{archive.name}")
        with tarfile.open(part, "w:gz", compresslevel=6) as tar:
            tar.add(root, arcname=".")
        part.replace(archive)


def _lay_interpreter(root: Path) -> None:
    """Copy the interpreter of this environment, its shared library and its standard library."""
    program = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    shutil.copytree(sysconfig.get_path("stdlib"), root / "lib" / _VERSION, ignore=_without_unused)
    (root / "bin").mkdir()
    shutil.copy2(program, root / "bin" / _VERSION)
    (root / "bin" / "python").write_text(_START)
    (root / "bin" / "python").chmod(0o755)
    folder, name = sysconfig.get_config_vars("LIBDIR", "INSTSONAME")
    if name and name.startswith("libpython") and (Path(folder) / name).exists():
        shutil.copy2(Path(folder) / name, root / "lib" / name)
    (root / "lib" / "python3").mkdir()  # where Debian's interpreter looks for packages
    (root / "lib" / "python3" / "dist-packages").symlink_to(f"../{_VERSION}/site-packages")


def _without_unused(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in _UNUSED or name.startswith("config-")}


def _needed(name: str) -> Iterator[Distribution]:
    """The installed requirements of a distribution, and theirs."""
    known, ahead = {name}, [distribution(name)]
    while ahead:
        current = ahead.pop()
        for requirement in map(Requirement, current.requires or []):
            wanted = requirement.marker is None or any(requirement.marker.evaluate({"extra": e}) for e in _EXTRAS)
            if not wanted or canonicalize_name(requirement.name) in known:
                continue
            known.add(canonicalize_name(requirement.name))
            try:
                found = distribution(requirement.name)
            except PackageNotFoundError:  # an extra, or fasttext-predict, which the lock file leaves out on purpose
                continue
            ahead.append(found)
            yield found


def _lay_distribution(found: Distribution, packages: Path) -> None:
    for file in found.files or []:
        unused = _UNUSED.intersection(file.parts) or str(file).startswith(_SPARK_ITSELF)
        if ".." not in file.parts and not file.is_absolute() and not unused:
            (packages / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(file.locate()), packages / file)


def _lay_own(name: str, packages: Path) -> None:
    """Copy a package of winnow from the place that it is imported from here."""
    target = packages.joinpath(*name.split("."))
    shutil.copytree(str(files(name)), target, ignore=_without_unused, dirs_exist_ok=True)


if __name__ == "__main__":
    pack(Path(sys.argv[1]))
