"""docs/languages.md: what is known about each language, and where it comes from."""

from __future__ import annotations

from docs.generate.markdown import code, page
from winnow.export.markdown import table
from winnow.kernels.measures.metrics import STOP_WORDS
from winnow.kernels.text.words import CHARACTERS, ICU, JIEBA, LOCALES, is_unspaced
from winnow.settings.by_language import known_languages, language_labels, language_names
from winnow.settings.load import load_settings

_INTRO = """\
Name the languages that you want, one or a hundred. winnow then judges every page by the numbers of its language:

    winnow run archives/ --crawl CC-MAIN-2024-22 --warehouse tables/ --set 'language.wanted=[zh, ja, de]'

The files are in `conf/languages`. The default recipe uses `winnow.yaml` (setting `by_language`). `fineweb2.yaml` has
the rules of FineWeb2 as published. Both read `fineweb2.tsv`, which has bounds and stop words of 1,929 languages;
`python -m winnow.setup.language_bounds` makes it from a commit of the published files. `labels.tsv` gives the language
of each label of lid.176. Another model (`language.model`) may use labels of ISO 639-3 and script, such as `cmn_Hani`.

English uses the numbers of the rules themselves. In a language without published numbers, only rules that count no
words judge pages. Before a run starts, it lists the rules that will judge no page of a wanted language."""
_WORDS = """\
White space separates words. Some scripts have no white space between words; there, the language decides:

- Chinese, Cantonese, Wu and Classical Chinese: words of jieba (package rjieba, always installed).
- Japanese, Thai, Lao, Khmer and Burmese: words from the dictionaries of ICU (package icu4py). Install it also on every
  worker, with `pip install 'winnow[languages]'`.
- Other languages in these scripts, and these five without icu4py: every character is a word. Rules that count words do
  not judge these pages.

Each text is cut into words once. If line corrections or repeated spans remove a part of a text, its word count falls in
proportion to the characters. In Tibetan, the text between white space counts as a word."""
_CHINESE = """\
Besides FineWeb2's bounds and stop words (`cmn_Hani`), Chinese has:

- Line corrections. RefinedWeb's are published for English only. `conf/languages/winnow.yaml` lists the labels that
  Chinese sites use for the same things (counters, sign-in, read more, cart), in both scripts. They were collected from
  62 news pages of 31 sites, in the tests of github.com/GeneralNewsExtractor/GeneralNewsExtractor (commit 3d5a67c). 29
  labels occur there as texts of elements; 评论, 收藏, 回复 and 加载更多 occur on most pages. The others are their
  traditional forms, and labels of shops and forums; 次阅读, 条评论, 阅读全文 and 加入购物车 were looked up in public
  source files. 上一篇 (previous article) was left out, because a title follows it. A counter may come directly before
  or after its number, without white space.
- Near duplicates and repeated spans of characters: shingles of 5 characters, spans of 50. Traditional characters count
  as simplified ones (`fuzzy.simplify`), so a page is a copy of itself in the other script. Texts are not converted."""
_TABLE = """\
*Bounds* and *stop words* are FineWeb2's. Without the package icu4py, `icu` in the column *words* means characters."""


def languages_page() -> str:
    """The page."""
    known = known_languages(load_settings().by_language)
    assert known is not None
    rows = [
        (
            code(label), language_names()[label], code(language),
            "the rules' own" if label in known.own else "yes" if known.says_of(label) else "none",
            str(len(STOP_WORDS if label in known.own else known.words_of(label))), _words(language),
        )
        for label, language in sorted(language_labels().items())
    ]  # fmt: skip
    head = ("label", "language", "ISO 639-3 and script", "bounds", "stop words", "words")
    return page(
        "Languages", _INTRO, "## Words", _WORDS, "## Chinese", _CHINESE, "## What is known", _TABLE, table(head, rows)
    )


def _words(language: str) -> str:
    if not is_unspaced(language):
        return "white space"
    return JIEBA if "_Han" in language else ICU if language in LOCALES else CHARACTERS
