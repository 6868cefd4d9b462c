"""The text that trafilatura writes, and the marks that it added itself."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

from lxml.etree import _Element
from trafilatura.settings import Document
from trafilatura.utils import normalize_unicode, sanitize

from winnow.kernels.faster_trafilatura.switch import lock
from winnow.kernels.pages.marks import CELL_MARK, CODE, LIST_MARK, Mark, Marked, joined, stripped

xml: Any = importlib.import_module("trafilatura.xml")
# The string objects that trafilatura puts around cells; text of a page is never the same object.
_CELL_PIECES = {id(piece): piece for piece in xml.process_element.__code__.co_consts if piece in ("| ", " | ")}
_HEAD_LINE = re.compile(r"\n(\|(?:---\|)+)\n")
# Printable symbols. Three that are not in the text are used for: mark begins, code begins, either ends.
_SYMBOLS = [*map(chr, range(0x2FF0, 0x2FFC)), *map(chr, range(0x2800, 0x2900))]


class _ListMark(str):
    """A piece of text that is the mark of a list's item."""

    __slots__ = ()


def write_text(document: Document) -> Marked:
    """The text of `trafilatura.extract`, and its marks.

    Pieces that trafilatura added are recognised by object identity. Symbols that are not in the page are put at the
    ends of marks until trafilatura has cleaned the lines. There are no marks if cleaning gives another text with the
    symbols than without.
    """
    with _telling_list_marks():
        body = _written(document.body)
        comments = document.commentsbody
        if comments is None:
            return body
        return stripped(joined([body, _written(comments)]) if len(comments) else body)


@contextmanager
def _telling_list_marks() -> Iterator[None]:
    own: Callable[..., str] = xml._list_marker
    with lock:
        try:
            xml._list_marker = lambda *given: _ListMark(own(*given))
            yield
        finally:
            xml._list_marker = own


def _written(body: _Element) -> Marked:
    text = "".join(body.itertext())
    symbols = [symbol for symbol in _SYMBOLS if symbol not in text][:3]
    has_code = len(symbols) == 3 and next(body.iter("code"), None) is not None
    if has_code:
        _enclose_code(body, symbols[1], symbols[2])
    pieces: list[str] = []
    xml.process_element(body, pieces, False)
    kinds = _kinds_of(pieces)
    bare = "".join(pieces)
    plain = _cleaned(bare.replace(symbols[1], "").replace(symbols[2], "") if has_code else bare)
    if len(symbols) < 3 or not (kinds or has_code):
        return Marked(plain, ())
    marked = _read(_cleaned("".join(_with_symbols(pieces, kinds, symbols))), symbols, iter(kinds.values()))
    return marked if marked.text == plain else Marked(plain, ())


def _kinds_of(pieces: list[str]) -> dict[int, str]:
    """The kinds of the marks among the pieces of a text, by their places in order."""
    kinds = {}
    for place, piece in enumerate(pieces):
        if type(piece) is _ListMark:
            kinds[place] = LIST_MARK
        elif id(piece) in _CELL_PIECES or (piece[:2] == "\n|" and _HEAD_LINE.fullmatch(piece)):
            kinds[place] = CELL_MARK
    return kinds


def _cleaned(text: str) -> str:
    return normalize_unicode(unescape(sanitize(text, True) or ""))


def _enclose_code(body: _Element, begin: str, end: str) -> None:
    """Puts symbols around each block of code that is not inside another."""
    for code in body.iter("code"):
        if next(code.iterancestors("code"), None) is not None:
            continue
        holders = [(one, name) for one in code.iter() for name in ("text", "tail") if _holds_text(one, name, code)]
        if holders:
            _put(*holders[0], lambda text: text[: _indent(text)] + begin + text.lstrip())
            _put(*holders[-1], lambda text: text.rstrip() + end + text[len(text.rstrip()) :])


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _holds_text(element: _Element, name: str, code: _Element) -> bool:
    is_inside = name == "text" or element is not code
    return is_inside and isinstance(element.tag, str) and bool((getattr(element, name) or "").strip())


def _put(element: _Element, name: str, change: Callable[[str], str]) -> None:
    setattr(element, name, change(getattr(element, name)))


def _with_symbols(pieces: list[str], kinds: dict[int, str], symbols: list[str]) -> Iterator[str]:
    for place, piece in enumerate(pieces):
        kind = kinds.get(place)
        if kind is None:
            yield piece
            continue
        bare = piece.strip("\n") if kind == CELL_MARK else piece
        lead = piece[: piece.index(bare)] + (" " if bare[:1] == " " and kind == CELL_MARK else "")
        rest = piece[len(lead) :]
        end = len(rest.rstrip("\n"))
        yield f"{lead}{symbols[0]}{rest[:end]}{symbols[2]}{rest[end:]}"


def _read(text: str, symbols: list[str], kinds: Iterator[str]) -> Marked:
    """The text without symbols, and the marks that they enclosed."""
    found: list[tuple[int, int, str]] = []
    open_marks: list[tuple[int, str]] = []
    bare: list[str] = []
    at = 0
    for piece in re.split(f"([{''.join(symbols)}])", text):
        if piece == symbols[2]:
            start, kind = open_marks.pop()
            found.append((start, at, kind))
        elif piece in symbols:
            open_marks.append((at, CODE if piece == symbols[1] else next(kinds)))
        else:
            bare.append(piece)
            at += len(piece)
    return Marked("".join(bare), tuple(Mark(*one) for one in sorted(found)))
