"""A fastText classifier as tables, from a file that is mapped into memory, so that processes share its vectors."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.languages.fasttext_scores import FREE, HASH_BASIS, Classifier, Tables, hash_byte
from winnow.kernels.languages.model_file import CENTROIDS, SUPERVISED, without_prefix
from winnow.kernels.text.characters import jit, read_only

WITHOUT_NGRAMS = 11  # classifiers of this file version use no character n-grams
HIERARCHICAL_SOFTMAX, SOFTMAX = 1, 3
END_OF_LINE = b"</s>"


def read_classifier(path: Path) -> Classifier | None:
    """The classifier of a complete fastText file; None for a kind that is not supported here.

    Supported are supervised models of words and character n-grams with softmax, hierarchical (lid.176.ftz, lid.176.bin)
    or not (GlotLID, OpenLID, NLLB), and an output that is not quantized. Vectors that are not quantized are not copied:
    the tables show those of the mapped file, which is in memory once for all processes of a machine. Raises ValueError
    or IndexError if parts of the file disagree.
    """
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    _, version, dimensions, *arguments = struct.unpack_from("<14i", data)
    _, _, _, _, word_ngrams, loss, model, buckets, least, most, _ = arguments
    if (model, word_ngrams) != (SUPERVISED, 1) or loss not in (HIERARCHICAL_SOFTMAX, SOFTMAX):
        return None
    entries, count, _, _, pruned = struct.unpack_from("<3i2q", data, 64)
    ends, seen = _entries(np.frombuffer(data, np.uint8), 92, entries)
    starts = np.concatenate(([92], ends[:-1] + 10))
    names = [data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    position = int(ends[-1]) + 10
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
    is_tree = loss == HIERARCHICAL_SOFTMAX
    tables = Tables(
        read_only(vectors),
        read_only(_word_table(spellings, bounds)),
        read_only(spellings),
        read_only(bounds),
        read_only(kept),
        read_only(output.copy() if is_tree else np.ascontiguousarray(output.T)),
        read_only(_tree(seen[count:].tolist()) if is_tree else np.empty((0, 2), np.int32)),
        read_only(np.array([count, end_of_line, least, most, buckets], np.int64)),
    )
    classifier = Classifier([without_prefix(name.decode("utf-8", "replace")) for name in names[count:]], tables)
    classifier.scores(b"", 0.0)  # compile now, before the time of pages is measured
    return classifier


@jit
def _entries(data: NDArray[np.uint8], start: int, entries: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the name of each word and label ends, and how often it was seen: a name, a zero, eight bytes and a kind."""
    ends, seen = np.zeros(entries, np.int64), np.zeros(entries, np.int64)
    position = start
    for entry in range(entries):
        while position < len(data) and data[position]:
            position += 1
        ends[entry] = position
        if position + 9 < len(data):
            for byte in range(8):
                seen[entry] |= np.int64(data[position + 1 + byte]) << (8 * byte)
        position += 10
    return ends, seen


def _vectors(data: mmap.mmap, position: int) -> tuple[NDArray[np.float32], int]:
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


def _quantizer(data: mmap.mmap, position: int) -> tuple[list[NDArray[np.float32]], int]:
    """Centroids of each part of a vector, shape (256, size of the part), and the position after them."""
    dimensions, _, size, _ = struct.unpack_from("<4i", data, position)
    centroids = np.frombuffer(data, "<f4", CENTROIDS * dimensions, position + 16)
    starts = range(0, len(centroids), CENTROIDS * size)
    parts = [centroids[start : start + CENTROIDS * size].reshape(CENTROIDS, -1) for start in starts]
    return parts, position + 16 + centroids.nbytes


def _dense(data: mmap.mmap, position: int) -> tuple[NDArray[np.float32], int]:
    rows, columns = struct.unpack_from("<2q", data, position)
    # A view of the mapped file; its numbers may begin at any byte, which processors read as fast as aligned ones.
    matrix = np.frombuffer(data, "<f4", rows * columns, position + 16).reshape(rows, columns)
    return matrix, position + 16 + matrix.nbytes


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
    table = np.full(_slots(len(bounds)), FREE, np.int32)
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
        hashed = HASH_BASIS
        for position in range(bounds[word], bounds[word + 1]):
            hashed = hash_byte(hashed, spellings[position])
        slot = hashed & mask
        while table[slot] != FREE:
            slot = (slot + np.uint32(1)) & mask
        table[slot] = word
