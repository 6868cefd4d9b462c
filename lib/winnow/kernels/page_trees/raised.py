"""Raised and lowered text that carries meaning: exponents, indices, charges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from lxml.etree import iterwalk
from lxml.html import HtmlElement

Style = Literal["unicode", "caret", "plain"]

MAX_CHARS = 12  # of what is raised or lowered; longer text is a note
_DIGITS = "0123456789+-=()ni"
_UNICODE = {
    "sup": str.maketrans(_DIGITS + "\u2212\u2013", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ⁻⁻"),
    "sub": str.maketrans(_DIGITS + "\u2212\u2013", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙᵢ₋₋"),
}
_HAS_UNICODE = re.compile(f"[{re.escape(_DIGITS)}\u2212\u2013]+")
_LETTER = "[A-Za-zΑ-Ωα-ω]"
_NUMBER = re.compile("[+\u2212\u2013-]?[0-9]+(?:[.,/][0-9]+)?")
_CHARGE = re.compile("[0-9]*[+\u2212\u2013-]")
_MARKED = "⁰¹²³⁴-⁹₀-₉^_"  # raised or lowered before: what stands in it, or before it
_EXPRESSION = re.compile(f"(?=.*[0-9+\u2212\u2013*/{_MARKED}-])(?:[0-9+\u2212\u2013*/().{_MARKED}-]|{_LETTER})+")
_WORD = re.compile(f"{_LETTER}+")
# What the text before ends in.
_AMOUNT = re.compile(rf"(?:\d|[⁰-⁹₀-₉)\]}}]|(?<![^\W\d_]){_LETTER}{{1,2}})\Z")
_FUNCTION = re.compile(r"(?<![^\W\d_])(?:sin|cos|tan|cot|sec|csc|log|mol|sec|min|rad)\Z")
_FORMULA = re.compile(r"(?<![^\W\d_])(?:\(?[A-Z][a-z]?\)?[0-9₀-₉_]*){1,12}\Z")
_LOGARITHM = re.compile(r"(?i)(?<![^\W\d_])(?:log|lg)\Z")
_FRACTION = re.compile(r"(?:[⁰-⁹¹²³]|\^\d+)/\Z")
_VARIABLE = re.compile(rf"(?<![^\W\d_]){_LETTER}\Z")
_VERTICAL_ALIGN = re.compile(r"(?i)\bvertical-align\s*:\s*(super|sub)\b")
_INLINE = frozenset(
    ("a", "abbr", "b", "big", "bdi", "em", "font", "i", "math", "nobr", "small", "span", "strong", "u", "var")
)
_ORDINAL_ENDS = frozenset("eaodhrst")  # 2e, 1o, n°, Mr: single letters that are raised without being exponents


def mark_raised(tree: HtmlElement, style: Style) -> None:
    """Writes `<sup>` and `<sub>` into the text, in place: 10<sup>24</sup> kg becomes 10²⁴ kg, not 1024 kg.

    style   unicode   digits and signs as raised and lowered characters of Unicode, others as in caret
            caret     10^24, x_i, 2^(n+1)
            plain     no change
    These are marked: a raised number after a digit, a bracket, one or two letters (n, km) or the name of a function; a
    raised number with a sign after any word; a charge after a formula; a power; any lowered number; an index after one
    letter. Ordinals (1st), abbreviations (Mme) and marks of notes after longer words are not changed.
    """
    if style == "plain":
        return
    for element in list(_raised_and_lowered(tree)):
        text = "".join(element.itertext()).strip()
        if 0 < len(text) <= MAX_CHARS and _carries_meaning(element.tag, _text_before(element), text):
            for child in list(element):
                element.remove(child)
            element.text = _written(element.tag, text, style, element.tail or "")
            element.drop_tag()


def _raised_and_lowered(tree: HtmlElement) -> Iterator[HtmlElement]:
    """The elements `sup` and `sub`, inner ones first, in order; elements that a style raises or lowers become such."""
    for element in tree.iterdescendants("span", "small", "font"):
        style = _VERTICAL_ALIGN.search(element.get("style", ""))
        if style:
            element.tag = "sup" if style[1].lower() == "super" else "sub"
    for _, element in iterwalk(tree, ("end",), ("sup", "sub")):
        if element is not tree:
            yield element


def _written(tag: str, text: str, style: Style, after: str) -> str:
    if style == "unicode" and _HAS_UNICODE.fullmatch(text):
        return text.translate(_UNICODE[tag])
    runs_on = text[-1].isdigit() and after[:1].isdigit()
    is_one = not runs_on and any(form.fullmatch(text) for form in (_NUMBER, _WORD, _CHARGE))
    return f"{'^' if tag == 'sup' else '_'}{text if is_one else f'({text})'}"


def _carries_meaning(tag: str, before: str, text: str) -> bool:
    if tag == "sub":
        return _is_index(before, text)
    if _NUMBER.fullmatch(text):
        has_sign = not text[0].isdigit() and before[-1:].isalnum()
        return bool(has_sign or _AMOUNT.search(before) or _FUNCTION.search(before))
    if _CHARGE.fullmatch(text):
        return bool(_FORMULA.search(before))
    is_power = _EXPRESSION.fullmatch(text) or (len(text) == 1 and text not in _ORDINAL_ENDS and _WORD.fullmatch(text))
    return bool(is_power and _AMOUNT.search(before))


def _is_index(before: str, text: str) -> bool:
    if _NUMBER.fullmatch(text):
        return before[-1:].isalnum() or before[-1:] in {")", "]", "}"} or bool(_FRACTION.search(before))
    is_short = _WORD.fullmatch(text) or _EXPRESSION.fullmatch(text)
    return bool(is_short and (_VARIABLE.search(before) or _LOGARITHM.search(before) or _FORMULA.search(before)))


def _text_before(element: HtmlElement) -> str:
    """The text directly before an element, in its parent, or before parents that only change the look of text."""
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None:
        return previous.tail or "".join(previous.itertext())
    return parent.text or (_text_before(parent) if parent.tag in _INLINE and parent.getparent() is not None else "")
