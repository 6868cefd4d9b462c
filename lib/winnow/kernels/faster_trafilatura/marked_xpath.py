"""XPath expressions whose conditions on attributes are evaluated once for each different set of attributes.

Whether an element meets `re:test(@class, 'a|b') or @id='c'` depends only on its attributes. So a page is *marked* once:
each element that meets such a condition gets an attribute with the letter of the condition. The expressions are
rewritten to test the letter. They find the same elements in the marked page, and in copies of it.
"""

from __future__ import annotations

import importlib
import re
import string
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple, cast

from lxml.etree import XPath, _Element

MARK = "MARK"  # in upper case: attributes of parsed HTML are in lower case
MAX_KNOWN = 30_000  # signatures whose letters are remembered: about 20 MB
MAX_KNOWN_CHARS = 1_000  # of one signature; longer ones are not remembered

Signature = tuple[tuple[str, str], ...]  # names and values of attributes that conditions name, in source order
NodeSet = Callable[[_Element], list[_Element]]

_NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
_PREDICATE = re.compile(r"\[((?:'[^']*'|[^\[\]'])*)\]")
_PIECE = re.compile(r"'[^']*'|\bor\b|[()]|[^'()o]+|o")
_BRANCH = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]|[^\\\[()|]+")
_VALUE = r"@(?P<names>[\w-]+(?:\|@[\w-]+)*)"
_TEXT = r"\s*,\s*'(?P<text>[^']+)'"
_FORMS = {
    "has": re.compile(r"@(?P<names>[\w-]+)"),
    "is": re.compile(r"@(?P<names>[\w-]+)\s*=\s*'(?P<text>[^']+)'"),
    "contains": re.compile(rf"contains\({_VALUE}{_TEXT}\)"),
    "starts": re.compile(rf"starts-with\({_VALUE}{_TEXT}\)"),
    "folded": re.compile(rf"contains\(translate\({_VALUE},\s*'(?P<upper>[A-Z]+)',\s*'(?P<lower>[a-z]+)'\){_TEXT}\)"),
    "test": re.compile(rf"re:test\({_VALUE}{_TEXT}(?P<flag>\s*,\s*'i')?\)"),
}
_regex = importlib.import_module("re._parser")


class _Term(NamedTuple):
    """One condition: its letter, and a function that tests attributes."""

    letter: str
    holds: Callable[[Signature], bool]


class Marks:
    """The letters of conditions, recent answers, and the letters that occur in the page.

    One page at a time: expressions work for the page that was marked last, and for its copies.
    """

    def __init__(self) -> None:
        self._letters: dict[tuple[str, ...], str] = {}
        self._terms: dict[str, list[_Term]] = {}  # by a string that attributes contain if the term is true, in any case
        self._starts: dict[tuple[str, ...], list[str]] = {}  # those strings by their first three characters
        self._whole: set[tuple[str, ...]] = set()  # first three characters of the strings
        self._short: set[tuple[str, ...]] = set()  # strings of fewer than three characters
        self._names: set[str] = set()
        self._present: set[str] = set()
        self._remembered = lru_cache(maxsize=MAX_KNOWN)(self._letters_of)

    def rewritten(self, expression: XPath) -> NodeSet:
        """An expression that finds the same elements in the marked page as the given one.

        Exact for unions of paths whose predicates are terms joined by `or`, if no attribute that they name is changed
        without the mark (`attrib.clear()` removes both). Terms of unknown form are not changed.
        """
        needed: set[str] = set()
        path = _PREDICATE.sub(lambda found: self._rewritten_predicate(found[1], needed), expression.path)
        if f"@{MARK}" not in path:
            return cast(NodeSet, expression)
        if not re.search(r"[^)]\[\d+\]", path):
            path = path.replace(".//", "descendant::")  # which libxml2 answers faster, equal where nothing is counted
        if "|" in path or not needed:
            return cast(NodeSet, XPath(path, namespaces=_NAMESPACES))
        find, present = XPath(path.replace("*[", f"*[@{MARK}][", 1), namespaces=_NAMESPACES), self._present
        return lambda tree: find(tree) if needed <= present else []

    def below(self, names: Iterable[str], held: Iterable[str], holds: Callable[[Signature], bool]) -> NodeSet:
        """An expression for the elements below one for which a condition on the named attributes is true.

        If it is true, their values contain one of the strings `held`, ignoring case.
        """
        letter = self._new_letter((*names, *held))
        self._add(set(names), held, _Term(letter, holds))
        find, present = XPath(f"descendant::*[contains(@{MARK}, '{letter}')]"), self._present
        return lambda tree: find(tree) if letter in present else []

    def mark(self, tree: _Element) -> None:
        """Marks the elements below one."""
        names, remembered, marks = self._names, self._remembered, set()
        for element in tree.iterdescendants("*"):
            signature = tuple([item for item in element.items() if item[0] in names])
            if not signature:
                continue
            short = sum([len(value) for _, value in signature]) <= MAX_KNOWN_CHARS
            if letters := remembered(signature) if short else self._letters_of(signature):
                element.set(MARK, letters)
                marks.add(letters)
        self._present.clear()
        self._present.update(*marks)

    def _letters_of(self, signature: Signature) -> str:
        """The letters of the conditions that are true. Only conditions with a matching string are evaluated."""
        text = "\n".join([f"{name} {value}" for name, value in signature]).lower()
        if text.isascii():
            found = self._whole.intersection(zip(text, text[1:], text[2:], strict=False))
            asked = [
                self._terms[held] for start in (*found, *self._short) for held in self._starts[start] if held in text
            ]
        else:  # which has more ways to fold case than lower()
            asked = [*self._terms.values()]
        letters: set[str] = set()
        for term in chain.from_iterable(asked):
            if term.letter not in letters and term.holds(signature):
                letters.add(term.letter)
        return "".join(sorted(letters))

    def _new_letter(self, condition: tuple[str, ...]) -> str:
        return self._letters.setdefault(condition, string.ascii_letters[len(self._letters)])

    def _add(self, names: set[str], held: Iterable[str], term: _Term) -> None:
        self._names |= names
        self._remembered.cache_clear()
        for text in map(str.lower, held):
            if text not in self._terms:
                self._starts.setdefault(tuple(text[:3]), []).append(text)
                (self._short if len(text) < 3 else self._whole).add(tuple(text[:3]))
            self._terms.setdefault(text, []).append(term)

    def _rewritten_predicate(self, predicate: str, needed: set[str]) -> str:
        terms = _terms(predicate)
        mine = tuple(term for term in terms if any(form.fullmatch(term) for form in _FORMS.values()))
        if not mine:
            return f"[{predicate}]"
        if mine not in self._letters:
            letter = self._new_letter(mine)
            for names, held, holds in chain.from_iterable(map(_read, mine)):
                self._add(set(names), held, _Term(letter, holds))
        others = [term for term in terms if term not in mine]
        if not others:
            needed.add(self._letters[mine])
        return "[" + " or ".join([*others, f"contains(@{MARK}, '{self._letters[mine]}')"]) + "]"


def _read(term: str) -> Iterator[tuple[list[str], set[str], Callable[[Signature], bool]]]:
    """The conditions of a term: names of attributes, strings (a match contains at least one), and the test itself."""
    kind, form = next((kind, found) for kind, form in _FORMS.items() if (found := form.fullmatch(term)))
    names, text = form["names"].split("|@"), form.groupdict().get("text") or ""
    if kind == "test":
        for pattern in _alternatives(text):
            search = re.compile(pattern, re.IGNORECASE if form["flag"] else 0).search
            yield names, held_by_matches(pattern) or {""}, lambda have, search=search: bool(search(_first(have, names)))  # type: ignore[misc]
    elif kind == "has":
        yield names, set(names), lambda have: any(name == names[0] for name, _ in have)
    elif kind == "is":
        yield names, {text}, lambda have: (names[0], text) in have
    elif kind == "starts":
        yield names, {text}, lambda have: _first(have, names).startswith(text)
    elif kind == "contains":
        yield names, {text}, lambda have: text in _first(have, names)
    else:
        table = str.maketrans(form["upper"], form["lower"])
        held = {text} if form["upper"].lower() == form["lower"] else {""}
        yield names, held, lambda have: text in _first(have, names).translate(table)


def _first(signature: Signature, names: list[str]) -> str:
    """XPath's string value of `@a|@b`: the attribute that comes first in the source."""
    for name, value in signature:
        if name in names:
            return value
    return ""


def _terms(predicate: str) -> list[str]:
    """The parts of a predicate that `or` joins outside parentheses and quotation marks."""
    return [term.strip() for term in _split(_PIECE.findall(predicate), "or")]


def _alternatives(pattern: str) -> list[str]:
    """The parts of a regular expression that `|` joins outside parentheses; the whole one if the parts share groups."""
    if re.search(r"\\\d|\(\?[^:!=<]", pattern):
        return [pattern]
    return _split(_BRANCH.findall(pattern), "|")


def _split(pieces: list[str], separator: str) -> list[str]:
    parts, depth = [""], 0
    for piece in pieces:
        depth += (piece == "(") - (piece == ")")
        if piece == separator and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def held_by_matches(pattern: str) -> set[str] | None:
    """Strings such that each match of a regular expression contains at least one of them; None if not known."""
    return _held_by_parsed(_regex.parse(pattern))


def _held_by_parsed(pattern: Any) -> set[str] | None:
    held: list[set[str] | None] = []
    run = ""
    for operation, argument in [*pattern, (None, None)]:
        if str(operation) == "LITERAL":
            run += chr(argument)
            continue
        held.append({run} if run else None)
        run = ""
        if str(operation) == "SUBPATTERN":
            held.append(_held_by_parsed(argument[3]))
        elif str(operation) == "MAX_REPEAT" and argument[0]:
            held.append(_held_by_parsed(argument[2]))
        elif str(operation) == "BRANCH":
            each = [_held_by_parsed(branch) for branch in argument[1]]
            held.append(None if None in each else {text for some in each if some for text in some})
    return max((some for some in held if some), key=lambda some: min(map(len, some)), default=None)
