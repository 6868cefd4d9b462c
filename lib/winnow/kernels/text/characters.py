"""Characters, words and lines of a text, as arrays that Numba kernels read.

character   a Unicode code point
newline     every separator of `str.splitlines` (CRLF, CR, VT, FF, FS, GS, RS, NEL, U+2028, U+2029) becomes one "\\n"
line        the text between two newlines, as `text.split("\\n")`; blank if it has no word
word        a maximal run of characters that are not white space, as in `text.split()`; in scripts without spaces
            between words, what `words.word_breaks` makes of it
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import config, njit
from numba.core.caching import CacheImpl, UserProvidedCacheLocator
from numba.core.codegen import get_host_cpu_features
from numpy.typing import NDArray

_HERE = Path(__file__).parents[1]  # of all kernels


def _cache_folder() -> str:
    """A folder for this state of the sources: in NUMBA_CACHE_DIR, else in the first of these that can be written:
    the folder of the sources, the user's home, the working folder."""
    state = sha256(b"".join(path.read_bytes() for path in sorted(_HERE.rglob("*.py")))).hexdigest()[:16]
    home = Path(os.environ.get("HOME", "."))
    own = (_HERE / "__pycache__", home / ".cache" / "winnow", Path.cwd() / ".winnow")
    folder = next((one for one, above in zip(own, (_HERE, home), strict=False) if os.access(above, os.W_OK)), own[-1])
    return str(Path(os.environ.get("NUMBA_CACHE_DIR") or folder) / state)


class KernelCache(UserProvidedCacheLocator):
    """A cache in this folder itself: Numba would add a subfolder named by the path of the sources."""

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> Any:
        """The place of the compiled form of a function; None if it is not a kernel."""
        inherited: Callable[..., Any] = super().from_function
        return inherited(function, file) if Path(file).is_relative_to(_HERE) else None

    def get_cache_path(self) -> str:
        """The folder for this state of the sources."""
        return str(vars(config)["CACHE_DIR"])


def _features() -> str:
    """The features of this processor, with AVX-512 in its full width: LLVM uses half of it by default.

    Signatures took 0.30 ms with half and 0.21 ms with full width (9,000 hashes of 492 shingles, on Emerald Rapids).
    """
    features: Callable[[], object] = get_host_cpu_features
    host = str(features())
    return f"{host},-prefer-256-bit" if "+avx512f" in host else host


vars(config)["CACHE_DIR"] = _cache_folder()
CacheImpl._locator_classes.insert(0, KernelCache)
vars(config)["CPU_FEATURES"] = vars(config)["CPU_FEATURES"] or _features()

Function = TypeVar("Function", bound=Callable[..., Any])
Scalar = TypeVar("Scalar", bound=np.generic)
Int = int | np.int64  # Numba takes an int made of an unsigned number as unsigned

SPACE, ALPHA, WORD, DIGIT, DECIMAL, UPPER, LOWER, TERMINAL = (1 << bit for bit in range(8))
NEWLINE = ord("\n")
ASCII = 0x80
ALL_CHARACTERS = 0x110000
CASED_CHARACTERS = 0x20000  # no character from here on has another case
ASSIGNED_CHARACTERS = 0x40000  # no character from here on has a property that is looked at

# Unicode's Sentence_Terminal, first and last of each range.
SENTENCE_TERMINALS = """
21 2E 3F 589 61D-61F 6D4 700-702 7F9 837 839 83D-83E 964-965 104A-104B 1362 1367-1368 166E 1735-1736 17D4-17D5 1803 1809
1944-1945 1AA8-1AAB 1B4E-1B4F 1B5A-1B5B 1B5E-1B5F 1B7D-1B7F 1C3B-1C3C 1C7E-1C7F 2024 203C-203D 2047-2049 2CF9-2CFB 2E2E
2E3C 2E53-2E54 2E60-2E61 3002 A4FF A60E-A60F A6F3 A6F7 A876-A877 A8CE-A8CF A92F A9C8-A9C9 AA5D-AA5F AAF0-AAF1 ABEB FE12
FE15-FE16 FE52 FE56-FE57 FF01 FF0E FF1F FF61 10A56-10A57 10F55-10F59 10F86-10F89 11047-11048 110BE-110C1 11141-11143
111C5-111C6 111CD 111DE-111DF 11238-11239 1123B-1123C 112A9 113D4-113D5 1144B-1144C 115C2-115C3 115C9-115D7 11641-11642
1173C-1173E 11944 11946 11A42-11A43 11A9B-11A9C 11C41-11C42 11EF7-11EF8 11F43-11F44 16A6E-16A6F 16AF5 16B37-16B38 16B44
16D6E-16D6F 16E98 1BC9F 1DA88
"""


def jit(function: Function) -> Function:
    """The function, compiled on its first call without the interpreter's lock, and cached on disk.

    Numba's own cache depends only on the file of the function. Here there is a cache for each state of all kernels, so
    that a change in one recompiles those that call it. NUMBA_CACHE_DIR is its folder.
    """
    return cast(Function, njit(cache=True, nogil=True, error_model="numpy")(function))


def read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """A read-only view: Numba compiles separately for writable and read-only arrays, and Arrow's are read-only."""
    view = array.view()
    view.flags.writeable = False
    return view


class Characters(NamedTuple):
    """Properties of all code points.

    properties  uint8, shape (0x110000,): the bits SPACE (`str.isspace`), ALPHA (`isalpha`), WORD (`\\w` of `re`), DIGIT
                (`isdigit`), DECIMAL (`isdecimal`), UPPER (`isupper`), LOWER (`islower`), TERMINAL (Sentence_Terminal)
    lower       int32, shape (0x20000,): `str.lower` of one character; the character itself if that is not one character
    Differs: all bits except TERMINAL follow the Unicode version of the running Python.
    """

    properties: NDArray[np.uint8]
    lower: NDArray[np.int32]


class Words(NamedTuple):
    """The words of a text: characters [start, end), and properties that any of them has; int32, int32, uint8."""

    start: NDArray[np.int32]
    end: NDArray[np.int32]
    properties: NDArray[np.uint8]


class Lines(NamedTuple):
    """The lines of a text: characters [start, end), number of words, characters of the longest word; all int32."""

    start: NDArray[np.int32]
    end: NDArray[np.int32]
    words: NDArray[np.int32]
    longest: NDArray[np.int32]


@cache
def characters() -> Characters:
    """The tables of this process, made once."""
    points = np.arange(ASSIGNED_CHARACTERS, dtype=np.uint32).view("U1")
    words = np.strings.isalnum(points)
    words[ord("_")] = True
    tests = (np.strings.isspace, np.strings.isalpha, lambda _: words, np.strings.isdigit, np.strings.isdecimal)
    properties = np.zeros(ALL_CHARACTERS, np.uint8)
    for bit, test in enumerate((*tests, np.strings.isupper, np.strings.islower)):
        properties[:ASSIGNED_CHARACTERS] |= test(points).astype(np.uint8) << bit
    for first, *last in (part.split("-") for part in SENTENCE_TERMINALS.split()):
        properties[int(first, 16) : int((last or [first])[0], 16) + 1] |= TERMINAL
    lowered = (chr(point).lower() for point in range(CASED_CHARACTERS))
    lower = [ord(low) if len(low) == 1 else point for point, low in enumerate(lowered)]
    return Characters(properties, np.array(lower, np.int32))


@jit
def lowered(char: int, lower: NDArray[np.int32]) -> int:
    """The character in lower case."""
    return int(lower[char]) if char < len(lower) else char


@jit
def strip(chars: NDArray[np.uint32], start: int, end: int, properties: NDArray[np.uint8]) -> tuple[int, int]:
    """The range without white space at its ends; empty, at its end, if it is all white space."""
    while start < end and properties[chars[start]] & SPACE:
        start += 1
    while start < end and properties[chars[end - 1]] & SPACE:
        end -= 1
    return start, end


@jit
def decode(data: NDArray[np.uint8], start: int, end: int, chars: NDArray[np.uint32]) -> int:
    """The number of characters in the UTF-8 of data[start:end], written to `chars` with its newlines normalised.

    Total: invalid UTF-8 becomes question marks, at most one for each byte.
    """
    size = 0
    while start < end:
        byte = int(data[start])
        start += 1
        if 0x20 <= byte < ASCII:
            chars[size] = byte
        elif byte < ASCII:
            start += byte == 0x0D and start < end and data[start] == NEWLINE
            is_newline = 0x0B <= byte <= 0x0D or 0x1C <= byte <= 0x1E
            chars[size] = NEWLINE if is_newline else byte
        else:
            chars[size], start = _decode_long(data, byte, start, end)
        size += 1
    return size


@jit
def _decode_long(data: NDArray[np.uint8], byte: int, start: int, end: int) -> tuple[int, int]:
    """The character whose first byte, which is not ASCII, is before `start`; and where the next one begins."""
    tail = 1 if 0xC0 <= byte < 0xE0 else 2 if 0xE0 <= byte < 0xF0 else 3 if 0xF0 <= byte < 0xF8 else 0
    if tail == 0 or start + tail > end:
        return ord("?"), start
    char = byte & (0x3F >> tail)
    for i in range(start, start + tail):
        if data[i] & 0xC0 != 0x80:
            return ord("?"), start
        char = char << 6 | (data[i] & 0x3F)
    if char >= ALL_CHARACTERS or char < (0x80, 0x800, 0x10000)[tail - 1]:
        return ord("?"), start
    is_newline = char in (0x85, 0x2028, 0x2029)
    return NEWLINE if is_newline else char, start + tail


@jit
def encode(chars: NDArray[np.uint32], data: NDArray[np.uint8], at: int) -> int:
    """The end of the UTF-8 of `chars`, written to `data` from `at` on."""
    for char in chars:
        at = encode_char(char, data, at)
    return at


@jit
def encode_char(char: Int, data: NDArray[np.uint8], at: int) -> int:
    """The end of the UTF-8 of one character, written to `data` from `at` on."""
    if char < ASCII:
        data[at] = char
        return at + 1
    tail = 1 if char < 0x800 else 2 if char < 0x10000 else 3
    data[at] = 0xFF << 7 - tail & 0xFF | char >> 6 * tail
    for i in range(tail):
        data[at + 1 + i] = 0x80 | char >> 6 * (tail - 1 - i) & 0x3F
    return at + 1 + tail


@jit
def split(
    chars: NDArray[np.uint32],
    properties: NDArray[np.uint8],
    breaks: NDArray[np.int32],
    words: Words,
    lines: Lines,
) -> tuple[Words, Lines]:
    """The words and lines of a text in one pass, as views of the arrays given, which need a place more than `chars`.

    A word also begins at each of `breaks`, which ascend.
    """
    starts, ends, founds = words.start, words.end, words.properties
    word_count, line_count, line_start, line_words, longest = 0, 0, 0, 0, 0
    i, at = 0, 0
    while i < len(chars):
        found = properties[chars[i]]
        if not found & SPACE:
            start = i
            while at < len(breaks) and breaks[at] <= start:
                at += 1
            stop = breaks[at] if at < len(breaks) else len(chars)
            i += 1
            while i < stop and not properties[chars[i]] & SPACE:
                found |= properties[chars[i]]
                i += 1
            starts[word_count], ends[word_count], founds[word_count] = start, i, found
            longest = max(longest, i - start)
            word_count += 1
            continue
        if chars[i] == NEWLINE:
            _end_line(lines, line_count, line_start, i, word_count - line_words, longest)
            line_count, line_start, line_words, longest = line_count + 1, i + 1, word_count, 0
        i += 1
    _end_line(lines, line_count, line_start, i, word_count - line_words, longest)
    return words_until(words, word_count), lines_until(lines, line_count + 1)


@jit
def _end_line(lines: Lines, line: int, start: int, end: int, words: int, longest: int) -> None:
    lines.start[line], lines.end[line], lines.words[line], lines.longest[line] = start, end, words, longest


@jit
def words_until(words: Words, size: int) -> Words:
    """The first `size` words, as views."""
    return Words(words.start[:size], words.end[:size], words.properties[:size])


@jit
def lines_until(lines: Lines, size: int) -> Lines:
    """The first `size` lines, as views."""
    return Lines(lines.start[:size], lines.end[:size], lines.words[:size], lines.longest[:size])


@jit
def count_words_left(
    chars: NDArray[np.uint32], start: int, end: int, properties: NDArray[np.uint8], before: tuple[int, int, bool]
) -> int:
    """The number of words in what is left of a line; before: its words, its characters, whether breaks divide it.

    Where they do, words go as characters do, since nobody cuts the rest again: at least one, where anything is left.
    """
    words, size, has_breaks = before
    count = count_words(chars, start, end, properties)
    if not has_breaks or count == 0:
        return count
    return max(count, (words * (end - start) + size // 2) // size)


@jit
def count_words(chars: NDArray[np.uint32], start: int, end: int, properties: NDArray[np.uint8]) -> int:
    """The number of words in a range of characters."""
    count, inside = 0, False
    for i in range(start, end):
        is_space = properties[chars[i]] & SPACE != 0
        count += not is_space and not inside
        inside = not is_space
    return count
