"""Java for Spark: its version, its options, and the folder of Spark."""

from __future__ import annotations

import locale
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark

from winnow.errors import SurroundingsError

# Only Java's first compiler. Its code cache would be a fifth of the usual size, and Java interprets code without room.
COMPILE_QUICKLY = ("-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=256m")
# The second compiler starts after four times the usual number of calls: most code of Spark and Delta is not worth it.
OPTIMISE_LATE = (
    "-XX:Tier4InvocationThreshold=20000", "-XX:Tier4MinInvocationThreshold=2400", "-XX:Tier4CompileThreshold=60000",
    "-XX:Tier4BackEdgeThreshold=160000",
)  # fmt: skip

# Java takes the encoding of file names from the locale, and ASCII without one: in containers, services, LC_ALL=C.
UTF8_LOCALE = "C.UTF-8"
_REPLACED = "?\ufffd"  # what Java puts in place of a letter
_ANY_LETTER = "表"  # that only encodings of Unicode, or of Chinese, have


def check_java() -> None:
    """Raises SurroundingsError, with the command that installs it, if Java 17 or newer is missing."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    install = "Debian, Ubuntu: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17"
    if java is None:
        where = f"JAVA_HOME is {home}, which has no bin/java" if home else "java is not on the PATH"
        raise SurroundingsError(f"Spark needs Java 17 or 21: {where}. {install}")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(\d+)', said.stderr + said.stdout)
    if said.returncode != 0 or version is None or int(version[1]) < 17:
        first = (said.stderr + said.stdout).strip().splitlines()[:1]
        raise SurroundingsError(f"Spark needs Java 17 or 21: {java} says {''.join(first)!r}. {install}")


@contextmanager
def utf8_locale() -> Iterator[None]:
    """The environment in which Java is started: file names in UTF-8, messages of the system in English.

    Python workers, which Java starts, inherit it. If the system has no such locale, the environment is unchanged.
    """
    before = os.environ.get("LC_ALL")
    if _has_locale(UTF8_LOCALE):
        os.environ["LC_ALL"] = UTF8_LOCALE
    try:
        yield
    finally:
        os.environ.pop("LC_ALL", None)
        os.environ.update({"LC_ALL": before} if before is not None else {})


def _has_locale(name: str) -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return True


def check_names(encoding: str, folders: Iterable[str]) -> None:
    """Raises SurroundingsError if Java cannot encode the name of one of these folders.

    encoding: Java's property sun.jnu.encoding. spark-submit itself is Java: letters that it cannot encode have become
    question marks here.
    """
    replaced = _REPLACED if not _is_encodable(_ANY_LETTER, encoding) else ""
    for folder in folders:
        lacking = sorted({char for char in folder if char in replaced or not _is_encodable(char, encoding)})
        if lacking and "://" not in folder.removeprefix("file://"):
            raise SurroundingsError(
                f"{folder}: Java encodes file names in {encoding} here, which lacks {_shown(lacking)}; set "
                f"LC_ALL to a UTF-8 locale, for example LC_ALL={UTF8_LOCALE} spark-submit ..., or name another folder"
            )


def _shown(lacking: list[str]) -> str:
    return "letters of it" if set(lacking) <= set(_REPLACED) else ", ".join(lacking[:5])


def _is_encodable(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except LookupError:
        return char.isascii()
    except UnicodeEncodeError:
        return False
    return True


# Java prints warnings on standard output, where results belong; messages about class archives are not useful.
QUIET = ("-Xlog:disable", "-Xlog:all=warning:stderr", "-Xlog:cds*=off:stderr", "-Xlog:class*=off:stderr")


def java_options() -> list[str]:
    """Java's options that map the class archive; none without it."""
    return [f"-XX:SharedArchiveFile={class_archive()}", *QUIET] if class_archive().exists() else []


def spark_home() -> Path:
    """The folder of the Spark that is started here."""
    return Path(os.environ.get("SPARK_HOME", Path(pyspark.__file__).parent))


def class_archive() -> Path:
    """The class archive of Spark that `make setup` creates."""
    return spark_home() / "winnow.jsa"
