"""Gopher's rules from the wording of Rae et al. 2021, appendix A.1, with strings, lists and counters."""

from __future__ import annotations

import re
from collections import Counter

STOP_WORDS = {"the", "be", "to", "of", "and", "that", "have", "with"}


def with_plain_newlines(text: str) -> str:
    return re.sub("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]", "\n", text)


def share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def quality(text: str, words: list[str] | None = None) -> dict[str, float]:
    words = text.split() if words is None else words
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    bare = {re.sub(r"^\W+|\W+$", "", word).lower() for word in words}
    return {
        "char_count": len(text),
        "word_count": len(words),
        "line_count": len(lines),
        "mean_word_chars": share(sum(map(len, words)), len(words)),
        "hash_to_word_ratio": share(text.count("#"), len(words)),
        "ellipsis_to_word_ratio": share(text.count("...") + text.count("…"), len(words)),
        "bullet_line_fraction": share(sum(line[0] in "•●*-" for line in lines), len(lines)),
        "ellipsis_line_fraction": share(sum(line.endswith(("...", "…")) for line in lines), len(lines)),
        "alphabetic_word_fraction": share(sum(any(map(str.isalpha, word)) for word in words), len(words)),
        "stop_word_count": len(STOP_WORDS & bare),
    }


def repetition(text: str, words: list[str] | None = None) -> dict[str, float]:
    lines, paragraphs = re.split("\n+", text), re.split("\n{2,}", text.strip())
    words = text.split() if words is None else words
    return {
        **later_copies("line", lines, len(text)),
        **later_copies("paragraph", paragraphs, len(text)),
        **all_copies("line", lines),
        "repeated_line_fraction": later_copies("line", [line.strip() for line in lines if line.strip()], 0)[
            "duplicate_line_fraction"
        ],
        **all_copies("paragraph", paragraphs),
        **{f"top_{n}_gram_ratio": top_gram(words, n) for n in (2, 3, 4)},
        **{f"duplicate_{n}_gram_fraction": duplicate_grams(words, n) for n in range(5, 11)},
        **{f"top_{n}_gram_text_ratio": top_gram_of_text(text, words, n) for n in (2, 3, 4)},
        **{f"repeated_{n}_gram_fraction": repeated_grams(text, words, n) for n in range(5, 11)},
    }


def later_copies(kind: str, pieces: list[str], chars: int) -> dict[str, float]:
    later = [piece for i, piece in enumerate(pieces) if piece in pieces[:i]]
    return {
        f"duplicate_{kind}_fraction": share(len(later), len(pieces)),
        f"duplicate_{kind}_char_fraction": share(sum(map(len, later)), chars),
    }


def all_copies(kind: str, pieces: list[str]) -> dict[str, float]:
    stripped = [piece.strip() for piece in pieces if piece.strip()]
    times = Counter(stripped)
    copied = [piece for piece in stripped if times[piece] > 1]
    return {
        f"copied_{kind}_fraction": share(len(copied), len(stripped)),
        f"copied_{kind}_char_fraction": share(sum(map(len, copied)), sum(map(len, stripped))),
    }


def grams_of(words: list[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def top_gram(words: list[str], n: int) -> float:
    times = Counter(grams_of(words, n))
    most = max(times.values(), default=0)
    longest = max((len("".join(gram)) for gram, count in times.items() if count == most), default=0)
    return share(longest * most, len("".join(words))) if most > 1 else 0.0


def duplicate_grams(words: list[str], n: int) -> float:
    grams = grams_of(words, n)
    times = Counter(grams)
    inside = {i + k for i, gram in enumerate(grams) if times[gram] > 1 for k in range(n)}
    return share(sum(len(words[i]) for i in inside), len("".join(words)))


def top_gram_of_text(text: str, words: list[str], n: int) -> float:
    times = Counter(grams_of(words, n)).most_common(1)  # the first of equal ones, as dicts keep their order
    return share(sum(len(" ".join(gram)) * count for gram, count in times), len(text))


def repeated_grams(text: str, words: list[str], n: int) -> float:
    seen, chars, i = set(), 0, 0
    while i + n <= len(words):
        gram = tuple(words[i : i + n])
        if gram in seen:
            chars += len("".join(gram))
            i += n
        else:
            seen.add(gram)
            i += 1
    return share(chars, len(text))
