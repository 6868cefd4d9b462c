"""Characters and their properties, words and lines, and conversion from and to UTF-8."""

from __future__ import annotations

import codecs
import re

import numpy as np
import regex
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.kernels.measures.measuring import texts
from tests.reference.gopher import with_plain_newlines
from winnow.kernels.measures.numbering import Numbers, number_ranges, seed_of
from winnow.kernels.text import characters as kernel
from winnow.kernels.text.characters import Lines, Words, characters, decode, encode, split

EVERY_CHARACTER = [chr(point) for point in (*range(0x40000), *range(0x40000, 0x110000, 0x61))]

codecs.register_error("question_marks", lambda error: ("?" * (error.end - error.start), error.end))  # type: ignore[attr-defined]


def chars_of(text: str) -> np.ndarray:
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    chars = np.empty(len(data), np.uint32)
    return chars[: decode(data, 0, len(data), chars)]


def split_text(chars: np.ndarray) -> tuple[Words, Lines]:
    room = [np.empty(len(chars) + 1, np.int32) for _ in range(6)]
    words = Words(room[0], room[1], np.empty(len(chars) + 1, np.uint8))
    return split(chars, characters().properties, np.zeros(0, np.int32), words, Lines(*room[2:]))


def test_properties_are_those_of_python_strings() -> None:
    properties = characters().properties
    for bit, test in (
        (kernel.SPACE, str.isspace),
        (kernel.ALPHA, str.isalpha),
        (kernel.WORD, lambda char: re.match(r"\w", char) is not None),
        (kernel.DIGIT, str.isdigit),
        (kernel.DECIMAL, str.isdecimal),
        (kernel.UPPER, str.isupper),
        (kernel.LOWER, str.islower),
    ):
        assert [char for char in EVERY_CHARACTER if bool(properties[ord(char)] & bit) != test(char)] == []


def test_sentence_terminals_are_those_of_unicode() -> None:
    known = regex.findall(r"\p{Sentence_Terminal}", "".join(EVERY_CHARACTER))
    terminal = np.flatnonzero(characters().properties & kernel.TERMINAL)
    assert {chr(point) for point in terminal} <= set(known)
    assert set(".?!。！？؟।…,:") & {chr(point) for point in terminal} == set(".?!。！？؟।")


def test_lower_case_is_one_character_long() -> None:
    lower = characters().lower
    different = [c for c in EVERY_CHARACTER[: len(lower)] if c.lower() != chr(lower[ord(c)])]
    assert different == ["İ"]
    assert all(char.lower() == char for char in EVERY_CHARACTER[len(lower) :])


@given(text=texts)
@examples(max_examples=150, deadline=None)
def test_words_and_lines_are_those_of_str(text: str) -> None:
    chars = chars_of(text)
    plain = "".join(map(chr, chars))
    words, lines = split_text(chars)
    assert plain.rstrip("\n").split("\n") == "\n".join(f"{text}|".splitlines())[:-1].rstrip("\n").split("\n")
    assert [plain[start:end] for start, end in zip(words.start, words.end, strict=True)] == plain.split()
    assert [plain[start:end] for start, end in zip(lines.start, lines.end, strict=True)] == plain.split("\n")
    assert lines.words.tolist() == [len(line.split()) for line in plain.split("\n")]
    assert lines.longest.tolist() == [max(map(len, line.split()), default=0) for line in plain.split("\n")]


@given(text=st.text(st.characters(exclude_characters="\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")))
@examples(max_examples=150, deadline=None)
def test_utf_8_comes_back_as_it_was(text: str) -> None:
    data = np.zeros(4 * len(text), np.uint8)
    end = encode(chars_of(text), data, 0)
    assert data[:end].tobytes() == text.encode("utf-8", "surrogatepass")


@given(data=st.one_of(st.binary(), st.text().map(lambda text: text.encode()[1:-1])))
@example(data=b"\xc3\xf0\x9f\x98a\xc0\xafb\xe0\x80\x80\xf4\x90\x80\x80\xff")
@examples(max_examples=150, deadline=None)
def test_every_byte_that_is_not_utf_8_becomes_a_question_mark(data: bytes) -> None:
    data = data.replace(b"\xed", b"")  # may be the first byte of a surrogate, which is accepted
    chars = np.empty(len(data), np.uint32)
    size = decode(np.frombuffer(data, np.uint8), 0, len(data), chars)
    assert "".join(map(chr, chars[:size])) == with_plain_newlines(data.decode("utf-8", "question_marks"))


@given(words=st.lists(st.sampled_from(["a", "b", "ab", "abc", "abcd", "abce", "猫"]), max_size=40))
@examples(max_examples=80, deadline=None)
def test_equal_words_have_equal_numbers_in_order_of_appearance(words: list[str]) -> None:
    chars = chars_of(" ".join(words))
    found, _ = split_text(chars)
    ids, first, copies = (np.empty(len(words) + 1, np.int32) for _ in range(3))
    numbers = Numbers(ids, first, copies, np.empty(len(words) + 1, np.uint64), np.empty(256, np.int32))
    distinct = number_ranges(chars, found.start, found.end, len(words), np.uint64(seed_of(chars)), numbers)
    order = list(dict.fromkeys(words))
    assert distinct == len(order)
    assert ids[: len(words)].tolist() == [order.index(word) for word in words]
    assert copies[:distinct].tolist() == [words.count(word) for word in order]
