"""jusText's paragraphs, read directly from the tree; jusText itself uses SAX events."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from justext.core import PARAGRAPH_TAGS, classify_paragraphs
from justext.paragraph import Paragraph
from lxml.etree import _Element

_UNEVEN = re.compile(r"\s{2,}|[^\S\n ]")  # white space that is not one space or one newline already


class ReadParagraph(Paragraph):  # type: ignore[misc]
    """A paragraph of jusText with only the fields that classification reads; its text is joined once."""

    def __init__(self, dom_path: str) -> None:
        self.dom_path = dom_path
        self.text_nodes: list[str] = []
        self.chars_count_in_links = 0
        self.class_type = ""
        self.joined = ""

    @property
    def text(self) -> str:
        """The whole text, white space normalised, after the paragraph has ended."""
        return self.joined

    def stopwords_density(self, stopwords: frozenset[str]) -> float:
        """Stop words, of all words; lower() finds a final sigma in a whole text where it does in the word alone."""
        words = self.joined.lower().split()
        return sum(map(stopwords.__contains__, words)) / len(words) if words else 0.0


class ParagraphReader:
    """Replaces jusText's ParagraphMaker: the same paragraphs with the same classes, for HTML without namespaces."""

    @classmethod
    def make_paragraphs(cls, root: _Element) -> list[ReadParagraph]:
        """The paragraphs below and in an element, in the order of the page."""
        reader = cls()
        reader._read(root)
        reader._begin()
        return reader._paragraphs

    def __init__(self) -> None:
        self._paragraphs: list[ReadParagraph] = []
        self._path: list[str] = []
        self._in_link = self._after_break = False
        self._current = ReadParagraph("")

    def _read(self, element: _Element) -> None:
        name = element.tag
        if isinstance(name, str):
            self._path.append(name)
            self._open(name)
            self._add(element.text)
            for child in element:
                self._read(child)
            self._path.pop()
            if name in PARAGRAPH_TAGS:
                self._begin()
            elif name == "a":
                self._in_link = False
        self._add(element.tail)

    def _open(self, name: str) -> None:
        if name in PARAGRAPH_TAGS or (name == "br" and self._after_break):
            self._begin()
            return
        self._after_break = name == "br"
        if self._after_break:
            self._current.text_nodes.append(" ")
        elif name == "a":
            self._in_link = True

    def _add(self, text: str | None) -> None:
        if not text or text.isspace():
            return
        text = _evened(text)
        self._current.text_nodes.append(text)
        self._current.chars_count_in_links += len(text) if self._in_link else 0
        self._after_break = False

    def _begin(self) -> None:
        if self._current.text_nodes:
            self._current.joined = _evened("".join(self._current.text_nodes).strip())
            if self._current.joined:
                self._paragraphs.append(self._current)
        self._current = ReadParagraph(".".join(self._path))


class Classifier:
    """jusText's classification, with stop words hashed once instead of for each page."""

    def __init__(self) -> None:
        self._given: Iterable[str] = ()
        self._stopwords: frozenset[str] = frozenset()

    def __call__(self, paragraphs: list[ReadParagraph], stoplist: Iterable[str], *thresholds: Any) -> None:
        """Sets each paragraph's class."""
        if self._given is not stoplist:
            self._given, self._stopwords = stoplist, frozenset(stoplist)
        classify_paragraphs(paragraphs, self._stopwords, *thresholds)


def _evened(text: str) -> str:
    """A text in which each run of white space becomes one newline, if it contains one, or one space."""
    return _UNEVEN.sub(lambda run: "\n" if "\n" in run[0] or "\r" in run[0] else " ", text)
