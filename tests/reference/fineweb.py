"""FineWeb's custom metrics from the wording of Penedo et al. 2024, section 3.6, with strings and lists."""

from __future__ import annotations

import regex  # the only installed library that has Unicode's Sentence_Terminal


def measure(text: str) -> dict[str, float]:
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return dict.fromkeys(METRICS, 0.0)
    ended = [line for line in lines if regex.search(r"\p{Sentence_Terminal}\Z", line)]
    short = [line for line in lines if len(line) <= 30]
    repeated = [line for i, line in enumerate(lines) if line in lines[:i]]
    return {
        "fineweb_punctuated_line_fraction": len(ended) / len(lines),
        "fineweb_short_line_fraction": len(short) / len(lines),
        "fineweb_duplicate_char_fraction": sum(map(len, repeated)) / len(text.replace("\n", "")),
        "fineweb_newline_to_word_ratio": text.count("\n") / len(text.split()),
    }


METRICS = (
    "fineweb_punctuated_line_fraction",
    "fineweb_short_line_fraction",
    "fineweb_duplicate_char_fraction",
    "fineweb_newline_to_word_ratio",
)
