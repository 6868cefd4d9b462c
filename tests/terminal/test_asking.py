"""The question before finished work is redone: when it is asked, what it says, how it is answered.

Contents of tables are given to `Work` as already read, so that no Spark is needed.
"""

from __future__ import annotations

import os
import select
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import Row

from winnow.errors import SettingsError
from winnow.settings.fingerprint import fingerprints
from winnow.settings.jobs import JOBS, jobs_of
from winnow.settings.kept import kept_of
from winnow.settings.load import load_settings
from winnow.terminal.asking import agree
from winnow.warehouse.made_with import settings_in_use, settings_of_rows, would_redo
from winnow.warehouse.work import Note, Work

SHARDS = range(4)
NOTHING: Any = None  # a session, which is not used
LATER = ["verdicts", "near_duplicates", "repeated_spans", "url_duplicates", "documents", "funnel"]
RULE = "rules.gopher_too_few_words.min=30"
CHANGED = "rules.gopher_too_few_words: word_count at least 50 -> word_count at least 30"


def made(*changes: str, recipe: str = "winnow") -> tuple[dict[str, str], Work]:
    settings = load_settings(recipe, changes=list(changes))
    marks = fingerprints(settings)
    return marks, Work(NOTHING, settings, marks, "tables", "A", recipe=recipe)


def finished(work: Work, *, crawl: str = "A", shards: range = SHARDS, begun: bool = True) -> Work:
    """The same warehouse after a run of this work over these shards."""
    jobs = jobs_of(work.settings)
    for table in (JOBS[name].table for name in jobs):
        work.kept.setdefault((table, work.fingerprints[table]), kept_of(work.settings, work.recipe))
        work.notes.update({(crawl, table, shard): Note(work.fingerprints[table], "", 1) for shard in shards})
    if begun:
        position = work.crawls[crawl].position if crawl in work.crawls else len(work.crawls)
        work.crawls[crawl] = Row(crawl=crawl, position=position, num_shards=4, fingerprint=work.fingerprints["funnel"])
    return work


def after(before: Work, *changes: str, recipe: str = "winnow") -> Work:
    """Other settings with the same warehouse."""
    _, work = made(*changes, recipe=recipe)
    return Work(NOTHING, work.settings, work.fingerprints, "tables", "A", recipe=recipe, notes=before.notes,
                crawls=before.crawls, kept=before.kept)  # fmt: skip


def test_nothing_is_asked_if_no_finished_work_is_redone() -> None:
    _, new = made()
    new.crawls["B"] = Row(crawl="B", position=0, num_shards=4, fingerprint="")
    new.notes["B", "pages", 0], new.kept["pages", ""] = Note("", "", 1), kept_of(new.settings, "winnow")
    assert would_redo(new, JOBS) is None  # the first run of this crawl
    done = finished(made()[1])
    assert would_redo(after(done), JOBS) is None
    assert would_redo(after(done, "spark.master=local[1]", "sources.tries=9", "extract.recycle_pages=9"), JOBS) is None
    half = finished(finished(made()[1]), shards=range(0))
    other = finished(after(half, RULE), shards=range(2))
    assert would_redo(other, JOBS) is None  # was confirmed and interrupted: two shards are left
    agree(other, JOBS, yes=False)


def test_a_rule_redoes_verdicts_and_what_follows() -> None:
    redo = would_redo(after(finished(made()[1]), RULE), JOBS)
    assert redo is not None
    assert redo.differences == [CHANGED]
    assert redo.again == dict.fromkeys(LATER, 4)
    assert list(redo.again) == LATER
    assert redo.emptied == {}


def test_one_job_redoes_its_own_table_in_the_shards_asked_for() -> None:
    work = after(finished(made()[1]), RULE)
    redo = would_redo(work, ["judge_pages"], [1, 3])
    assert redo is not None
    assert redo.again == {"verdicts": 2}
    assert would_redo(work, ["measure_pages"]) is None


def test_tables_without_a_job_are_emptied() -> None:
    redo = would_redo(after(finished(made()[1]), "spans.enabled=false"), JOBS)
    assert redo is not None
    assert redo.emptied == {"repeated_spans": 4}
    assert redo.again == dict.fromkeys(("url_duplicates", "documents", "funnel"), 4)


def test_an_older_warehouse_that_keeps_no_settings_is_not_asked_about() -> None:
    done = finished(made()[1])
    done.kept.clear()
    done.kept["pages", "other"] = kept_of(done.settings, "winnow")
    assert would_redo(after(done, RULE), JOBS) is None
    assert settings_in_use(done) is settings_of_rows(done) is None


def test_the_settings_of_a_crawl_and_of_its_rows() -> None:
    """A run under other settings that was confirmed and has made nothing yet; another, newer crawl, made otherwise."""
    work = finished(made()[1])
    other = after(work, RULE)
    other.kept["funnel", other.fingerprints["funnel"]] = kept_of(other.settings, "winnow")
    other.crawls["A"] = Row(**{**other.crawls["A"].asDict(), "fingerprint": other.fingerprints["funnel"]})
    in_use, of_rows = settings_in_use(work), settings_of_rows(work)
    assert in_use is not None
    assert of_rows is not None
    assert [rule.min for kept in (in_use, of_rows) for rule in kept.rules if rule.reason == "gopher_too_few_words"] == [
        30, 50,
    ]  # fmt: skip
    gopher = after(work, recipe="gopher")
    finished(gopher, crawl="B")
    for crawl, recipe in (("A", "winnow"), ("B", "gopher"), ("", "gopher")):
        chosen = Work(NOTHING, work.settings, {}, "tables", crawl, notes=work.notes, crawls=work.crawls, kept=work.kept)
        found = settings_of_rows(chosen)
        assert found is not None
        assert found.recipe == recipe
    new = Work(NOTHING, work.settings, {}, "tables", "C", notes=work.notes, crawls=work.crawls, kept=work.kept)
    newest = settings_in_use(new)
    assert newest is not None
    assert newest.recipe == "gopher"


def test_refused_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SettingsError) as refused:
        agree(after(finished(made()[1]), RULE, "spans.enabled=false"), JOBS, yes=False)
    assert refused.value.exit_code == 2
    assert refused.value.problems == [
        "tables: A was made with other settings than these (old -> new):",
        "  spans.enabled: true -> false",
        f"  {CHANGED}",
        "redone: verdicts (4 shards), near_duplicates (4 shards), url_duplicates (4 shards), documents (4 shards), "
        "funnel (4 shards)",
        "emptied: repeated_spans (4 shards)",
        "add --yes to redo these tables, or leave out --recipe, --config and --set to use the settings of "
        "the warehouse",
    ]
    assert capsys.readouterr() == ("", "")


def test_yes_answers_and_the_work_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    agree(after(finished(made()[1]), RULE), JOBS, yes=True)
    said = capsys.readouterr().err.splitlines()
    assert said[1] == f"winnow:   {CHANGED}"
    assert len(said) == 3


def test_rows_of_another_list_or_version_are_asked_about_too() -> None:
    """No setting differs; the fingerprints do."""
    work = finished(made()[1])
    later = Work(NOTHING, work.settings, {name: f"{mark}2" for name, mark in work.fingerprints.items()}, "tables", "A",
                 notes=work.notes, crawls=work.crawls, kept=work.kept)  # fmt: skip
    with pytest.raises(SettingsError, match=r"  no setting differs; a list, a model, .*\n.*redone: pages \(4 shards\)"):
        agree(later, JOBS, yes=False)


@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_terminal_is_asked(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    work = after(finished(made()[1]), RULE)
    keys, inside = os.openpty()
    os.write(keys, f"{answer}\n".encode())
    terminal = Path(os.ttyname(inside))
    with terminal.open() as typed, terminal.open("w") as shown:
        monkeypatch.setattr("sys.stdin", typed)
        monkeypatch.setattr("sys.stderr", shown)
        if answer == "y":
            agree(work, JOBS, yes=False)
        else:
            with pytest.raises(SettingsError, match="nothing was changed"):
                agree(work, JOBS, yes=False)
        seen = ""
        while "winnow: redo these tables with the new settings? [y/N] " not in seen:
            assert select.select([keys], [], [], 20)[0], seen
            seen += os.read(keys, 65_536).decode()
    os.close(keys)
    os.close(inside)
