"""docs/languages.md: what is known about each language, and where it comes from."""

from __future__ import annotations

from docs.generate.hard_languages import hard_table
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
of each label of lid.176.

English uses the numbers of the rules themselves. In the default recipe, no language's bound on repeated text is
stricter than that of English: a stricter one only shows that pages of this language in FineWeb2's crawl repeat
themselves less. In a language without published numbers, only rules that count no words judge pages. Before a run
starts, it lists the rules that will judge no page of a wanted language."""
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
_MEASURED = """\
By `python -m benchmarks.languages`, with all languages wanted at once ([benchmarks.md](benchmarks.md) has every rule's
share). *Odd* is the half of the pages whose URL has an odd hash. One choice was made after looking at rejected pages of
both halves: no bound on repeated text is stricter than for English. So neither half is independent of it. Intervals are
Wilson's, 95 %.

| pages | rejected by the default | 95 % | odd half |
| --- | ---: | ---: | ---: |
| translations of one declaration | 1 of 95 | 0.2 to 5.7 % | 1 of 51 |
| documentation, French | 7 of 75 | 4.6 to 18.0 % | 2 of 33 |
| documentation, German | 1 of 63 | 0.3 to 8.5 % | 0 of 32 |
| documentation, Spanish | 3 of 52 | 2.0 to 15.6 % | 0 of 17 |
| documentation, Russian | 0 of 44 | 0.0 to 8.0 % | 0 of 19 |
| documentation, Japanese | 0 of 25 | 0.0 to 13.3 % | 0 of 19 |
| documentation, Korean | 1 of 17 | 1.0 to 27.0 % | 1 of 9 |
| documentation, Italian, Portuguese, Catalan, Swedish, Indonesian | 0 of 61 | 0.0 to 5.9 % | 0 of 31 |
| technical pages, Chinese (pages_zh_oiwiki) | 6 of 96 | 2.9 to 13.0 % | 1 of 47 |
| documentation, Chinese | 0 of 14 | 0.0 to 21.5 % | 0 of 6 |
| articles, Chinese (NodeBE4/oped2) | 7 of 373 | 0.9 to 3.8 % | 3 of 191 |
| news pages, Chinese (GeneralNewsExtractor) | 3 of 62 | 1.7 to 13.3 % | 2 of 30 |
| clean texts of ChineseWebText | 2 of 10 | 5.7 to 51.0 % | 1 of 5 |
| dirty texts of ChineseWebText | 2 of 10 | 5.7 to 51.0 % | 1 of 4 |
| its crawl 2021-43: lists | 11 of 22 | 30.7 to 69.3 % | 8 of 11 |
| its crawl 2021-43: spam | 3 of 22 | 4.7 to 33.3 % | 2 of 11 |
| its crawl 2021-43: neither | 5 of 56 | 3.9 to 19.3 % | 2 of 28 |
| what extraction leaves out of Chinese pages | 220 of 507 | 39.1 to 47.7 % | 104 of 248 |
| descriptions of videos, Chinese (NodeBE4/society) | 11 of 179 | 3.5 to 10.7 % | 8 of 90 |

- The rejected translation is in Telugu: it has one of Telugu's nine stop words, and the rule requires two.
- **The rules do not find most dirty Chinese texts.** They reject 16 of the 54 texts that were labelled dirty, and 43 %
  of what extraction leaves out. The target was 80 %. Spam in full sentences passes every rule about form; it needs a
  model.
- FineWeb2's bounds for Chinese lines (`rule_files=[gopher, refinedweb_lines, fineweb]`, `by_language=fineweb2`) reject
  78 % of what is left out and 87 % of the descriptions, but also 32 % of the news pages and 32 % of the technical ones.
  Its bound on punctuated lines alone would reject 63 % of what is left out, 87 % of the descriptions, 16 % of the
  news pages and 14 % of the technical ones. Neither is in the default. (Here, what is left out is 530 texts, which
  include those of English pages of oped2.)

The repositories are CASIA-LM/ChineseWebText at aa459c4 (`fasttext/data`; each text of `2021-43` was labelled by its
beginning, middle and end before any rule was run), GeneralNewsExtractor/GeneralNewsExtractor at 3d5a67c (62 pages
of 31 sites), NodeBE4/oped2 at 17cab52 (the first 400 by a hash of their name; those that are Chinese) and
NodeBE4/society at 92a7247 (of the first 1,500, those of 200 characters or more).

**Near duplicates in Chinese** (`python -m benchmarks.chinese_near_duplicates`): of 606 planted pairs of 500 characters,
393 have a Jaccard similarity of 0.8 or more. All of these are found (99.0 to 100 %), including 199 pages
in both scripts, converted by OpenCC. Every dropped page has at least this similarity to the page that is kept.

**Cost.** A Chinese page of 3,000 characters takes 0.37 ms of CPU for its words (rjieba) and 0.47 ms for all metrics, at
a load of 4 on two cores. At a load of 14 it takes 0.57 ms and 0.56 ms. Judging 200,000 pages with the bounds of 1,929
languages takes 0.99 times as long as with those of English, and 1.8 times as long as with those of 100 languages
(`python -m benchmarks.judging`, load 6)."""
_CHARSETS = """\
Share of pages that are decoded correctly, by `python -m benchmarks.charsets --by-charset`. *Files* are those of
the corpus, unchanged. The other pages are generated from translations of one declaration, whole and in pieces of 200
characters or more. They declare their character set, another one, or nothing.

| | character set | files | generated | declared | header UTF-8, meta right | another declared | nothing declared |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
| Chinese | gb2312 | | 20 | 1.000 | 1.000 | 1.000 | 1.000 |
| | gbk | | 40 | 1.000 | 1.000 | 1.000 | 1.000 |
| | gb18030 | 20 of 20 | 40 | 1.000 | 1.000 | 1.000 | 1.000 |
| | big5 | 26 of 26 | 20 | 1.000 | 1.000 | 1.000 | 1.000 |
| Japanese | shift_jis | 33 of 33 | 24 | 1.000 | 1.000 | 0.958 | 1.000 |
| | euc-jp | 28 of 29 | 24 | 1.000 | 1.000 | 0.917 | 1.000 |
| | iso-2022-jp | 1 of 1 | 24 | 1.000 | 1.000 | 1.000 | 1.000 |
| Korean | euc-kr | 33 of 33 | 26 | 1.000 | 1.000 | 1.000 | 1.000 |
| Cyrillic | windows-1251 | 35 of 35 | 127 | 1.000 | 1.000 | 0.976 | 1.000 |
| | iso-8859-5 | 31 of 31 | 127 | 1.000 | 1.000 | 1.000 | 1.000 |
| | koi8-r | 20 of 20 | 85 | 1.000 | 1.000 | 0.988 | 1.000 |
| | koi8-u | | 127 | 1.000 | 1.000 | 0.669 | 0.669 |
| | x-mac-cyrillic | 17 of 17 | 127 | 1.000 | 1.000 | 0.646 | 0.772 |
| | ibm866 | 18 of 18 | 85 | 1.000 | 1.000 | 0.941 | 1.000 |
| Thai | windows-874 | 6 of 6 | 76 | 1.000 | 1.000 | 0.947 | 1.000 |
| Vietnamese | windows-1258 | | 45 | 1.000 | 1.000 | 1.000 | 1.000 |
| Arabic | windows-1256 | 1 of 1 | 34 | 1.000 | 1.000 | 1.000 | 1.000 |
| | iso-8859-6 | 1 of 1 | 34 | 1.000 | 1.000 | 1.000 | 1.000 |

KOI8-U without a declaration is read as KOI8-R, which lacks the letters that only Ukrainian has. A third of these pages
are Ukrainian. Mac Cyrillic is mistaken for another set more often than any other set."""
_TRIAGE = """\
Triage (`language.triage`) is on by default for languages of which `python -m benchmarks.triage` kept at least 200
pages, if the upper bound of the lost share is under 2 %. It is also on for German: 141 pages were kept, none was lost.
The corpus has no other language with 200 pages: French has 147, Russian 123, Spanish 116, Japanese 103, Korean 75. So
triage is off for all others. The benchmark takes any folder of archives as `WINNOW_CORPUS`, and reports for each of its
`--languages` whether triage may be on."""
_IDENTIFICATION = """\
The default model is lid.176.ftz. `language.model` names another fastText model by its path: GlotLID, OpenLID, NLLB, or
your own. Its labels become ISO 639-3 and script as GlotLID writes them, without `__label__`; several labels of one
language (`zho_Hans`, `zho_Hant`) become one (`cmn_Hani`), and their scores are added. Tables keep lid.176's own labels
(`zh`). `language.wanted` and `language.min_scores` accept both kinds of labels with any model. Models with softmax, of
words and character n-grams, are mapped into memory: all processes of a machine share one copy. fastText itself scores
other kinds (one-vs-all, word n-grams, a quantized output), with a copy in each process; a quantized input is unpacked
in each. Scores are those of the library (`python -m benchmarks.language_vs_fasttext` compares them). GlotLID, OpenLID
and NLLB were not at hand: models of their kind are tested that the tests train.

`pages.languages` has the three likeliest languages with their scores. `language.second_model` names another model; its
likeliest language is `pages.second_language`, and it gates nothing.

`language.min_score` holds for every language, `language.min_scores` for single ones, as `{de: 0.7}` or as a file.
`winnow languages --warehouse tables/ --save scores.yaml` makes the file from the scores of a crawl, by FineWeb2's
formula: the median less the standard deviation, at least 0.3 and at most 0.9. FineWeb2's published scores hold for
GlotLID alone."""
_HARD = """\
Some texts whose language is hard to identify, with the three likeliest languages and scores of lid.176.ftz:"""
_HARDER = """\
The model distinguishes Chinese from Japanese, even in two characters and in Japanese without kana. It recognizes
Cantonese only if it is written as it is spoken. One sentence in Croatian, or in Serbian with Latin letters, scores
below 0.65, because similar languages share the score. One in Norwegian is taken for Danish. Lower `language.min_scores`
for such languages, or use a model that knows them. lid.176 has one label for both scripts of Serbian; it becomes
`srp_Cyrl`. A page in two languages has the label of one of them, with a lower score; `pages.languages` names the other
one."""
_LOOKING = """\
- If several languages are wanted, `winnow run` and `winnow report` show how many pages of each are kept. The report
  draws the metrics of the six largest languages with their own thresholds. `--language zh` chooses others; it can be
  repeated.
- `winnow tune --language de --set rules.gopher_short_words.min=3` counts German pages by German bounds. The change
  holds for German alone; `--save` writes it as `rules.gopher_short_words.by_language`.
- `winnow explain` names, for each rule with bounds of the page's own language, the file that has them."""
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
        "Languages",
        _INTRO,
        "## Identification",
        _IDENTIFICATION,
        "## Texts that are hard to identify",
        _HARD,
        hard_table(),
        _HARDER,
        "## Looking at one language",
        _LOOKING,
        "## Words",
        _WORDS,
        "## Chinese",
        _CHINESE,
        "## What was measured",
        _MEASURED,
        "## Character sets",
        _CHARSETS,
        "## Triage",
        _TRIAGE,
        "## What is known",
        _TABLE,
        table(head, rows),
    )


def _words(language: str) -> str:
    if not is_unspaced(language):
        return "white space"
    return JIEBA if "_Han" in language else ICU if language in LOCALES else CHARACTERS
