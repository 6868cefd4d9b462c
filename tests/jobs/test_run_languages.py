"""A run in several languages: pages kept of each, bounds, models; and commands for one language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fasttext
import pytest
import yaml
from pyspark.sql import SparkSession

from tests.jobs.running import planned_once
from tests.jobs.warehouse import ONE_WAVE, called, rows_of
from winnow.demo.texts import FRENCH, GERMAN
from winnow.runs.crawl import run_crawl
from winnow.settings.by_language import language_of
from winnow.settings.fingerprint import fingerprints
from winnow.settings.kernel_settings import rules_of
from winnow.settings.load import load_settings
from winnow.sources.named_archives import find_archives
from winnow.terminal.progress import Progress
from winnow.warehouse.work import Work

CHINESE = "安静的河流把小船带到古老的磨坊，没有人着急。春天的时候，孩子们在岸边的草地上玩，老人坐在树下讲过去的故事。"
PAGES = [
    *(("de", " ".join(GERMAN[place:] + GERMAN[:place])) for place in range(4)),
    *(("fr", " ".join(FRENCH[place:] + FRENCH[:place])) for place in range(3)),
    *(("zh", CHINESE * (4 + place)) for place in range(2)),
    ("de", " ".join(" ".join(GERMAN).split()[:30])),  # too few words
]


@pytest.fixture(scope="module")
def second_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A softmax model whose labels are those of FLORES-200, and which says Dutch where the text is German."""
    folder = tmp_path_factory.mktemp("model")
    lines, path = folder / "lines.txt", folder / "flores.bin"
    labelled = [("nld_Latn", GERMAN), ("fra_Latn", FRENCH), ("zho_Hans", [CHINESE]), ("zho_Hant", ["靜靜的河"])]
    lines.write_text("".join(f"__label__{label} {text}\n" * 20 for label, texts in labelled for text in texts))
    given = {
        "dim": 16,
        "epoch": 40,
        "minn": 1,
        "maxn": 3,
        "bucket": 4_000,
        "thread": 1,
        "verbose": 0,
        "loss": "softmax",
    }
    fasttext.train_supervised(str(lines), **given).save_model(str(path))
    return path


@pytest.fixture(scope="module")
def work(spark: SparkSession, second_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Work:
    folder = tmp_path_factory.mktemp("languages")
    rows = [
        {"id": number, "text": text, "url": f"http://site{number}.example/"} for number, (_, text) in enumerate(PAGES)
    ]
    (folder / "texts.jsonl").write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))
    changes = ["archives.num_shards=1", "language.wanted=[de, fra_Latn, zh]", f"language.second_model={second_model}"]
    changes += ["fuzzy.enabled=false", "spans.enabled=false", "language.min_scores={zh: 0.9}"]
    settings = load_settings(changes=[*changes, ONE_WAVE, "spark.master=local[2]"])
    warehouse = tmp_path_factory.mktemp("languages tables") / "tables"
    made = Work(spark, settings, fingerprints(settings), str(warehouse), "LANGUAGES", recipe="winnow")
    with planned_once(spark), Progress(spark) as progress:
        run_crawl(made, *find_archives([str(folder)], None), progress)
    return made


def pages(work: Work) -> dict[str, dict[str, Any]]:
    return {str(row["url"]): row for row in rows_of(Path(work.warehouse), "pages")}


def test_pages_have_three_languages_and_the_vote_of_the_second_model(work: Work) -> None:
    found = pages(work)
    for number, (label, _) in enumerate(PAGES):
        row = found[f"http://site{number}.example/"]
        first = {"language": language_of(label), "score": row["language_score"]}
        assert (row["language"], row["languages"][0]) == (label, first)
        assert 1 <= len(row["languages"]) <= 3
        scores = [one["score"] for one in row["languages"]]
        assert scores == sorted(scores, reverse=True)
        assert row["second_language"] == {"de": "nld_Latn", "fr": "fra_Latn", "zh": "cmn_Hani"}[label]


def command(work: Work, *arguments: object) -> Any:
    return called(*arguments, "--warehouse", work.warehouse, check=True)


def test_tune_counts_one_language_by_its_own_bounds(work: Work, tmp_path: Path) -> None:
    saved = tmp_path / "mine.yaml"
    asked = ("tune", "--language", "de", "--set", "rules.gopher_short_words.min=50", "--sweep")
    told = command(work, *asked, "gopher_short_words.min=1,50", "--save", saved, "--json")
    found = json.loads(told.stdout)
    measured = [row for row in rows_of(Path(work.warehouse), "measures") if row["language"] == "de"]
    assert found["tuned"]["measured"]["pages"] == len(measured) == 5
    assert found["tuned"]["after"]["pages"] == 0
    assert found["tuned"]["lost"]["pages"] == found["tuned"]["before"]["pages"] == 4
    assert [step["kept"]["pages"] for step in found["sweeps"][0]["steps"]] == [4, 0]
    rules = {rule.reason: rule for rule in rules_of(load_settings(str(saved)))}
    before = {rule.reason: rule for rule in rules_of(work.settings)}
    short = "gopher_short_words"
    assert rules[short].for_language("de").min == 50  # type: ignore[union-attr]
    assert rules[short].for_language("de").max == before[short].for_language("de").max  # type: ignore[union-attr]
    for label in ("fr", "zh"):
        assert rules[short].for_language(label) == before[short].for_language(label)


def test_tune_knows_the_languages_of_the_warehouse(work: Work) -> None:
    said = called("tune", "--warehouse", work.warehouse, "--language", "xx")
    assert said.returncode == 2
    assert "--language xx: no measured page has this language. Known here: de, fr, zh" in said.stderr


def test_explain_says_where_bounds_come_from(work: Work) -> None:
    told = command(work, "explain", "http://site7.example/").stdout
    assert "gopher_long_words: mean_word_chars is" in told
    assert "(of cmn_Hani, by fineweb2.tsv)" in told
    (life,) = json.loads(command(work, "explain", "http://site7.example/", "--json").stdout)
    sources = {one["rule"]["reason"]: one["source"] for one in life["judged"]}
    assert sources["gopher_long_words"] == "of cmn_Hani, by fineweb2.tsv"
    assert "" in sources.values()
    judged = {one["rule"]["reason"] for one in life["judged"]}
    assert judged.isdisjoint(life["not_judging"])
    assert judged | set(life["not_judging"]) == {rule.reason for rule in rules_of(work.settings)}


def test_the_funnel_names_each_language(work: Work) -> None:
    from winnow.report.funnel import show_crawl
    from winnow.scopes.funnel import count_languages

    found = {one.language: one for one in count_languages(work)}
    assert {label: one.pages for label, one in found.items()} == {"de": 5, "fr": 3, "zh": 2}
    assert found["de"].measured == 5
    assert found["de"].passing == 4
    documents = [row["language"] for row in rows_of(Path(work.warehouse), "documents")]
    assert {label: one.documents for label, one in found.items()} == {
        label: documents.count(label) for label in ("de", "fr", "zh")
    }
    show_crawl(work)


def test_the_report_draws_thresholds_of_each_language(work: Work, tmp_path: Path) -> None:
    from winnow.settings.kernel_settings import rules_of as rules

    command(work, "report", "-o", tmp_path / "all.html")
    whole = (tmp_path / "all.html").read_text()
    command(work, "report", "--language", "zh", "-o", tmp_path / "zh.html")
    chinese = (tmp_path / "zh.html").read_text()
    for label in ("de", "fr", "zh"):
        assert f'id="language-LANGUAGES-{label}"' in whole
        assert (f'id="language-LANGUAGES-{label}"' in chinese) == (label == "zh")
    longest = next(rule for rule in rules(work.settings) if rule.reason == "gopher_long_words").for_language("zh")
    assert longest is not None
    drawn = chinese[chinese.index('id="language-LANGUAGES-zh"') :]
    assert (
        f"at most {longest.max:g}"
        in drawn[: drawn.index("</details></section>") if "</details></section>" in drawn else None]
    )
    said = called("report", "--warehouse", work.warehouse, "--language", "xx", "-o", tmp_path / "none.html")
    assert "--language xx: no measured page has this language. Known here: de, fr, zh" in said.stderr


def test_bounds_from_the_scores_of_a_crawl(work: Work, tmp_path: Path) -> None:
    saved = tmp_path / "scores.yaml"
    command(work, "languages", "--save", saved, "--min-pages", 3)
    made = yaml.safe_load(saved.read_text())
    assert made.keys() == {"de", "fr"}
    for label, bound in made.items():
        scores = sorted(round(row["language_score"], 4) for row in pages(work).values() if row["language"] == label)
        middle = (scores[len(scores) // 2] + scores[(len(scores) - 1) // 2]) / 2
        mean = sum(scores) / len(scores)
        deviation = (sum((score - mean) ** 2 for score in scores) / len(scores)) ** 0.5
        assert bound == pytest.approx(max(0.3, min(0.9, middle - deviation)), abs=1e-4)
    settings = load_settings(changes=["language.wanted=[de, fr]", f"language.min_scores={saved}"])
    assert fingerprints(settings)["pages"] != fingerprints(load_settings(changes=["language.wanted=[de, fr]"]))["pages"]
