"""The smallest page for each reason of the rules. tests/docs runs each one: it must give this reason and no other.

An example is Python text, which is shown and evaluated with `words` and `lines`. The declaration of a gate has its
example, in lib/winnow/kernels/gates.py.
"""

from __future__ import annotations

from itertools import islice, product
from typing import Any


def words(count: int, letters: int = 5) -> list[str]:
    """`the`, `and`, then made-up words of this many letters; no two are equal."""
    sounds = [("bdfgklmnprst", "aeiou")[place % 2] for place in range(letters)]
    return ["the", "and", *("".join(word) for word in islice(product(*sounds), count - 2))]


def lines(count: int, each: int = 10, letters: int = 5) -> list[str]:
    """Lines of `each` of these words, with a capital letter and a full stop."""
    held = words(count * each, letters)
    return [" ".join(held[at : at + each]).capitalize() + "." for at in range(0, count * each, each)]


def evaluate(example: str) -> Any:
    """The value of an example."""
    return eval(example, {"words": words, "lines": lines})


# A page that no rule of any recipe rejects.
CONTROL = '"\\n".join(lines(6))'
BAD_WORD = "darn"  # the only line of the file that measure.c4.bad_words names for c4_bad_words

# Each gives its reason and no other in the recipe that is named like its file of rules.
RULES = {
    "gopher_too_few_words": '"\\n".join(lines(4))',
    "gopher_too_many_words": '" ".join(words(100_001, letters=7))',
    "gopher_short_words": '" ".join(words(60, letters=2))',
    "gopher_long_words": '" ".join(words(60, letters=12))',
    "gopher_hashes": '" #".join(words(8)) + " " + " ".join(words(60)[8:])',
    "gopher_ellipses": '"... ".join(words(8)) + " " + " ".join(words(60)[8:])',
    "gopher_bullet_lines": '"\\n".join("* " + line for line in lines(6))',
    "gopher_ellipsis_lines": '"\\n".join(line + ".." for line in lines(6))',
    "gopher_unalphabetic_words": '" ".join(words(50)) + " " + " ".join(map(str, range(10, 25)))',
    "gopher_no_stop_words": '" ".join(words(62)[2:])',
    "gopher_duplicate_lines": '"\\n---\\n".join(lines(6))',
    "gopher_duplicate_line_chars": '"\\n".join(lines(5, 4, letters=8)[::-1] + lines(8) + lines(5, 4, letters=8))',
    "gopher_duplicate_paragraphs": '"\\n\\n---\\n\\n".join(lines(6)).replace(" ", "\\n")',
    "gopher_duplicate_paragraph_chars": (
        '"\\n\\n".join(lines(10, 4, letters=3)[::-1] + lines(15, 4) + lines(10, 4, letters=3)).replace(" ", "\\n")'
    ),
    "gopher_top_2_gram": '" ".join(word + " the and" for word in words(25)[2:])',
    "gopher_top_3_gram": '" under cover again ".join(words(5)) + " " + " ".join(words(50)[5:])',
    "gopher_top_4_gram": '" under cover again today ".join(words(4)) + " " + " ".join(words(50)[4:])',
    "gopher_duplicate_5_grams": '" ".join(words(52) + words(52)[10:15])',
    "gopher_duplicate_6_grams": '" ".join(words(76) + words(76)[10:16])',
    "gopher_duplicate_7_grams": '" ".join(words(97) + words(97)[10:17])',
    "gopher_duplicate_8_grams": '" ".join(words(120) + words(120)[10:18])',
    "gopher_duplicate_9_grams": '" ".join(words(148) + words(148)[10:19])',
    "gopher_duplicate_10_grams": '" ".join(words(180) + words(180)[10:20])',
    "refinedweb_flagged_lines": '"\\n".join([*lines(6), "12 likes", "3 comments"])',
    "c4_too_long": '"\\n".join(lines(3_500))',
    "c4_too_few_sentences": '"\\n".join(lines(2))',
    "c4_lorem_ipsum": '"\\n".join([*lines(3), "Here comes some lorem ipsum."])',
    "c4_curly_bracket": '"\\n".join([*lines(3), "This { is a curly bracket."])',
    "c4_bad_words": '"\\n".join([*lines(3), "What a darn nuisance this is."])',
    "fineweb_unpunctuated_lines": '"\\n".join(lines(6)).replace(".", "")',
    "fineweb_duplicate_chars": '"\\n".join(lines(2, 4, letters=8)[::-1] + lines(6) + lines(2, 4, letters=8))',
    "fineweb_short_lines": '"\\n".join(lines(20, 4))',
}
