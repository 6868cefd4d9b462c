"""Pages whose text cannot become markup, and which only their own style sheet can style."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from tests.report.sides import side_of
from winnow.report.html.markup import document, shown, table, tag
from winnow.report.html.page import render

VOID = {"meta", "br", "rect", "line", "path"}


class Read(HTMLParser):
    """The elements of a page, its text, and whether every element is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])))
def test_no_text_or_attribute_becomes_markup(text: str) -> None:
    read = Read(tag("p", text, [text], title=text).markup)
    assert (read.tags, read.text, read.open) == ([("p", {"title": text})], text + text, [])


def test_children_and_attributes() -> None:
    made = tag("td", 1_234, None, tag("br"), ["a", 0.5], class_="x", aria_label="<", tabindex=0, open=True, id=None)
    assert made.markup == '<td class="x" aria-label="&lt;" tabindex="0" open>1,234<br>a0.5</td>'


def test_the_policy_allows_only_the_own_style_sheet() -> None:
    page = document("a title", tag("p", "x")).markup
    policy = next(attrs["content"] for _, attrs in Read(page).tags if attrs.get("http-equiv"))
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    checksum = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{checksum}'; base-uri 'none'; form-action 'none'"


def test_a_table_is_named_and_can_be_reached_by_keyboard() -> None:
    read = Read(table("Pages", ["reason", "pages"], [["a", 3]]).markup)
    assert read.tags[0] == ("div", {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": "Pages"})
    cells = [(name, attrs.get("scope"), attrs.get("class")) for name, attrs in read.tags if name in ("th", "td")]
    assert cells == [("th", "col", None), ("th", "col", "figure"), ("th", "row", None), ("td", None, "figure")]


def test_text_of_strangers_is_bounded_and_printable() -> None:
    assert shown("a\x1b[2J\u202eb\nc") == "a�[2J�b\nc"
    assert shown("a" * 3_000) == "a" * 2_000 + " ..."


def test_a_report_is_whole_and_every_link_and_picture_is_named() -> None:
    read = Read(render([side_of("text", "ONE"), side_of("text", "TWO")]).markup)
    assert read.open == []
    ids = [attrs["id"] for _, attrs in read.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = {str(attrs["href"]) for _, attrs in read.tags if "href" in attrs}
    assert links <= {f"#{one}" for one in ids}
    pictures = [attrs for name, attrs in read.tags if name == "svg"]
    assert all(attrs.get("aria-label") if attrs.get("role") == "img" else "aria-hidden" in attrs for attrs in pictures)
    figures = sum(name == "figure" for name, _ in read.tags)
    assert figures > 100
    assert read.text.count("Figures: ") == figures
    headings = [name for name, _ in read.tags if re.fullmatch("h[1-6]", name)]
    assert headings[0] == "h1"
    assert headings.count("h1") == 1
    assert "were made with other rules than the thresholds drawn here" in read.text
