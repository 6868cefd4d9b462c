"""All metrics of a page by name: their definitions, and their places in the row that the kernels fill.

A family is a named tuple. Its fields are the metrics, its docstring defines them, and its one instance contains their
places in the row, so that a kernel writes `metrics[GOPHER.word_count]` and mypy knows every name. The order of FAMILIES
and of their fields is the order of `measures.metrics`. Nothing here needs Numba.
"""

from __future__ import annotations

from typing import NamedTuple

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
BULLETS = "•●*-"
SHORT_LINE_CHARS = 30
TOP_SIZES = (2, 3, 4)
DUPLICATE_SIZES = (5, 6, 7, 8, 9, 10)
GRAM_CHARS = 13  # of copied_13_char_fraction


class Gopher(NamedTuple):
    """Quality of the text before line corrections.

    A metric is 0.0 if its denominator is empty; none is null or NaN. Words are separated by white space; only lines
    with at least one word count.

        char_count                  code points, with newlines normalised
        word_count                  words
        line_count                  lines
        mean_word_chars             characters of a word, on average
        hash_to_word_ratio          "#" for each word, unbounded
        ellipsis_to_word_ratio      "..." (not overlapping) and "…" for each word, unbounded
        bullet_line_fraction        lines whose first character, after white space, is one of • ● * -; [0, 1]
        ellipsis_line_fraction      lines that end in "..." or "…", before white space; [0, 1]
        alphabetic_word_fraction    words with at least one alphabetic character (`str.isalpha`); [0, 1]
        stop_word_count             how many of the, be, to, of, and, that, have, with occur as words, in any case and
                                    after `\\W` is removed from the ends of the word; 0 to 8. With `by_language`, the
                                    stop words of the page's language are counted if it has some; combining marks
                                    belong to the word
    Source: Rae et al. 2021, appendix A.1.
    Differs: datatrove counts spaCy tokens, only "•" and "-" as bullets, and empty lines as lines; "The" is not a stop
    word there. DCLM adds the two symbol ratios, and counts all occurrences of stop words.
    Scripts: no-break and ideographic spaces separate words. Characters without width do not: zero-width spaces and
    joiners, word joiners, direction marks and U+FEFF belong to the word beside them, count as its characters, and hide
    a bullet that they precede and an ellipsis that they follow. A combining mark is a character of its word, but is no
    letter: a word of marks alone is not alphabetic, nor is one of digits, of any script. Bullets of other scripts, such
    as · ・ ◦ ■ ※, are none here. A Chinese …… is two ellipses, 。。。 is none.
    Oracle: tests/reference/gopher.py.
    """

    char_count: int
    word_count: int
    line_count: int
    mean_word_chars: int
    hash_to_word_ratio: int
    ellipsis_to_word_ratio: int
    bullet_line_fraction: int
    ellipsis_line_fraction: int
    alphabetic_word_fraction: int
    stop_word_count: int


class Repetition(NamedTuple):
    """Repetition in the text before line corrections.

    A metric is 0.0 if its denominator is empty, or if the text has fewer words than n; none is null or NaN. n-grams are
    sequences of words separated by white space, compared exactly, with case and punctuation.

        duplicate_line_fraction          lines equal to an earlier line, of all lines; runs of newlines separate lines,
                                         and a run at an end of the text gives an empty line there; [0, 1]
        duplicate_line_char_fraction     characters of these lines, of all characters of the text; [0, 1]
        duplicate_paragraph_fraction     paragraphs equal to an earlier one, of all paragraphs; two or more newlines of
                                         the stripped text separate paragraphs; [0, 1]
        duplicate_paragraph_char_fraction  characters of these paragraphs, of all characters of the text; [0, 1]
        copied_line_fraction             lines that occur more than once, with the first copy, of all lines; lines are
                                         stripped, and blank lines left out; [0, 1]
        copied_line_char_fraction        characters of these lines, of the characters of all lines that count; [0, 1]
        copied_paragraph_fraction        paragraphs that occur more than once, with the first copy, of all paragraphs;
                                         [0, 1]
        copied_paragraph_char_fraction   characters of these paragraphs, of the characters of all paragraphs; [0, 1]
        top_{2,3,4}_gram_ratio           word characters of the most frequent n-gram times its occurrences, of all word
                                         characters; 0.0 if none occurs twice; of equally frequent ones the longest;
                                         above 1 if occurrences overlap
        duplicate_{5..10}_gram_fraction  word characters inside n-grams that occur more than once, with the first copy,
                                         each counted once, of all word characters; [0, 1]
        top_{2,3,4}_gram_text_ratio      characters, one space between words, of the most frequent n-gram times its
                                         occurrences, of all characters of the text; of equally frequent ones the
                                         earliest, even if it occurs once; above 1 if occurrences overlap
        repeated_{5..10}_gram_fraction   word characters of n-grams that occurred before, read from the left, continuing
                                         after each; of all characters of the text, without first copies; [0, 1]
        repeated_line_fraction           lines equal to an earlier line, of all lines; lines are stripped, blank ones do
                                         not count; [0, 1]

    Source: Rae et al. 2021, table A1, which does not say whether the first copy counts. `copied_*`, `top_*_gram_ratio`
    and `duplicate_*_gram_fraction` count it, as DCLM and RedPajama-v2 do; the others do not, as datatrove 0.10 does.
    Differs: words are split at white space (datatrove: spaCy tokens; DCLM: uniseg words without punctuation), and
    `repeated_*` compares word by word (datatrove joins them, so that "ab c" equals "a bc").
    Scripts: text is compared code point by code point. Full-width and ASCII digits differ, as do both forms of an
    accented letter if `extract.normalize` is none, and lines that differ only in a direction mark.
    Oracle: tests/reference/gopher.py.
    """

    duplicate_line_fraction: int
    duplicate_line_char_fraction: int
    duplicate_paragraph_fraction: int
    duplicate_paragraph_char_fraction: int
    copied_line_fraction: int
    copied_line_char_fraction: int
    copied_paragraph_fraction: int
    copied_paragraph_char_fraction: int
    top_2_gram_ratio: int
    top_3_gram_ratio: int
    top_4_gram_ratio: int
    duplicate_5_gram_fraction: int
    duplicate_6_gram_fraction: int
    duplicate_7_gram_fraction: int
    duplicate_8_gram_fraction: int
    duplicate_9_gram_fraction: int
    duplicate_10_gram_fraction: int
    top_2_gram_text_ratio: int
    top_3_gram_text_ratio: int
    top_4_gram_text_ratio: int
    repeated_5_gram_fraction: int
    repeated_6_gram_fraction: int
    repeated_7_gram_fraction: int
    repeated_8_gram_fraction: int
    repeated_9_gram_fraction: int
    repeated_10_gram_fraction: int
    repeated_line_fraction: int


class Corrections(NamedTuple):
    """What line corrections (`measure.lines`) removed, and the corrected text.

        flagged_word_fraction                  words of lines dropped or cut, of all words before; all words of a line
                                               count, even if only a part is cut; [0, 1]
        removed_word_fraction                  words that line corrections removed, of all words before; [0, 1]
        corrected_char_count                   code points of the corrected text, with marks
        corrected_word_count                   words of the corrected text

    Source: flagged and removed words are two readings of RefinedWeb's 5 % rule (Penedo et al. 2023, appendix G.2 and
    section 3.2), measured after repetition and quality, as in RefinedWeb.
    Differs: DCLM, which reads the rule as removed words, does not count punctuation.
    Scripts: upper case exists only in scripts with case. Digits are those of any script (`str.isdigit`), so that a line
    of ١٢٣ or १२३ is dropped, but 一二三 are no digits. A line of one word is dropped; Chinese and Japanese lines are
    cut into words first. Text around a counter may be anything that is not `\\w`, among it direction marks.
    """

    flagged_word_fraction: int
    removed_word_fraction: int
    corrected_char_count: int
    corrected_word_count: int


class C4(NamedTuple):
    """C4's page rules on the text after line corrections.

        c4_sentence_count         sentences, line by line (`sentences.count_sentences`)
        c4_lorem_ipsum_count      lines with "lorem ipsum", in any case
        c4_curly_bracket_count    lines with "{"
        c4_bad_word_count         places where a word or phrase of the list begins, in any case, with no `\\w` beside it
    Source: Raffel et al. 2020, section 2.2, and clean_page of tensorflow_datasets.
    Differs: with `lines: c4`, the second and third are counted as in clean_page, among the lines that earlier rules
    keep (`c4_lines.correct_c4`). Case is changed character by character.
    Scripts: sentences end at the Sentence_Terminal characters of all scripts (。 ؟ ۔ । ။ ።) and at …; full-width marks
    need no white space after them. Thai, Lao and Tibetan have none: a line is one sentence. Closing quotes and brackets
    of Latin and CJK text may follow the mark. With `lines: c4` only . ? ! and " end a line.
    Oracle: tests/reference/c4.py.
    """

    c4_sentence_count: int
    c4_lorem_ipsum_count: int
    c4_curly_bracket_count: int
    c4_bad_word_count: int


class FineWeb(NamedTuple):
    """FineWeb's three metrics of the text after line corrections, and one that datatrove adds.

    Only lines with at least one word count; they are not stripped. All metrics are 0.0 for a text without words.

        fineweb_punctuated_line_fraction    lines that end in a Sentence_Terminal character; [0, 1]
        fineweb_short_line_fraction         lines with at most 30 characters; [0, 1]
        fineweb_duplicate_char_fraction     characters of lines equal to an earlier line, of all except newlines; [0, 1]
        fineweb_newline_to_word_ratio       newlines for each word, unbounded; not in the paper
    Source: Penedo et al. 2024, section 3.6; definitions of datatrove 0.10.
    Differs: datatrove's set of terminal punctuation is Sentence_Terminal of an earlier Unicode version (no comma, no
    colon) and three Khmer marks.
    Scripts: the marks of all scripts count (。 ؟ ۔ । ။ ። ։). A line that ends in a quote or bracket after its mark (。”
    。」), in a direction mark, or in white space does not end in one. Thai, Lao and Tibetan have none. A line of 30
    characters is short in any script, though in Chinese it has as many words as 50 characters of English.
    Oracle: tests/reference/fineweb.py.
    """

    fineweb_punctuated_line_fraction: int
    fineweb_short_line_fraction: int
    fineweb_duplicate_char_fraction: int
    fineweb_newline_to_word_ratio: int


class Chinese(NamedTuple):
    """What recipes for Chinese measure.

    All but the last are of the text before line corrections, and 0.0 if it has no character U+4E00 to U+9FA5: other
    texts pay for one look at each character. None is null or NaN. Words are those of jieba in pages of Chinese.

        han_char_fraction            characters U+4E00 to U+9FA5, of all characters; [0, 1]
        traditional_char_count       characters that OpenCC simplifies and that GB 2312 lacks
        mean_line_chars              characters, newlines among them, for each line, blank ones among them
        copied_13_char_fraction      13-grams of characters that occur more than once, all copies counted, of all
                                     13-grams; white space is left out, case ignored; [0, 1]
        bad_word_to_line_ratio       how many different phrases of the list occur, in any case, also inside words, for
                                     each line, unbounded
        bad_word_char_ratio          characters of all copies of these phrases, of all characters; copies of one phrase
                                     do not overlap, those of different ones may, unbounded
        bracketed_char_fraction      characters between 【 and the next 】 of the line, of all characters; [0, 1]
        map_cc_sentence_count        stretches with more than white space between the marks . ! … ? ; " and their wide
                                     forms 。 ！ ？ ； “ ”
        mean_bare_word_chars         `\\w` characters of a word that has one, on average
        hash_run_to_char_ratio       runs of # or ＃, for each character
        ellipsis_run_to_char_ratio   runs of "…", and of two or more full stops (. or 。), for each character
        digit_char_fraction          digits, of the characters that are `\\w` or white space; [0, 1]
        more_line_fraction           lines that end in readmore, 展开 or 更多, of all lines; an empty last line does not
                                     count; [0, 1]
        map_cc_bullet_line_fraction  lines that begin with one of • ● ○ ■ □ ▪ ▫ ※ · ➢ ‣ ▶ ◀ ◦ –, of all lines; as
                                     above; [0, 1]
        distinct_char_fraction       different characters, of all characters; [0, 1]
        char_entropy                 entropy of the distribution of characters
        corrected_line_count         lines of the corrected text with at least one word
    Source: ChineseWebText (arXiv 2311.01149), preprocess.py, for the first five; MAP-Neo, Chinese filter.py, for
    brackets to entropy; the Chinese scripts of c4-dataset-script for characters of bad words, and lines left.
    Differs: ChineseWebText leaves out the last 13-gram, and counts every character that zhconv changes as traditional,
    in context. MAP-Neo counts after NFKC, and separates words after punctuation is taken out. Both match the case of
    listed words. Oracle: tests/reference/chinese.py.
    """

    han_char_fraction: int
    traditional_char_count: int
    mean_line_chars: int
    copied_13_char_fraction: int
    bad_word_to_line_ratio: int
    bad_word_char_ratio: int
    bracketed_char_fraction: int
    map_cc_sentence_count: int
    mean_bare_word_chars: int
    hash_run_to_char_ratio: int
    ellipsis_run_to_char_ratio: int
    digit_char_fraction: int
    more_line_fraction: int
    map_cc_bullet_line_fraction: int
    distinct_char_fraction: int
    char_entropy: int
    corrected_line_count: int


# By its heading in docs/metrics.md.
FAMILIES: dict[str, type[Gopher | Repetition | Corrections | C4 | FineWeb | Chinese]] = {
    "Quality": Gopher,
    "Repetition": Repetition,
    "Line corrections": Corrections,
    "C4": C4,
    "FineWeb": FineWeb,
    "Chinese": Chinese,
}
METRICS: tuple[str, ...] = tuple(name for family in FAMILIES.values() for name in family._fields)

GOPHER = Gopher(*map(METRICS.index, Gopher._fields))
REPETITION = Repetition(*map(METRICS.index, Repetition._fields))
CORRECTIONS = Corrections(*map(METRICS.index, Corrections._fields))
C4_PAGE = C4(*map(METRICS.index, C4._fields))
FINEWEB = FineWeb(*map(METRICS.index, FineWeb._fields))
CHINESE = Chinese(*map(METRICS.index, Chinese._fields))


def places_of(names: str, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The places of the metrics that `top_{}_gram_ratio` names with each of these sizes."""
    return tuple(METRICS.index(names.format(size)) for size in sizes)
