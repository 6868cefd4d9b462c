"""What recipes for Chinese measure and keep, with strings, lists and regular expressions, as their scripts do."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from tests.reference.gopher import share
from tests.reference.refinedweb_lines import lowered
from winnow.kernels.text.simplified import TRADITIONAL

BULLETS = ("•", "●", "○", "■", "□", "▪", "▫", "※", "·", "➢", "‣", "▶", "◀", "◦", "–")


def measure(text: str, after: str, listed: Sequence[str]) -> dict[str, float]:
    """All metrics of the family; `text` has plain newlines, `after` is the corrected text."""
    corrected = {"corrected_line_count": sum(bool(line.strip()) for line in after.split("\n"))}
    han = re.findall("[\u4e00-\u9fa5]", text)
    if not han:
        return {**dict.fromkeys(METRICS, 0.0), **corrected}
    lines, ends, counts = text.split("\n"), text.split("\n"), Counter(text)
    if len(ends) > 1 and not ends[-1]:
        ends.pop()
    words = [bare for word in text.split() if (bare := re.sub(r"\W", "", word))]
    shares = [count / len(text) for count in counts.values()]
    found, size = bad_words(text, listed)
    return {
        "han_char_fraction": len(han) / len(text),
        "traditional_char_count": sum(char in TRADITIONAL and not is_in_gb_2312(char) for char in text),
        "mean_line_chars": len(text) / len(lines),
        "copied_13_char_fraction": copied_grams(text),
        "bad_word_to_line_ratio": found / len(lines),
        "bad_word_char_ratio": size / len(text),
        "bracketed_char_fraction": sum(map(len, re.findall("【([^\n]*?)】", text))) / len(text),
        "map_cc_sentence_count": sum(bool(part.strip()) for part in re.split('[.!…?;"。！？；“”]+', text)),
        "mean_bare_word_chars": share(sum(map(len, words)), len(words)),
        "hash_run_to_char_ratio": len(re.findall("#+|＃+", re.sub("＃", "#", text))) / len(text),
        "ellipsis_run_to_char_ratio": (len(re.findall("…+", text)) + len(re.findall("[.。]{2,}", text))) / len(text),
        "digit_char_fraction": share(sum(map(str.isdigit, text)), len(re.findall(r"[\w\s]", text))),
        "more_line_fraction": sum(lowered(end).endswith(("readmore", "展开", "更多")) for end in ends) / len(ends),
        "map_cc_bullet_line_fraction": sum(end.startswith(BULLETS) for end in ends) / len(ends),
        "distinct_char_fraction": len(counts) / len(text),
        "char_entropy": 0.0 if len(counts) == 1 else -sum(one * math.log(one) for one in shares),
        **corrected,
    }


def is_in_gb_2312(char: str) -> bool:
    try:
        return bool(char.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def copied_grams(text: str) -> float:
    bare = lowered("".join(text.split()))
    grams = [bare[at : at + 13] for at in range(len(bare) - 12)]
    counts = Counter(grams)
    return share(sum(count for count in counts.values() if count > 1), len(grams))


def bad_words(text: str, listed: Sequence[str]) -> tuple[int, int]:
    """How many different words occur, and the characters of all their copies."""
    low = lowered(text)
    counts = {word: low.count(lowered(word)) for word in listed}
    return sum(map(bool, counts.values())), sum(count * len(word) for word, count in counts.items())


def clean(text: str) -> tuple[str, int]:
    """The text after the line rules of `lines: c4_zh`, and the words of the lines that go."""
    kept, flagged = [], 0
    for line in text.split("\n"):
        bare = line.strip()
        is_sentence = bare.endswith(("。", "！", "？", "……", "”", "：")) and len(bare) >= 5
        if is_sentence and not re.search("[\ue003-\ue7a4]|□|■|\ufffd", bare):
            kept.append(bare)
        else:
            flagged += len(line.split())
    return "\n".join(kept), flagged


METRICS = (
    "han_char_fraction", "traditional_char_count", "mean_line_chars", "copied_13_char_fraction",
    "bad_word_to_line_ratio", "bad_word_char_ratio", "bracketed_char_fraction", "map_cc_sentence_count",
    "mean_bare_word_chars", "hash_run_to_char_ratio", "ellipsis_run_to_char_ratio", "digit_char_fraction",
    "more_line_fraction", "map_cc_bullet_line_fraction", "distinct_char_fraction", "char_entropy",
)  # fmt: skip
