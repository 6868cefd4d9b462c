"""The entries that URLs are compared with, in a form that is fast to search."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b, sha256
from itertools import groupby, takewhile
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

KEY_BYTES = 8


def key(text: str) -> bytes:
    """The 8 bytes that represent a domain or URL in a `KeySet`."""
    return blake2b(text.encode(), digest_size=KEY_BYTES).digest()


@dataclass(frozen=True, eq=False)
class KeySet:
    """Named sets of texts as one sorted array of 64-bit keys, 10 bytes for each entry.

        keys    uint64, shape (entries,), ascending; an entry in two sets is there twice; may be a memory map
        origin  uint16, shape (entries,): the index in `names` of the entry's set
        names   the names of the sets, in the user's order

    A text in no set is found by mistake with probability entries / 2**64. With 4.6 million entries and 10 look-ups for
    each page, that is 0.0075 pages of 3 billion, so that matches are not confirmed.
    """

    keys: NDArray[np.uint64]
    origin: NDArray[np.uint16]
    names: tuple[str, ...]

    @classmethod
    def of(cls, sets: Mapping[str, bytes | bytearray]) -> KeySet:
        """The union of named sets, each the concatenated keys of its entries."""
        parts = [_distinct(np.sort(np.frombuffer(keys, dtype="<u8").astype(np.uint64))) for keys in sets.values()]
        keys = np.concatenate([np.empty(0, dtype=np.uint64), *parts])
        origin = np.repeat(np.arange(len(parts), dtype=np.uint16), [len(part) for part in parts])
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], origin[order], tuple(sets))

    def find(self, candidates: Iterable[str]) -> list[tuple[str, str]]:
        """Pairs of set and text for all candidates that are entries, by candidate, then by set."""
        if not len(self.keys):
            return []
        texts = list(candidates)
        sought = np.frombuffer(b"".join(map(key, texts)), dtype="<u8").astype(np.uint64, copy=False)
        first = self.keys.searchsorted(sought)
        found = (self.keys.take(first, mode="clip") == sought).nonzero()[0]
        if not len(found):
            return []
        after = self.keys.searchsorted(sought, side="right")
        return [(self.names[origin], texts[i]) for i in found for origin in self.origin[first[i] : after[i]]]


@dataclass(frozen=True)
class Substrings:
    """Entries that are found anywhere in a text without separators."""

    entries: tuple[str, ...]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, entries: Iterable[str]) -> Substrings:
        """The distinct entries, sorted, behind one regular expression in which common beginnings are shared."""
        distinct = tuple(sorted(set(entries)))
        return cls(distinct, re.compile(_alternation(distinct) if distinct else r"(?!)"))

    def find(self, compact: str) -> list[str]:
        """All entries that are part of the text."""
        return [entry for entry in self.entries if entry in compact] if self.pattern.search(compact) else []


@dataclass(frozen=True)
class Phrases:
    """Entries of whole words: one word, or several that must follow each other, joined by a space."""

    words: frozenset[str]
    phrases: tuple[str, ...]

    @classmethod
    def of(cls, entries: Iterable[str]) -> Phrases:
        """Single words apart from sequences of words."""
        distinct = set(entries)
        phrases = {entry for entry in distinct if " " in entry}
        return cls(frozenset(distinct - phrases), tuple(sorted(phrases)))

    def find(self, words: list[str]) -> list[str]:
        """All different entries among the words: single words first, then phrases, both sorted."""
        found = sorted(self.words.intersection(words))
        if self.phrases:
            text = f" {' '.join(words)} "
            found += [phrase for phrase in self.phrases if f" {phrase} " in text]
        return found


@dataclass(frozen=True, eq=False)
class UrlLists:
    """All lists of a run, ready to be sent to the workers.

    domains, urls                    listed entries by category, such as adult/domains
    excepted_domains, excepted_urls  entries that no list and no word gates
    strict, hard, soft               word lists
    curated                          domains of sources left to curated corpora; empty if they are not gated
    skipped                          number of wrong lines by list; only lists with wrong lines
    """

    domains: KeySet
    urls: KeySet
    excepted_domains: KeySet
    excepted_urls: KeySet
    strict: Substrings
    hard: Phrases
    soft: Phrases
    curated: frozenset[str]
    skipped: Mapping[str, int]

    @property
    def checksum(self) -> str:
        """Hexadecimal SHA-256 of the different entries; independent of their order, their files and categories."""
        digest = sha256()
        for keys in (self.domains, self.urls, self.excepted_domains, self.excepted_urls):
            distinct = _distinct(keys.keys)
            digest.update(len(distinct).to_bytes(8, "little") + distinct.astype("<u8").tobytes())
        for entries in (
            self.strict.entries,
            self.hard.words,
            self.hard.phrases,
            self.soft.words,
            self.soft.phrases,
            self.curated,
        ):
            digest.update(len(entries).to_bytes(8, "little") + "\n".join(sorted(entries)).encode() + b"\n")
        return digest.hexdigest()


def _distinct(ascending: NDArray[np.uint64]) -> NDArray[np.uint64]:
    is_new = np.ones(len(ascending), dtype=bool)
    np.not_equal(ascending[1:], ascending[:-1], out=is_new[1:])
    return ascending[is_new]


def _alternation(entries: tuple[str, ...]) -> str:
    """A pattern that finds any of the sorted entries; an entry that begins with another one is left out."""
    both = zip(entries[0], entries[-1], strict=False)
    shared = "".join(first for first, _ in takewhile(lambda pair: pair[0] == pair[1], both))
    rests = [entry[len(shared) :] for entry in entries]
    if "" in rests:
        return re.escape(shared)
    branches = [_alternation(tuple(branch)) for _, branch in groupby(rests, itemgetter(0))]
    return f"{re.escape(shared)}(?:{'|'.join(branches)})"
