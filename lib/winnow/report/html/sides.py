"""The runs that a report shows: a crawl of a warehouse, and the one beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from winnow.errors import SettingsError, did_you_mean
from winnow.report.examples import sample_examples
from winnow.report.figures import gather
from winnow.report.html.page import render
from winnow.report.html.sections import Side
from winnow.spark.session import compiled
from winnow.warehouse import commits
from winnow.warehouse.crawls import crawl_row, listed_crawls
from winnow.warehouse.work import Work


def look_at(work: Work, crawl: str | None) -> Work:
    """The named crawl of a warehouse, else its newest. Raises SettingsError if its run has not ended."""
    rows = {row.crawl: row for row in listed_crawls(work)}
    if not rows:
        raise SettingsError([f"{work.warehouse}: holds no crawl yet; start `winnow run` first"])
    name = crawl if crawl is not None else max(rows.values(), key=lambda row: int(row.position)).crawl
    chosen = replace(work, crawl=name)
    crawl_row(chosen)
    counted = {shard for (crawl_, target, shard) in commits.notes(chosen) if (crawl_, target) == (name, "funnel")}
    if len(counted) < int(rows[name].num_shards):
        raise SettingsError([f"{work.warehouse}: the run of {name} has not ended; start `winnow run` again to end it"])
    return chosen


def other_side(first: Work, against: str) -> Work:
    """The other crawl, or another warehouse with the same crawl, else its newest one."""
    crawls = [row.crawl for row in listed_crawls(first)]
    if against in crawls:
        return look_at(first, against)
    if "://" not in against and not Path(against, "crawls", "_delta_log").exists():
        hint = did_you_mean(against, crawls)
        raise SettingsError([f"--against {against}: neither a crawl of {first.warehouse} nor a warehouse.{hint}"])
    place = against if "://" in against else str(Path(against).absolute())
    other = replace(first, warehouse=place, crawl="", notes={}, crawls={}, kept={})
    named = [row.crawl for row in listed_crawls(other)]
    return look_at(other, first.crawl if first.crawl in named else None)


def write_report(works: Sequence[Work], output: Path, examples: int, seed: int, languages: Sequence[str] = ()) -> None:
    """The report of these crawls, one or two, as one file.

    languages: those whose metrics are drawn; none named: the largest. Raises SettingsError for one that was not
    measured.
    """
    sides = []
    for work in works:
        with compiled(work.spark, commits.noted_rows(work, "pages")):
            sides.append(Side(gather(work, languages), sample_examples(work, examples, seed)))
    known = {one.language for side in sides for one in side.figures.languages if one.measured}
    if missing := [language for language in languages if language not in known]:
        said = f"no measured page has this language. Known here: {', '.join(sorted(known))}"
        raise SettingsError([f"--language {name}: {said}" for name in missing])
    output.write_text(render(sides).markup, encoding="utf-8")
