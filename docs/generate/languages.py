"""docs/languages.md: what is known of each language, and from where."""

from __future__ import annotations

from docs.generate.markdown import code, page
from winnow.export.markdown import table
from winnow.kernels.measures.metrics import STOP_WORDS
from winnow.kernels.text.words import CHARACTERS, ICU, JIEBA, LOCALES, is_unspaced
from winnow.settings.by_language import known_languages, language_labels, language_names
from winnow.settings.load import load_settings

_INTRO = """\
Name the languages that you want, one or a hundred; every page is then judged by what is known of its language:

    winnow run archives/ --crawl CC-MAIN-2024-22 --warehouse tables/ --set 'language.wanted=[zh, ja, de]'

The files are in `conf/languages`. `winnow.yaml` is what the default recipe knows (`by_language`), `fineweb2.yaml`
FineWeb2's rules as published. Both read `fineweb2.tsv`: bounds and stop words of 1,929 languages, made by
`python -m winnow.setup.language_bounds` from the published files, whose commit it names. `labels.tsv` says which
language each label of lid.176 is. A model with other labels (`language.model`) may give ISO 639-3 and script, as in
`cmn_Hani`: they are understood too.

English has the numbers of the rules themselves. A language without published numbers is judged only by rules that count
no words. Before it starts, a run tells which rules judge no page of a wanted language."""
_WORDS = """\
Words stand between white space, but in scripts that have none between words:

- Chinese (and Cantonese, Wu, Classical Chinese): jieba's words, by the package rjieba, which is always installed.
- Japanese, Thai, Lao, Khmer, Burmese: the dictionaries of ICU, by the package icu4py, which
  `pip install 'winnow[languages]'` installs, on every worker too.
- other languages in these scripts, and the five without icu4py: characters. Rules that count words do not judge them.

The text is cut once for each page. A line that line corrections cut loses words in proportion to its characters, and so
does a document whose repeated spans were cut. Tibetan counts what stands between white space."""
_CHINESE = """\
Chinese has, beside FineWeb2's bounds and stop words (`cmn_Hani`):

- Line corrections. Nobody publishes RefinedWeb's for Chinese. The labels in `conf/languages/winnow.yaml` are those that
  Chinese sites use for what the English lists name (counters, sign-in, read more, cart), in both scripts. They were
  gathered from the 62 news pages of 31 sites in the tests of github.com/GeneralNewsExtractor/GeneralNewsExtractor
  (commit 3d5a67c), where 29 of them stand as texts of elements, 评论, 收藏, 回复 and 加载更多 on most pages. The others
  are their traditional forms, and labels of shops and forums, of which 次阅读, 条评论, 阅读全文 and 加入购物车 were
  looked up in public source files. 上一篇 (previous article) is a label too, but a title follows it: it was left out. A
  counter may stand before its number or behind it, without white space.
- Near duplicates and repeated spans by characters: shingles of five, spans of 50. Traditional characters count as
  simplified ones (`fuzzy.simplify`), so that a page in both scripts is one. The text that is kept keeps its script."""
_TABLE = """\
*Bounds* and *stop words* are FineWeb2's. Where words are `icu`, they are characters without that package."""


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
