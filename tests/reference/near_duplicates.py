"""Near duplicates word by word and pair by pair, in plain Python: the oracle of the kernels and the stage."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cache

import regex

from tests.reference.simplified_forms import FORMS

# Scripts without spaces, by the names of their blocks in Unicode's data.
_BLOCKS = (
    "Thai", "Lao", "Myanmar", "Myanmar_Extended_A", "Myanmar_Extended_B", "Khmer", "Tai_Le", "New_Tai_Lue", "Tai_Tham",
    "Tai_Viet", "Hiragana", "Katakana", "Katakana_Phonetic_Extensions", "Kana_Supplement", "Kana_Extended_A",
    "Small_Kana_Extension", "Bopomofo", "Bopomofo_Extended", "CJK_Unified_Ideographs",
    "CJK_Unified_Ideographs_Extension_A", "CJK_Compatibility_Ideographs",
)  # fmt: skip
# Single characters of other blocks: iteration marks, Hangzhou numerals, half-width kana, further planes.
_SINGLE = r"々〆〇〡-〩〱-〵〸-〻\uff66-\uff9f\U00020000-\U0003ffff"
_NO_LETTERS = r"・\u3100-\u3104\ua9ff"  # a dot between words, and unassigned code points
_ALONE = regex.compile(
    "[[" + "".join(rf"\p{{Block={name}}}" for name in _BLOCKS) + f"{_SINGLE}]--[{_NO_LETTERS}]]", regex.VERSION1
)
_HAN = regex.compile("[㐀-䶿一-鿿]")


def fold_words(
    text: str,
    punctuation: str = "remove",
    numbers: str = "keep",
    lower_case: bool = True,
    remove_accents: bool = True,
    simplify: bool = False,
    unit: str = "words",
) -> list[str]:
    """The folded words of a text."""
    if simplify:
        text = "".join(FORMS.get(char, char) for char in text)
    if numbers == "zero":
        text = re.sub(r"\d+([.,،٫⎖⎗⎘]\d+)?", "0", text)
    return "".join(_folded(char, punctuation, lower_case, remove_accents, unit) for char in text).split(" ")


@cache
def _folded(char: str, punctuation: str, lower_case: bool, remove_accents: bool, unit: str) -> str:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    alone = unit == "characters" or (_ALONE.match(char) and not (unit == "jieba" and _HAN.match(char)))
    if punctuation != "keep" and (category.startswith("P") or category in ("Cc", "Cf") or char in string.punctuation):
        return " " if punctuation == "space" or alone else ""
    char = char.lower() if lower_case else char
    if remove_accents:
        char = "".join(part for part in unicodedata.normalize("NFD", char) if unicodedata.category(part) != "Mn")
    return f" {char} " if alone else char


def words_of(text: str, **settings: object) -> list[str]:
    """The same without empty words."""
    return [word for word in fold_words(text, **settings) if word]  # type: ignore[arg-type]


def shingles(text: str, size: int = 5, **settings: object) -> list[int]:
    """The distinct hashes of the shingles of a text, ascending."""
    return sorted({murmur3_32(gram.encode("utf-8", "surrogatepass")) for gram in grams(text, size, **settings)})


def grams(text: str, size: int = 5, **settings: object) -> set[str]:
    """The distinct shingles of a text."""
    words = words_of(text, **settings)
    return {" ".join(words[i : i + size]) for i in range(len(words) - size + 1)}


def murmur3_32(data: bytes) -> int:
    """MurmurHash3 x86_32, seed 0, from Appleby's description."""
    most, value = 0xFFFFFFFF, 0

    def rotated(word: int, bits: int) -> int:
        return (word << bits | word >> (32 - bits)) & most

    for start in range(0, len(data), 4):
        block = data[start : start + 4]
        value ^= rotated(int.from_bytes(block, "little") * 0xCC9E2D51 & most, 15) * 0x1B873593 & most
        if len(block) == 4:
            value = (rotated(value, 13) * 5 + 0xE6546B64) & most
    value ^= len(data)
    for factor, shift in ((1, 16), (0x85EBCA6B, 13), (0xC2B2AE35, 16)):
        value = value * factor & most
        value ^= value >> shift
    return value


def jaccard(one: Collection[object], other: Collection[object]) -> float:
    """The number of shared values, divided by the number of all values."""
    union = len({*one, *other})
    return len({*one} & {*other}) / union if union else 1.0


def star_pairs(ids: Sequence[int], bands: Sequence[Sequence[int]], all_pairs: int = 0) -> set[tuple[int, int]]:
    """Pairs of the smallest id of each bucket with the others; in small buckets, all pairs."""
    pairs = set()
    for hashes in bands:
        buckets = defaultdict(set)
        for page, value in zip(ids, hashes, strict=True):
            buckets[value].add(page)
        for bucket in buckets.values():
            firsts = bucket if 2 < len(bucket) <= all_pairs else {min(bucket)}
            pairs |= {(one, other) for one in firsts for other in bucket if one < other}
    return pairs


def components(ids: Sequence[int], pairs: set[tuple[int, int]]) -> dict[int, int]:
    """The smallest id in the component of each id."""
    label = {page: page for page in ids}
    changed = True
    while changed:
        changed = False
        for pair in pairs:
            least = min(label[page] for page in pair)
            for page in pair:
                changed |= label[page] != least
                label[page] = least
    return label


def elect(
    ids: Sequence[int],
    sets: dict[int, Sequence[int]],
    pairs: set[tuple[int, int]],
    verify: str,
    min_jaccard: float,
    whole_component: int,
    fixed: frozenset[int] = frozenset(),
) -> dict[int, int]:
    """For each page the page kept in its place. `ids` in order of preference; fixed pages are always kept."""
    label = components(ids, pairs)
    sizes = {one: sum(label[other] == label[one] for other in ids) for one in ids}

    def is_verified(page: int) -> bool:
        return verify == "edges" or (verify == "survivor" and sizes[page] > whole_component)

    like = {
        (one, other) for one, other in pairs if not is_verified(one) or jaccard(sets[one], sets[other]) >= min_jaccard
    }
    label = components(ids, like)
    kept: dict[int, int] = {}
    for page in ids:
        staying = [one for one in ids if kept.get(one) == one and label[one] == label[page]]
        if verify == "survivor":
            staying = [one for one in staying if jaccard(sets[one], sets[page]) >= min_jaccard]
        kept[page] = staying[0] if staying and page not in fixed else page
    return kept
