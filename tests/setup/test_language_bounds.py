"""Published files of a language as rows of the table."""

from __future__ import annotations

from pathlib import Path

from winnow.settings.load import CONF
from winnow.setup.language_bounds import rows

PUBLISHED = """\
dup_line_frac: 0.25
dup_n_grams: [[5, 0.5], [6, 0.4], [7, 0.3], [8, 0.2], [9, 0.1], [10, 0.0]]
language_score: 0.9
line_punct_thr: -1
max_avg_word_length: 12
max_non_alpha_words_ratio: 0.8
min_avg_word_length: 2
new_line_ratio: 0.125
stopwords: [un, "deux trois", "l'"]
top_n_grams: [[4, 1.5], [2, 0.75], [3, 1.25]]
"""


def test_a_row_has_the_published_numbers_and_every_word_without_white_space(tmp_path: Path) -> None:
    for name in ("xxx_Latn", "aaa_Cyrl"):
        (tmp_path / f"{name}.yml").write_text(PUBLISHED)
    head, *found = rows(tmp_path)
    assert [row[0] for row in found] == ["aaa_Cyrl", "xxx_Latn"]
    assert dict(zip(head, found[1], strict=True)) == {
        "language": "xxx_Latn", "language_score": "0.9", "min_avg_word_length": "2", "max_avg_word_length": "12",
        "max_non_alpha_words_ratio": "0.8", "dup_line_frac": "0.25", "line_punct_thr": "-1", "new_line_ratio": "0.125",
        "top_n_grams_2": "0.75", "top_n_grams_3": "1.25", "top_n_grams_4": "1.5", "dup_n_grams_5": "0.5",
        "dup_n_grams_6": "0.4", "dup_n_grams_7": "0.3", "dup_n_grams_8": "0.2", "dup_n_grams_9": "0.1",
        "dup_n_grams_10": "0", "stopwords": "un l'",
    }  # fmt: skip


def test_the_table_has_these_columns_and_every_published_language(tmp_path: Path) -> None:
    lines = (CONF / "languages" / "fineweb2.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == next(rows(tmp_path))
    languages = [line.split("\t")[0] for line in lines[1:]]
    assert len(languages) == 1929
    assert languages == sorted(set(languages))
