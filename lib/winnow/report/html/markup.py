"""HTML in which text of strangers cannot become markup: only `tag` makes markup, and it escapes all text."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias

_VOID = {"meta", "rect", "line", "path", "br"}
_TOO_LONG = 2_000  # characters of one piece of text of strangers


@dataclass(frozen=True)
class Html:
    """Markup that is safe to show; a notebook shows it as it is."""

    markup: str

    def _repr_html_(self) -> str:
        return f"<style>{stylesheet()}</style><div class=winnow>{self.markup}</div>"


Child: TypeAlias = "Html | str | int | float | Iterable[Child] | None"


def tag(name: str, /, *children: Child, **attributes: str | int | float | bool | None) -> Html:
    """An element. Text among its children and in its attributes is escaped; None is left out.

    In names of attributes, _ means -, and Python's own words end in _ (`class_`). True means an attribute without a
    value.
    """
    opening = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{opening}>" if name in ("meta", "br") else f"<{name}{opening}/>")
    return Html(f"<{name}{opening}>{''.join(_flat(children))}</{name}>")


def join(*children: Child) -> Html:
    """Several elements in a row."""
    return Html("".join(_flat(children)))


def document(title: str, *body: Child) -> Html:
    """A whole page, which loads nothing, runs nothing and sends nothing, with any content."""
    style = stylesheet()
    checksum = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{checksum}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        Html(f"<style>{style}</style>"),
    )
    skip = tag("a", "Skip to the content", class_="skip", href="#content")
    inside = tag("body", skip, tag("main", *body, id="content", class_="winnow"))
    return Html(f"<!doctype html>\n{tag('html', head, inside, lang='en').markup}\n")


def stylesheet() -> str:
    """The style of all pages, from `report.css`."""
    return importlib.resources.files("winnow.report.html").joinpath("report.css").read_text(encoding="utf-8")


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], text_columns: int = 1) -> Html:
    """A table that scrolls if it is too wide; all columns except the first ones contain figures.

    The first cell of a row is its head; a cell is a Child of `tag`.
    """
    kinds = [None if place < text_columns else "figure" for place in range(len(columns))]
    head = tag("tr", *(tag("th", name, scope="col", class_=kind) for name, kind in zip(columns, kinds, strict=True)))
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row"),
            *(tag("td", cell, class_=kind) for cell, kind in zip(row[1:], kinds[1:], strict=True)),
        )
        for row in rows
    ]
    made = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body))
    return tag("div", made, class_="scroll", tabindex=0, role="group", aria_label=caption)


def figure(title: str, unit: str, picture: Html, figures: Html) -> Html:
    """A chart with title and unit, and a table of its figures to open below."""
    caption = tag("figcaption", tag("span", title, class_="title"), " ", tag("span", unit, class_="unit"))
    return tag("figure", caption, picture, tag("details", tag("summary", f"Figures: {title}"), figures))


def difference(before: str, mine: str, other: str) -> Html:
    """A difference of two texts: the words before, the words of one, the words of the other."""
    places = ("... ", shown(before), " ", tag("del", shown(mine)), " ", tag("ins", shown(other)))
    return tag("p", *places, class_="diff", dir="auto")


def shown(text: str) -> str:
    """Text of strangers for a page: without control characters except newlines, of limited length."""
    return printable(text if len(text) <= _TOO_LONG else f"{text[:_TOO_LONG]} ...")


def printable(text: str) -> str:
    """The text without control characters except newlines, also without marks of direction."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


def _attribute(key: str, value: str | int | float | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def _flat(children: Iterable[Child]) -> Iterator[str]:
    for child in children:
        if isinstance(child, Html):
            yield child.markup
        elif isinstance(child, str):
            yield escape(child)
        elif isinstance(child, int | float):
            yield escape(f"{child:,}")
        elif child is not None:
            yield from _flat(child)
