"""Whether tables were made with the current settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

from winnow.errors import SettingsError
from winnow.settings.fingerprint import digest, measures_from, verdicts_from
from winnow.settings.jobs import JOBS, jobs_of, source_of
from winnow.settings.kept import Kept, differences, kept_of, settings_from
from winnow.settings.kernel_settings import rules_of
from winnow.settings.rules import Rule
from winnow.warehouse import commits
from winnow.warehouse.crawls import listed_crawls
from winnow.warehouse.kept_settings import kept_settings
from winnow.warehouse.work import Note, Work

_CHAIN = tuple(job.table for job in reversed(JOBS.values()))  # last first: its fingerprint includes those before


class Redo(NamedTuple):
    """What a run would redo in a crawl that was made with other settings.

    differences     settings, `key: old -> new`
    again           number of finished shards to redo, by table
    emptied         number of shards to delete, by table, because the new settings have no job for the table
    """

    differences: Sequence[str]
    again: dict[str, int]
    emptied: dict[str, int]


def settings_in_use(work: Work) -> Kept | None:
    """The settings of the newest run of this crawl, or of the newest crawl if it is new; None if not known."""
    crawls = {row.crawl: row for row in listed_crawls(work)}
    if not crawls:
        return None
    row = crawls.get(work.crawl) or max(crawls.values(), key=lambda row: int(row.position))
    return kept_settings(work).get(("funnel", row.fingerprint))


def settings_of_rows(work: Work) -> Kept | None:
    """The settings of the rows of this crawl, or of the newest if work.crawl is ''; None if not known."""
    crawls = sorted(listed_crawls(work), key=lambda row: int(row.position))
    crawl = work.crawl or (crawls[-1].crawl if crawls else "")
    done, known = commits.notes(work), kept_settings(work)
    for table in _CHAIN:
        made = Counter(note.fingerprint for (name, target, _), note in done.items() if (name, target) == (crawl, table))
        for fingerprint, _ in made.most_common(1):
            if (table, fingerprint) in known:
                return known[table, fingerprint]
    return None


def as_made(work: Work) -> Work:
    """The same work with the settings and rules that its rows were made with, if the warehouse keeps them."""
    kept = settings_of_rows(work)
    if kept is None:
        return work
    return replace(work, settings=settings_from(kept, work.settings), recipe=kept.recipe, rules=kept.rules)


def is_as_made(work: Work) -> bool:
    """Whether the settings are those that the warehouse keeps for its tables."""
    return work.rules is not None


def rules_at_hand(work: Work) -> tuple[Rule, ...]:
    """The rules that the tables were judged by, if known; else those of the settings."""
    return work.rules if work.rules is not None else rules_of(work.settings)


def would_redo(work: Work, jobs: Collection[str], shards: Collection[int] | None = None) -> Redo | None:
    """What these jobs would redo, in these shards or in all, because settings have changed; None if nothing.

    The remaining work of an interrupted run with the same settings is not included.
    """
    crawl = next((row for row in listed_crawls(work) if row.crawl == work.crawl), None)
    before = settings_of_rows(work)
    if crawl is None or before is None or crawl.fingerprint == work.fingerprints["funnel"]:
        return None
    mine = jobs_of(work.settings)
    tables = {JOBS[name].table for name in jobs if name in mine}
    unused = {JOBS[name].table for name in jobs if name not in mine}
    again, emptied = Counter[str](), Counter[str]()
    for (name, target, shard), note in commits.notes(work).items():
        if name == work.crawl and (shards is None or shard in shards):
            again[target] += target in tables and note.fingerprint != work.fingerprints[target]
            emptied[target] += target in unused
    redo = Redo(differences(before, kept_of(work.settings, work.recipe)), _in_flow(again), _in_flow(emptied))
    return redo if redo.again or redo.emptied else None


def _in_flow(shards: Counter[str]) -> dict[str, int]:
    return {table: shards[table] for table in reversed(_CHAIN) if shards[table]}


def check_measured(work: Work) -> None:
    """Raises SettingsError if the pages were measured with other settings, or not judged since."""
    notes = _notes(work)
    measured = {(crawl, shard): note for (crawl, target, shard), note in notes.items() if target == "measures"}
    if not measured:
        raise SettingsError([f"{work.warehouse}: no page was measured here yet; use `winnow run` first"])
    problems = []
    wanted = cache(partial(measures_from, work.settings))
    for crawl in sorted({crawl for crawl, _ in measured}):
        mine = {shard: note for (name, shard), note in measured.items() if name == crawl}
        pages = {shard: notes.get((crawl, "pages", shard), note) for shard, note in mine.items()}
        if any(wanted(pages[shard].fingerprint) != note.fingerprint for shard, note in mine.items()):
            problems.append(
                f"{work.warehouse}: {crawl} was measured with other settings than these (for example, measure.lines is "
                f"{work.settings.measure.lines} here), and rules cannot change that. Name the recipe that it was run "
                "with, or measure it again: `winnow run` with these settings, which reads no archive for it"
            )  # fmt: skip
        judged = {shard: notes.get((crawl, "verdicts", shard)) for shard in mine}
        sources = {shard: notes.get((crawl, _judged_from(work), shard)) for shard in mine}
        if any(
            found is None or (source := sources[shard]) is None or found.inputs != digest(source[:2])
            for shard, found in judged.items()
        ):
            problems.append(f"{work.warehouse}: {crawl} is measured but not judged; let `winnow run` finish first")
    if problems:
        raise SettingsError(problems)


def rules_stand(work: Work, rules: Sequence[Rule]) -> bool:
    """Whether all verdicts of the crawl, or of all crawls if work.crawl is '', were made with these rules."""
    notes = _notes(work)
    judged = {(crawl, shard): note for (crawl, target, shard), note in notes.items() if target == "verdicts"}
    wanted, source = cache(partial(verdicts_from, rules)), _judged_from(work)
    return all(
        (crawl, source, shard) in notes and wanted(notes[crawl, source, shard].fingerprint) == note.fingerprint
        for (crawl, shard), note in judged.items()
    )


def _judged_from(work: Work) -> str:
    """The table of the job before judge_pages."""
    return str(source_of(work.settings, "verdicts"))


def _notes(work: Work) -> dict[tuple[str, str, int], Note]:
    """The notes of the crawl, or of all crawls if work.crawl is ''."""
    return {key: note for key, note in commits.notes(work).items() if work.crawl in ("", key[0])}
