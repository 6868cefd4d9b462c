"""What a job works with: one crawl of one warehouse, with settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pyspark.sql import Row, SparkSession

from winnow.settings.kept import Kept
from winnow.settings.rules import Rule
from winnow.settings.schema import Settings


class Note(NamedTuple):
    """A finished shard of a table: fingerprint of its settings, hash of its inputs, number of its rows."""

    fingerprint: str
    inputs: str
    rows: int


@dataclass(frozen=True)
class Work:
    """One crawl of one warehouse, with settings.

    `notes` are the rows of `commits` by (crawl, target, shard), `crawls` those of the table `crawls`, `kept` those of
    `settings` by (target, fingerprint). They are read once, and updated with each commit of this process.
    """

    spark: SparkSession
    settings: Settings
    fingerprints: Mapping[str, str]
    warehouse: str
    crawl: str
    root: str | None = None  # where the archives are; None: as the crawl was listed
    recipe: str = "winnow"  # the recipe that the settings are based on
    rules: tuple[Rule, ...] | None = None  # the rules that the tables were judged by; None: those of the settings
    notes: dict[tuple[str, str, int], Note] = field(default_factory=dict)
    crawls: dict[str, Row] = field(default_factory=dict)
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
