"""What a job works with: one crawl of one warehouse, under settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pyspark.sql import Row, SparkSession

from winnow.settings.kept import Kept
from winnow.settings.rules import Rule
from winnow.settings.schema import Settings


class Note(NamedTuple):
    """That a shard of a table is done: the fingerprint of its settings, the hash of what it was made from, its rows."""

    fingerprint: str
    inputs: str
    rows: int


@dataclass(frozen=True)
class Work:
    """What jobs work with: one crawl of one warehouse, under these settings.

    `notes` is what `commits` says by (crawl, target, shard), `crawls` what the table of that name holds, `kept` what
    `settings` says by (target, fingerprint): read once, then kept up to date with what is committed here.
    """

    spark: SparkSession
    settings: Settings
    fingerprints: Mapping[str, str]
    warehouse: str
    crawl: str
    root: str | None = None  # where the archives lie; None: as the crawl was listed
    recipe: str = "winnow"  # the name of the recipe that the settings began with
    rules: tuple[Rule, ...] | None = None  # those that the tables were judged by; None: what the settings say
    notes: dict[tuple[str, str, int], Note] = field(default_factory=dict)
    crawls: dict[str, Row] = field(default_factory=dict)
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
