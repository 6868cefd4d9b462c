"""A command whose Java process is killed while it works: `python -m tests.terminal.lost_java`."""

from __future__ import annotations

import os
import signal
from typing import Any

import typer
from pyspark import SparkContext

from winnow.settings.load import load_settings
from winnow.spark.session import open_session
from winnow.terminal.leaving import call

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def work() -> None:
    """Count, after Java is killed."""
    settings = load_settings(changes=["spark.master=local[1]", "spark.driver_memory=1g"])
    spark = open_session("lost Java", settings.spark, brief=True)
    gateway: Any = SparkContext._gateway
    os.kill(gateway.proc.pid, signal.SIGKILL)
    spark.range(1).count()


if __name__ == "__main__":
    call(app)
