"""Scores of a fastText classifier for one line, equal to those of fastText, from tables that are read once."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import jit, read_only

WITHOUT_NGRAMS = 11  # classifiers of this file version use no character n-grams
HIERARCHICAL_SOFTMAX, SUPERVISED = 1, 3
CENTROIDS = 256  # of each part of a quantized vector
LABEL_PREFIX = "__label__"
END_OF_LINE = b"</s>"
WORD_BEGINS, WORD_ENDS, SPACE = ord("<"), ord(">"), ord(" ")

_FREE = -1  # an empty slot of a table
_HASH_BASIS, _HASH_PRIME = np.uint32(2166136261), np.uint32(16777619)  # FNV-1a, 32 bits
_PREFIX = np.frombuffer(LABEL_PREFIX.encode(), np.uint8)
_LOG_SLACK = 1e-5  # what fastText adds to a probability before its logarithm


class Tables(NamedTuple):
    """A classifier with n words, m vectors of d numbers and k labels.

    vectors      float32, shape (m, d): of the words, then of the buckets of character n-grams
    words        int32, size a power of two: a word's number at the slot of its hash or after it; -1: empty
    spellings    uint8: the words one after another, labels among them
    bounds       int64, shape (n + labels + 1,): word i is spellings[bounds[i]:bounds[i + 1]]
    kept         uint32, shape (2, buckets // 32 + 1): a bit for each bucket, set if its vector was kept, and the
                 number kept before these 32; vectors are in the order of buckets. Shape (2, 0) if all were kept
    output       float32, shape (k, d): of the tree's inner nodes; the last is not used
    children     int32, shape (2k - 1, 2): left and right of each node, leaves first: -1, -1; the last is the root
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

    def scores(self, line: bytes, min_score: float, best_alone: bool = False) -> list[tuple[str, float]]:
        """Labels that score at least min_score, the highest first; of equal ones, the more frequent in training first.

        line    UTF-8, words separated by one space each, no other white space
        Labels close to min_score can be included or left out: as in fastText, a branch of the tree is judged by the
        score that leads to it, and none is followed below 1e-5. A score can exceed 1 by rounding.

        Source: Joulin et al. 2017 (fastText): the mean of the vectors of words and character n-grams, a tree of
        logistic regressions. Sums have the order and precision of the library, so that scores differ only if its
        compiler or its exponential function does.
        """
        found, scores = _score(np.frombuffer(line, np.uint8), min_score, best_alone, self.tables)
        likeliest = sorted(zip((-scores).tolist(), found.tolist(), strict=True))
        return [(self.labels[label], -score) for score, label in likeliest]


def read_classifier(path: Path) -> Classifier | None:
    """The classifier of a complete fastText file; None for a kind that is not supported here.

    Supported are supervised models of words and character n-grams with hierarchical softmax and an output that is not
    quantized, such as lid.176.ftz and lid.176.bin. Raises ValueError or IndexError if parts of the file disagree.
    """
    data = path.read_bytes()
    _, version, dimensions, *arguments = struct.unpack_from("<14i", data)
    _, _, _, _, word_ngrams, loss, model, buckets, least, most, _ = arguments
    if (model, loss, word_ngrams) != (SUPERVISED, HIERARCHICAL_SOFTMAX, 1):
        return None
    entries, count, _, _, pruned = struct.unpack_from("<3i2q", data, 64)
    names, seen, position = _entries(data, 92, entries)
    pairs = np.frombuffer(data, "<i4", 2 * max(pruned, 0), position).reshape(-1, 2)
    vectors, position = _vectors(data, position + pairs.nbytes)
    if data[position]:
        return None
    output, _ = _dense(data, position + 1)
    most = most if version != WITHOUT_NGRAMS and pruned != 0 and buckets > 0 else 0
    kept = np.empty((2, 0), np.uint32)
    if pruned > 0:
        chosen, numbers = pairs[np.argsort(pairs[:, 0])].T
        if chosen[0] < 0 or chosen[-1] >= buckets or (np.diff(chosen) == 0).any() or numbers.min() < 0:
            raise ValueError(f"{pruned} of {buckets} buckets are kept, and some of these are no such buckets")
        vectors, kept = np.concatenate([vectors[:count], vectors[count + numbers]]), _kept(chosen, buckets)
    rows, leaves = count + (buckets if most > 0 and pruned < 0 else len(pairs)), entries - count
    if len(vectors) < rows or leaves < 1 or vectors.shape[1] != dimensions or output.shape != (leaves, dimensions):
        raise ValueError(f"{rows} vectors of {dimensions} for {leaves} labels, not {vectors.shape}, {output.shape}")
    bounds = np.cumsum([0, *map(len, names)], dtype=np.int64)
    spellings = np.frombuffer(b"".join(names), np.uint8)
    end_of_line = names.index(END_OF_LINE) if END_OF_LINE in names else -1
    tables = Tables(
        read_only(vectors),
        read_only(_word_table(spellings, bounds)),
        read_only(spellings),
        read_only(bounds),
        read_only(kept),
        read_only(output),
        read_only(_tree(seen[count:])),
        read_only(np.array([count, end_of_line, least, most, buckets], np.int64)),
    )
    classifier = Classifier(
        [name.decode("utf-8", "replace").removeprefix(LABEL_PREFIX) for name in names[count:]], tables
    )
    classifier.scores(b"", 0.0)  # compile now, before the time of pages is measured
    return classifier


def _entries(data: bytes, position: int, entries: int) -> tuple[list[bytes], list[int], int]:
    """Words, then labels; how often each was seen; and the position of the next part of the file."""
    names, counts = [], []
    for _ in range(entries):
        end = data.index(b"\0", position)
        names.append(data[position:end])
        counts.append(struct.unpack_from("<q", data, end + 1)[0])
        position = end + 10
    return names, counts, position


def _vectors(data: bytes, position: int) -> tuple[NDArray[np.float32], int]:
    """The input matrix, dequantized, and the position of the next part of the file."""
    if not data[position]:
        return _dense(data, position + 1)
    has_norms, rows, _, size = struct.unpack_from("<?2qi", data, position + 1)
    position += 22
    codes = np.frombuffer(data, np.uint8, size, position).reshape(rows, -1)
    parts, position = _quantizer(data, position + size)
    vectors = np.concatenate([part[codes[:, number]] for number, part in enumerate(parts)], axis=1)
    if has_norms:
        norms = np.frombuffer(data, np.uint8, rows, position)
        (sizes,), position = _quantizer(data, position + rows)
        vectors *= sizes[norms]
    return vectors, position


def _quantizer(data: bytes, position: int) -> tuple[list[NDArray[np.float32]], int]:
    """Centroids of each part of a vector, shape (256, size of the part), and the position after them."""
    dimensions, _, size, _ = struct.unpack_from("<4i", data, position)
    centroids = np.frombuffer(data, "<f4", CENTROIDS * dimensions, position + 16)
    starts = range(0, len(centroids), CENTROIDS * size)
    parts = [centroids[start : start + CENTROIDS * size].reshape(CENTROIDS, -1) for start in starts]
    return parts, position + 16 + centroids.nbytes


def _dense(data: bytes, position: int) -> tuple[NDArray[np.float32], int]:
    rows, columns = struct.unpack_from("<2q", data, position)
    matrix = np.frombuffer(data, "<f4", rows * columns, position + 16).reshape(rows, columns)
    return np.require(matrix, requirements=["ALIGNED"]), position + 16 + matrix.nbytes


def _tree(counts: Sequence[int]) -> NDArray[np.int32]:
    """The Huffman tree of labels in descending order of counts, as in fastText: of equal counts, inner nodes first."""
    leaves = len(counts)
    weights, children = [*counts], np.full((2 * leaves - 1, 2), -1, np.int32)
    leaf, inner = leaves - 1, leaves
    for node in range(leaves, 2 * leaves - 1):
        for side in range(2):
            if leaf >= 0 and (inner >= node or weights[leaf] < weights[inner]):
                children[node, side], leaf = leaf, leaf - 1
            else:
                children[node, side], inner = inner, inner + 1
        weights.append(weights[children[node, 0]] + weights[children[node, 1]])
    return children


def _word_table(spellings: NDArray[np.uint8], bounds: NDArray[np.int64]) -> NDArray[np.int32]:
    table = np.full(_slots(len(bounds)), _FREE, np.int32)
    _fill_words(table, read_only(spellings), read_only(bounds))
    return table


def _kept(buckets: NDArray[np.int32], most: int) -> NDArray[np.uint32]:
    """`Tables.kept` for buckets in ascending order."""
    flags = np.zeros(most // 32 + 1, np.uint32)
    np.bitwise_or.at(flags, buckets >> 5, np.uint32(1) << (buckets & 31).astype(np.uint32))
    before = np.cumsum(np.bincount((buckets >> 5) + 1, minlength=len(flags) + 1))[: len(flags)]
    return np.stack([flags, before.astype(np.uint32)])


def _slots(entries: int) -> int:
    """A power of two that leaves at least two thirds of the slots free."""
    return 1 << int(3 * entries).bit_length()


@jit
def _fill_words(table: NDArray[np.int32], spellings: NDArray[np.uint8], bounds: NDArray[np.int64]) -> None:
    mask = np.uint32(len(table) - 1)
    for word in range(len(bounds) - 1):
        hashed = _HASH_BASIS
        for position in range(bounds[word], bounds[word + 1]):
            hashed = _hash_byte(hashed, spellings[position])
        slot = hashed & mask
        while table[slot] != _FREE:
            slot = (slot + np.uint32(1)) & mask
        table[slot] = word


@jit
def _hash_byte(hashed: np.uint32, byte: np.uint8) -> np.uint32:
    """FNV-1a over signed bytes, as in fastText."""
    return np.uint32((hashed ^ np.uint32(np.int8(byte))) * _HASH_PRIME)


@jit
def _score(
    line: NDArray[np.uint8], min_score: float, best_alone: bool, tables: Tables
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Numbers and scores of labels whose branches score at least min_score, or at least the best so far."""
    hidden = _mean_vector(line, tables)
    children, output = tables.children, tables.output
    leaves = len(output)
    least = np.float32(np.log(np.float64(np.float32(min_score)) + _LOG_SLACK))
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
            if best_alone:
                least = max(least, log)
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
        start, hashed = end + 1, _HASH_BASIS
        end = start
        while text[end] != SPACE:
            hashed = _hash_byte(hashed, text[end])
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
    while words[slot] != _FREE:
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
        hashed, position, chars = _HASH_BASIS, first, 0
        while position < end and chars < most:
            hashed = _hash_byte(hashed, text[position])
            position += 1
            while position < end and _continues(text[position]):
                hashed = _hash_byte(hashed, text[position])
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
