"""Every metric of a page by name: what it is, and where it stands in the row that the kernels fill.

A family is a named tuple. Its fields are the metrics, its docstring defines them, and its one instance holds their
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


class Gopher(NamedTuple):
    """Quality of the text before line corrections.

    Every metric is 0.0 where its denominator is empty; nothing is null or NaN. Words are whitespace words; lines are
    those with at least one word.

        char_count                  code points, with newlines normalised
        word_count                  words
        line_count                  lines
        mean_word_chars             characters of a word, on average
        hash_to_word_ratio          "#" for each word, unbounded
        ellipsis_to_word_ratio      "..." (not overlapping) and "…" for each word, unbounded
        bullet_line_fraction        lines whose first character but white space is one of • ● * -; [0, 1]
        ellipsis_line_fraction      lines that end in "..." or "…", white space aside; [0, 1]
        alphabetic_word_fraction    words with at least one alphabetic character (`str.isalpha`); [0, 1]
        stop_word_count             how many of the, be, to, of, and, that, have, with occur as words, in any case and
                                    with what is not `\\w` taken off the word's ends; 0 to 8
    Source: Rae et al. 2021, appendix A.1.
    Differs: datatrove counts spaCy tokens, only "•" and "-" as bullets, empty lines as lines, and "The" as no stop
    word; DCLM adds the two symbol ratios up and counts every occurrence of a stop word.
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
    """Shares of the text before line corrections that repeat themselves.

    Every metric is 0.0 where its denominator is empty or the text has fewer words than n; nothing is null or NaN.
    n-grams are sequences of whitespace words, compared exactly, case and punctuation included.

        duplicate_line_fraction          lines equal to an earlier line, of all lines; lines are what stands between
                                         runs of newlines, an empty one where a run begins or ends the text; [0, 1]
        duplicate_line_char_fraction     characters of these lines, of all characters of the text; [0, 1]
        duplicate_paragraph_fraction     paragraphs equal to an earlier one, of all paragraphs; one is what stands
                                         between two or more newlines of the stripped text; [0, 1]
        duplicate_paragraph_char_fraction  characters of these paragraphs, of all characters of the text; [0, 1]
        copied_line_fraction             lines that occur more than once, the first copy too, of all lines; lines are
                                         stripped, and blank ones left out; [0, 1]
        copied_line_char_fraction        characters of these lines, of the characters of all lines that count; [0, 1]
        copied_paragraph_fraction        paragraphs that occur more than once, the first copy too, of all paragraphs;
                                         [0, 1]
        copied_paragraph_char_fraction   characters of these paragraphs, of the characters of all paragraphs; [0, 1]
        top_{2,3,4}_gram_ratio           word characters of the most frequent n-gram times its occurrences, of all word
                                         characters; 0.0 where none occurs twice; of equally frequent ones the longest;
                                         above 1 where occurrences overlap
        duplicate_{5..10}_gram_fraction  word characters inside any n-gram that occurs more than once, the first copy
                                         too, each counted once, of all word characters; [0, 1]
        top_{2,3,4}_gram_text_ratio      characters, one space between words, of the most frequent n-gram times its
                                         occurrences, of all characters of the text; of equally frequent ones the
                                         earliest, even where it occurs once; above 1 where occurrences overlap
        repeated_{5..10}_gram_fraction   word characters of n-grams seen before, read from the left and jumping over
                                         each one, of all characters of the text: the first copy is not counted; [0, 1]

    Source: Rae et al. 2021, table A1, which does not say whether the first copy counts. `copied_*`, `top_*_gram_ratio`
    and `duplicate_*_gram_fraction` count it, as DCLM and RedPajama-v2 do; the others do not, as datatrove 0.10 does.
    Differs: words are split at white space (datatrove: spaCy tokens; DCLM: uniseg words without punctuation), and
    `repeated_*` compares word by word (datatrove joins them, so that "ab c" equals "a bc").
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


class Corrections(NamedTuple):
    """What line corrections (`measure.lines`) took away, and what they left.

        flagged_word_fraction                  words of lines dropped or cut, of all words before; a line counts whole
                                               even where only a part is cut; [0, 1]
        removed_word_fraction                  words that line corrections took away, of all words before; [0, 1]
        corrected_char_count                   code points of the corrected text, marks and all
        corrected_word_count                   whitespace words of the same

    Source: flagged and removed words are the two readings of RefinedWeb's 5 % rule (Penedo et al. 2023, appendix G.2,
    section 3.2), measured after repetition and quality as RefinedWeb does.
    Differs: DCLM, which reads the rule as removed words, leaves punctuation out when it counts them.
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
    Differs: with `lines: c4` the second and third are counted where clean_page looks, which is among the lines that the
    rules before them left (`c4_lines.correct_c4`), not here. Case is lowered one character at a time.
    Oracle: tests/reference/c4.py.
    """

    c4_sentence_count: int
    c4_lorem_ipsum_count: int
    c4_curly_bracket_count: int
    c4_bad_word_count: int


class FineWeb(NamedTuple):
    """FineWeb's three custom metrics of the text after line corrections, and one that datatrove adds.

    Lines are those with at least one word, as they stand, not stripped. Everything is 0.0 for a text without words.

        fineweb_punctuated_line_fraction    lines that end in a Sentence_Terminal character; [0, 1]
        fineweb_short_line_fraction         lines of 30 characters at most; [0, 1]
        fineweb_duplicate_char_fraction     characters of lines equal to an earlier one, of all but newlines; [0, 1]
        fineweb_newline_to_word_ratio       newlines for each whitespace word, unbounded; not in the paper
    Source: Penedo et al. 2024, section 3.6; definitions of datatrove 0.10.
    Differs: datatrove calls its set of marks terminal punctuation; it is Unicode's Sentence_Terminal (no comma, no
    colon) of an earlier version, and three Khmer marks. Oracle: tests/reference/fineweb.py.
    """

    fineweb_punctuated_line_fraction: int
    fineweb_short_line_fraction: int
    fineweb_duplicate_char_fraction: int
    fineweb_newline_to_word_ratio: int


# By its heading in docs/metrics.md.
FAMILIES: dict[str, type[Gopher | Repetition | Corrections | C4 | FineWeb]] = {
    "Quality": Gopher,
    "Repetition": Repetition,
    "Line corrections": Corrections,
    "C4": C4,
    "FineWeb": FineWeb,
}
METRICS: tuple[str, ...] = tuple(name for family in FAMILIES.values() for name in family._fields)

GOPHER = Gopher(*map(METRICS.index, Gopher._fields))
REPETITION = Repetition(*map(METRICS.index, Repetition._fields))
CORRECTIONS = Corrections(*map(METRICS.index, Corrections._fields))
C4_PAGE = C4(*map(METRICS.index, C4._fields))
FINEWEB = FineWeb(*map(METRICS.index, FineWeb._fields))


def places_of(names: str, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The places of the metrics that `top_{}_gram_ratio` names with each of these sizes."""
    return tuple(METRICS.index(names.format(size)) for size in sizes)
