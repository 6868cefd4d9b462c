"""Delta's jars: their names, and whether they are installed beside Spark's own."""

from __future__ import annotations

from pathlib import Path

from winnow.spark.java import spark_home

DELTA = "io.delta:delta-spark_4.2_2.13:4.4.0"
JARS = ("delta-spark_4.2_2.13-4.4.0.jar", "delta-storage-4.4.0.jar")


def spark_jars() -> Path:
    """The folder of Spark's own jars."""
    return spark_home() / "jars"


def jars_installed() -> bool:
    """Whether Delta's jars are in the folder of Spark's jars."""
    return all((spark_jars() / jar).exists() for jar in JARS)
