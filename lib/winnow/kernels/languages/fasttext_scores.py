"""Scores of a fastText classifier for one line, equal to those of fastText, from tables that are read once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.languages.model_file import LABEL_PREFIX
from winnow.kernels.text.characters import jit

WORD_BEGINS, WORD_ENDS, SPACE = ord("<"), ord(">"), ord(" ")
FREE = -1  # an empty slot of a table
HASH_BASIS, _HASH_PRIME = np.uint32(2166136261), np.uint32(16777619)  # FNV-1a, 32 bits

_PREFIX = np.frombuffer(LABEL_PREFIX.encode(), np.uint8)
_LOG_SLACK = 1e-5  # what fastText adds to a probability before its logarithm


class Tables(NamedTuple):
    """A classifier with n words, m vectors of d numbers and k labels.

    vectors      float32, shape (m, d): of the words, then of the buckets of character n-grams; may begin at any byte
    words        int32, size a power of two: a word's number at the slot of its hash or after it; -1: empty
    spellings    uint8: the words one after another, labels among them
    bounds       int64, shape (n + labels + 1,): word i is spellings[bounds[i]:bounds[i + 1]]
    kept         uint32, shape (2, buckets // 32 + 1): a bit for each bucket, set if its vector was kept, and the
                 number kept before these 32; vectors are in the order of buckets. Shape (2, 0) if all were kept
    output       float32. Hierarchical softmax, shape (k, d): of the tree's inner nodes; the last is not used. Softmax,
                 shape (d, k): of the labels, one in each column
    children     int32, shape (2k - 1, 2): left and right of each node, leaves first: -1, -1; the last is the root.
                 Softmax has no tree: shape (0, 2)
    numbers      int64: n words, row of the end of line (-1: none), least and most characters of n-grams, buckets
    """

    vectors: NDArray[np.float32]
    words: NDArray[np.int32]
    spellings: NDArray[np.uint8]
    bounds: NDArray[np.int64]
    kept: NDArray[np.uint32]
    output: NDArray[np.float32]
    children: NDArray[np.int32]
    numbers: NDArray[np.int64]


class Classifier(NamedTuple):
    """Labels without their prefix, by number, and the tables that score them."""

    labels: list[str]
    tables: Tables

    def scores(self, line: bytes, min_score: float, most: int | None = None) -> list[tuple[str, float]]:
        """Labels that score at least min_score, the highest first; of equal ones, the more frequent in training first.

        line    UTF-8, words separated by one space each, no other white space
        most    only so many labels; None: all
        Hierarchical softmax: labels close to min_score can be included or left out, since, as in fastText, a branch of
        the tree is judged by the score that leads to it, and none is followed below 1e-5. A score can exceed 1 by
        rounding.

        Source: Joulin et al. 2017 (fastText): the mean of the vectors of words and character n-grams, and a softmax, or
        a tree of logistic regressions. Sums have the order and precision of the library, so that scores differ only if
        its compiler or its exponential function does.
        """
        wanted = len(self.labels) if most is None else most
        score = _score_tree if len(self.tables.children) else _score_all
        found, scores = score(np.frombuffer(line, np.uint8), min_score, wanted, self.tables)
        likeliest = sorted(zip((-scores).tolist(), found.tolist(), strict=True))
        return [(self.labels[label], -score) for score, label in likeliest[:wanted]]


@jit
def hash_byte(hashed: np.uint32, byte: np.uint8) -> np.uint32:
    """FNV-1a over signed bytes, as in fastText."""
    return np.uint32((hashed ^ np.uint32(np.int8(byte))) * _HASH_PRIME)


@jit
def _score_tree(
    line: NDArray[np.uint8], min_score: float, most: int, tables: Tables
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Numbers and scores of labels whose branches score at least min_score, or at least the `most` best so far."""
    hidden = _mean_vector(line, tables)
    children, output = tables.children, tables.output
    leaves = len(output)
    least = np.float32(np.log(np.float64(np.float32(min_score)) + _LOG_SLACK))
    best, bests = np.empty(min(most, leaves), np.float32), 0
    nodes, logs = np.empty(leaves + 1, np.int32), np.empty(leaves + 1, np.float32)
    found, scores = np.empty(leaves, np.int32), np.empty(leaves, np.float32)
    nodes[0], logs[0] = 2 * leaves - 2, 0.0
    waiting, count = 1, 0
    while waiting:
        waiting -= 1
        node, log = nodes[waiting], logs[waiting]
        if log < least:
            continue
        if node < leaves:
            found[count], scores[count] = node, np.exp(log)
            count += 1
            if most < leaves:
                bests = _remember(best, bests, log)
                least = max(least, best[bests - 1]) if bests == most else least
            continue
        product = np.float32(0.0)
        for column in range(output.shape[1]):
            product += output[node - leaves, column] * hidden[column]
        right = np.float32(1.0 / np.float64(np.float32(1.0) + np.exp(-product)))
        left = np.float32(1.0 - np.float64(right))
        for side, share in ((1, right), (0, left)):
            nodes[waiting] = children[node, side]
            logs[waiting] = log + np.float32(np.log(np.float64(share) + _LOG_SLACK))
            waiting += 1
    return found[:count], scores[:count]


@jit
def _remember(best: NDArray[np.float32], bests: int, log: np.float32) -> int:
    """Puts a value among the highest, which are in descending order, the lowest of which may fall out; their number."""
    place = bests if bests < len(best) else bests - 1
    while place and best[place - 1] < log:
        best[place] = best[place - 1]
        place -= 1
    best[place] = log if bests < len(best) or log > best[place] else best[place]
    return min(bests + 1, len(best))


@jit
def _score_all(
    line: NDArray[np.uint8], min_score: float, most: int, tables: Tables
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Numbers and scores of labels that score at least min_score; of the `most` best and their equals alone."""
    hidden = _mean_vector(line, tables)
    products = np.zeros(tables.output.shape[1], np.float32)
    for column in range(len(hidden)):  # all labels at once: each one's sum has the order of the library
        factor = hidden[column]
        for label in range(len(products)):
            products[label] += tables.output[column, label] * factor
    highest, total = products.max(), np.float32(0.0)
    for label in range(len(products)):
        products[label] = np.exp(products[label] - highest)
        total += products[label]
    least, best, bests = np.float32(min_score), np.empty(min(most, len(products)), np.float32), 0
    for label in range(len(products)):
        products[label] /= total
        if most < len(products):
            bests = _remember(best, bests, products[label])
    if bests:
        least = max(least, best[bests - 1])
    found, scores = np.empty(len(products), np.int32), np.empty(len(products), np.float32)
    count = 0
    for label in range(len(products)):
        if products[label] >= least:
            log = np.float32(np.log(np.float64(products[label]) + _LOG_SLACK))
            found[count], scores[count] = label, np.exp(log)
            count += 1
    return found[:count], scores[:count]


@jit
def _mean_vector(line: NDArray[np.uint8], tables: Tables) -> NDArray[np.float32]:
    """The mean of the vectors of the line's words, their n-grams, and the end of the line."""
    vectors, numbers = tables.vectors, tables.numbers
    words, spellings, bounds, kept = tables.words, tables.spellings, tables.bounds, tables.kept
    count, end_of_line = numbers[0], numbers[1]
    total, added = np.zeros(vectors.shape[1], np.float32), 0
    text = np.empty(len(line) + 2, np.uint8)
    text[0] = text[-1] = SPACE
    text[1:-1] = line
    end = 0
    while end < len(text) - 1:
        start, hashed = end + 1, HASH_BASIS
        end = start
        while text[end] != SPACE:
            hashed = hash_byte(hashed, text[end])
            end += 1
        if end == start:
            continue
        word = _find_word(text, start, end, hashed, words, spellings, bounds)
        if word >= 0 and word == end_of_line:
            break
        if word >= count or (word < 0 and _is_label(text, start, end)):
            continue
        if word >= 0:
            added += _add(total, vectors, word)
        if numbers[3] > 0:
            text[start - 1], text[end] = WORD_BEGINS, WORD_ENDS
            added += _add_ngrams(total, text, start - 1, end + 1, vectors, numbers, kept)
            text[start - 1] = text[end] = SPACE
    if end_of_line >= 0:
        added += _add(total, vectors, end_of_line)
    if added:
        total *= np.float32(1.0 / added)
    return total


@jit
def _find_word(
    text: NDArray[np.uint8],
    start: int,
    end: int,
    hashed: np.uint32,
    words: NDArray[np.int32],
    spellings: NDArray[np.uint8],
    bounds: NDArray[np.int64],
) -> int:
    """The number of a word or label, -1 if it is unknown."""
    mask = np.uint32(len(words) - 1)
    slot = hashed & mask
    while words[slot] != FREE:
        number = words[slot]
        first = bounds[number]
        if bounds[number + 1] - first == end - start:
            same = 0
            while same < end - start and spellings[first + same] == text[start + same]:
                same += 1
            if same == end - start:
                return int(number)
        slot = (slot + np.uint32(1)) & mask
    return -1


@jit
def _is_label(text: NDArray[np.uint8], start: int, end: int) -> bool:
    same = 0
    while same < len(_PREFIX) and start + same < end and text[start + same] == _PREFIX[same]:
        same += 1
    return same == len(_PREFIX)


@jit
def _add_ngrams(
    total: NDArray[np.float32],
    text: NDArray[np.uint8],
    start: int,
    end: int,
    vectors: NDArray[np.float32],
    numbers: NDArray[np.int64],
    kept: NDArray[np.uint32],
) -> int:
    """Adds the vectors of a word's character n-grams, including its boundary marks; returns how many."""
    count, least, most, buckets = numbers[0], numbers[2], numbers[3], np.uint32(numbers[4])
    added = 0
    for first in range(start, end):
        if _continues(text[first]):
            continue
        hashed, position, chars = HASH_BASIS, first, 0
        while position < end and chars < most:
            hashed = hash_byte(hashed, text[position])
            position += 1
            while position < end and _continues(text[position]):
                hashed = hash_byte(hashed, text[position])
                position += 1
            chars += 1
            if chars < least or (chars == 1 and (first == start or position == end)):
                continue
            bucket = hashed % buckets
            if not kept.shape[1]:
                added += _add(total, vectors, count + bucket)
                continue
            flags, bit = kept[0, bucket >> np.uint32(5)], np.uint32(1) << (bucket & np.uint32(31))
            if flags & bit:
                before = kept[1, bucket >> np.uint32(5)] + _set_bits(flags & (bit - np.uint32(1)))
                added += _add(total, vectors, count + before)
    return added


@jit
def _set_bits(bits: np.uint32) -> np.uint32:
    """The number of bits that are set, by sums of neighbours."""
    bits -= bits >> np.uint32(1) & np.uint32(0x55555555)
    bits = (bits & np.uint32(0x33333333)) + (bits >> np.uint32(2) & np.uint32(0x33333333))
    bits = bits + (bits >> np.uint32(4)) & np.uint32(0x0F0F0F0F)
    return np.uint32(bits * np.uint32(0x01010101)) >> np.uint32(24)


@jit
def _continues(byte: np.uint8) -> bool:
    """Whether this is a continuation byte of UTF-8."""
    return bool(byte & 0xC0 == 0x80)


@jit
def _add(total: NDArray[np.float32], vectors: NDArray[np.float32], row: int) -> int:
    for column in range(len(total)):
        total[column] += vectors[row, column]
    return 1
