"""Whether the tables at hand were made with the settings at hand."""

from __future__ import annotations

from functools import cache, partial

from winnow.errors import SettingsError
from winnow.settings.fingerprint import digest, measures_from, verdicts_from
from winnow.settings.schema import Settings
from winnow.warehouse import commits
from winnow.warehouse.work import Note, Work


def check_measured(work: Work) -> None:
    """Raises SettingsError where the chosen pages were measured with other settings, or not judged since."""
    notes = _notes(work)
    measured = {(crawl, shard): note for (crawl, target, shard), note in notes.items() if target == "measures"}
    if not measured:
        raise SettingsError([f"{work.warehouse}: no page was measured here yet; start `winnow run` first"])
    problems = []
    wanted = cache(partial(measures_from, work.settings))
    for crawl in sorted({crawl for crawl, _ in measured}):
        mine = {shard: note for (name, shard), note in measured.items() if name == crawl}
        pages = {shard: notes.get((crawl, "pages", shard), note) for shard, note in mine.items()}
        if any(wanted(pages[shard].fingerprint) != note.fingerprint for shard, note in mine.items()):
            problems.append(
                f"{work.warehouse}: {crawl} was measured with other settings than these (measure.lines is "
                f"{work.settings.measure.lines} here, say), which no rule can undo; name the recipe that it was run "
                "with, or measure it again: `winnow run` with these settings reads no archive for it"
            )  # fmt: skip
        judged = {shard: notes.get((crawl, "verdicts", shard)) for shard in mine}
        if any(found is None or found.inputs != digest(mine[shard][:2]) for shard, found in judged.items()):
            problems.append(f"{work.warehouse}: {crawl} is measured but not judged; let `winnow run` finish first")
    if problems:
        raise SettingsError(problems)


def rules_stand(work: Work, settings: Settings) -> bool:
    """Whether all verdicts of a crawl, or of all where work.crawl is '', were made with the rules of these settings."""
    notes = _notes(work)
    judged = {(crawl, shard): note for (crawl, target, shard), note in notes.items() if target == "verdicts"}
    wanted = cache(partial(verdicts_from, settings))
    return all(
        (crawl, "measures", shard) in notes and wanted(notes[crawl, "measures", shard].fingerprint) == note.fingerprint
        for (crawl, shard), note in judged.items()
    )


def _notes(work: Work) -> dict[tuple[str, str, int], Note]:
    """What `commits` says of the crawl, or of all where work.crawl is ''."""
    return {key: note for key, note in commits.notes(work).items() if work.crawl in ("", key[0])}
