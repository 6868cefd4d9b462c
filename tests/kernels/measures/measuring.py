"""Settings for the tests of metrics, and the metrics of a text by the slow oracles."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, Literal

from hypothesis import strategies as st

from tests.reference import c4, chinese, fineweb, gopher, refinedweb_lines
from winnow.kernels.measures.measure import Compiled, compile_settings, measure_text
from winnow.kernels.measures.measure_settings import C4Lines, MeasureSettings, RefinedWebLines

Mode = Literal["none", "refinedweb", "c4", "c4_zh"]
MODES: tuple[Mode, ...] = ("none", "refinedweb", "c4", "c4_zh")

REFINEDWEB = RefinedWebLines(
    upper_fraction=0.5,
    short_words=10,
    counters=("like", "likes", "share", "shares", "people like this"),
    begin=("sign-in",),
    end=("read more...", "more..."),
    anywhere=("items in cart", "items"),
    free_counters=("赞", "阅读", "次阅读", "条评论"),
)
C4 = C4Lines(
    terminal_punctuation=True,
    min_line_words=5,
    max_word_chars=1000,
    bad_words=("darn", "what the heck", "f**", "猫", "猫猫咪"),
)
SETTINGS = MeasureSettings(lines="none", whole_code=False, own_text=False, refinedweb=REFINEDWEB, c4=C4)

compiled = cache(compile_settings)


def settings(lines: Mode, **c4_changes: Any) -> MeasureSettings:
    return replace(SETTINGS, lines=lines, c4=replace(C4, **c4_changes))


def corrected(text: str, lines: Mode, **c4_changes: Any) -> str:
    return measure_text(text, compiled(settings(lines, **c4_changes)))[0]


def measured(text: str, lines: Mode = "none", **c4_changes: Any) -> dict[str, float]:
    return measure_text(text, compiled(settings(lines, **c4_changes)))[1]


def expected(text: str, wanted: MeasureSettings) -> tuple[str, dict[str, float]]:
    """The text and metrics by the oracles of tests/reference."""
    text = gopher.with_plain_newlines(text)
    after, flagged, counts = text, 0, {}
    if wanted.lines == "refinedweb":
        left = refinedweb_lines.correct(text, wanted.refinedweb)
        after, flagged = left.text, left.flagged_words
    elif wanted.lines == "c4":
        cleaned = c4.clean(text, wanted.c4)
        after, flagged = cleaned.text, cleaned.flagged_words
        counts = {"c4_lorem_ipsum_count": cleaned.lorem_ipsum, "c4_curly_bracket_count": cleaned.curly_bracket}
    elif wanted.lines == "c4_zh":
        after, flagged = chinese.clean(text)
    words, words_after = len(text.split()), len(after.split())
    return after, {
        **gopher.quality(text),
        **gopher.repetition(text),
        "flagged_word_fraction": gopher.share(flagged, words),
        "removed_word_fraction": gopher.share(words - words_after, words),
        "corrected_char_count": len(after),
        "corrected_word_count": words_after,
        "c4_sentence_count": sum(map(c4.sentence_count, after.split("\n"))),
        "c4_lorem_ipsum_count": sum("lorem ipsum" in refinedweb_lines.lowered(line) for line in after.split("\n")),
        "c4_curly_bracket_count": sum("{" in line for line in after.split("\n")),
        "c4_bad_word_count": c4.bad_word_count(after, wanted.c4.bad_words),
        **fineweb.measure(after),
        **chinese.measure(text, after, wanted.c4.bad_words),
        **counts,
    }


def differences(text: str, wanted: Compiled, by: MeasureSettings) -> dict[str, tuple[object, object]]:
    """Where kernel and oracles differ for a text: name to (kernel, oracle)."""
    after, metrics = measure_text(text, wanted)
    expected_after, expected_metrics = expected(text, by)
    ours: dict[str, object] = {"text": after, **metrics}
    theirs: dict[str, object] = {"text": expected_after, **expected_metrics}
    return {name: (ours.get(name), theirs.get(name)) for name in ours | theirs if ours.get(name) != theirs.get(name)}


_PIECES = (
    *(
        "the",
        "The,",
        "be",
        "and",
        "(with)",
        "K",
        "cat",
        "sat",
        "HELLO",
        "naïve",
        "猫",
        "。",
        "。」猫",
        "١٢",
        "１２",
        "¼",
    ),
    *(
        "12",
        "1,234.5k",
        "3M",
        "likes",
        "LIKE",
        "people like this",
        "•",
        "-",
        "*",
        "#",
        "...",
        "…",
        ". . .",
        "_",
        "İ",
        "ß",
    ),
    *(
        "Sign-in",
        "read more...",
        "阅读",
        "1.2万次阅读",
        "赞(",
        "条评论",
        "items in cart",
        "items",
        "Mr.",
        "U.S.",
        "No.",
        "Really?",
        '"Yes!"',
        "(So.)",
        "end.",
        "x" * 1001,
    ),
    *(
        "[edit]",
        "[12]",
        "[]",
        "[citation needed]",
        "[Edit]",
        "lorem ipsum",
        "Lorem",
        "javascript",
        "{",
        "terms of use",
        "use cookies",
    ),
    *("darn", "what the heck", "f**", "darned", "one two three four five six", "a b c d e f g h i j k"),
)
_SPACES = (
    " ",
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\n\n",
    "\n \n",
    "\t",
    "\r\n",
    "\r",
    "\u2028",
    "\x1f",
    "\u00a0",
    "",
    "\ufeff",
)
_CHINESE = (
    "小猫咪", "猫猫", "後漢書", "乾隆", "今天天气很好", "今天天气很好，我们去河边散步吧", "。", "！", "？", "……", "…",
    "”", "：", "；", "，", "“", "【", "】", "更多", "readmore", "Readmore", "●", "–", "#", "##", "＃", "..", "。。",
    "12", "２", "A_b", "\ue003", "\ue7a5", "□", "\ufffd", "\u3000", "\u9fa6",
)  # fmt: skip
texts = st.one_of(
    st.text(),
    st.text("ab \n", max_size=60),
    st.lists(st.tuples(st.sampled_from(_PIECES), st.sampled_from(_SPACES)), max_size=40).map(
        lambda pairs: "".join(part for pair in pairs for part in pair)
    ),
    st.lists(
        st.sampled_from(("a b c", "12 likes", "A", "", " ", "The end. Yes.", "Sign-in to it all now")), max_size=12
    ).map("\n".join),
    st.lists(st.tuples(st.sampled_from(_CHINESE), st.sampled_from(("", "", "", " ", "\n"))), max_size=40).map(
        lambda pairs: "".join(part for pair in pairs for part in pair)
    ),
)
