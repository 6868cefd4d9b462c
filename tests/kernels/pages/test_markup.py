"""Pages with text after their end, two pages in one, frames."""

from __future__ import annotations

import time

import pytest
import trafilatura
from hypothesis import example, given, settings

from tests.kernels.pages.hostile_html import page
from tests.kernels.pages.html_soup import SOUPS, soup
from tests.kernels.pages.test_extract import BALANCED
from winnow.kernels.pages.extract import extract_page
from winnow.kernels.pages.html import whole_text
from winnow.kernels.pages.markup import split_at_ends, without_cut_end, without_frames

FIRST = "A boat lies at the mill, and nobody has asked for it since spring. " * 6
SECOND = "The owner of the orchard sells pears by the basket on each market day. " * 6
P, Q = f"<p>{FIRST}</p>", f"<p>{SECOND}</p>"

GOES_ON = [
    f"<html><head></head><body><h1>Shop</h1></body></html><html><body><article>{P}{Q}</article></body></html>",
    f"<html><head><script>a = 1;</script></head><body></body></html><!DOCTYPE html>\n<html><body>{P}{Q}</body></html>",
    f"<html><body><article>{P}</article></body></html>\n<div class='more'><h2>On</h2>{Q}</div>",
    f"<html></html><html><body>{P}{Q}</body></html>",
    f"<html/><body>{P}{Q}</body></html>",
    f"<html><body class='x'/>{P}{Q}</html>",
    f"<html><body><div id='content'>{P}</body></html>{Q}</div></body></html>",
    f"<html><body>{P}</BODY\n></HTML lang='en'><footer>on</footer>{Q}",
    f"<html><body>{P}</body><body class='b'>{Q}</body></html>",
    f"<html><body><article>{P}</article></body></html><!doctype html><html><body><article>{Q}</article></body></html>",
    f"<html><body>{P}</body></html><!-- </html> --><script>'</html>'</script>{Q}",
    f"<html><frameset cols='1,2'><frame src='a'><noframes><body>{P}{Q}</body></noframes></frameset></html>",
    f"<!-- saved by a program that has much to say -->\n<html><body><div><div>{P}{Q}</div></div></body></html>",
    f"<html><body>{P}<p title='</html>'>{SECOND}</p></body></html>",
    f"<html><body>{P}<p title='</html>'>the end</p></body></html>{Q}",
]


@pytest.mark.parametrize("html", GOES_ON)
def test_text_behind_an_end_is_kept(html: str) -> None:
    text = extract_page(html, BALANCED, "NFC").text
    assert FIRST.strip() in text
    assert SECOND.strip() in text


@pytest.mark.parametrize("html", GOES_ON)
def test_triage_sees_it_too(html: str) -> None:
    shown = " ".join(whole_text(html).split())
    assert FIRST.strip() in shown
    assert SECOND.strip() in shown


@pytest.mark.parametrize("title", ["shop", ""])
def test_the_title_is_that_of_the_first_page_that_has_one(title: str) -> None:
    html = (
        f"<html><head><title>{title}</title></head></html><html><head><title>more</title></head><body>{P}</body></html>"
    )
    assert extract_page(html, BALANCED, "NFC").title == (title or "more")


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "</body></html>\n",
        "</body></html><!-- cached --><!-- 2 -->",
        "</body><script>document.write('</html><p>ad</p>')</script></html>",
        "</HTML><style>p {}</style>\n<noscript><img src=a></noscript>",
    ],
)
def test_a_page_behind_whose_end_is_no_text_is_left_alone(rest: str) -> None:
    html = f"<html><body>{P}{rest}"
    assert split_at_ends(html) == [html]


@pytest.mark.parametrize(
    "bare",
    [
        "<!-- </html> -->", "<script>a = '</html>'</script>", "<textarea></html></textarea>", "<xmp></html></xmp>",
        "<p title='a > b </html>'>", '<p title="</html>">', "<title></html></title>", "<iframe></html></iframe>",
        "<script><!-- </html> --></script >",
    ],
)  # fmt: skip
def test_ends_that_are_no_tags_are_left_alone(bare: str) -> None:
    assert split_at_ends(f"<html><body>{bare}</html>{Q}") == [f"<html><body>{bare}", Q]


@given(SOUPS)
@example(soup(143))
@example(soup(1301756))  # a comment that begins inside another
@settings(max_examples=200, deadline=None)
def test_libxml2_reads_as_far_as_a_parser_of_html5(html: str) -> None:
    html = f"{html}</body></html><html><body><p>the very end</p></body></html>"
    tree = trafilatura.load_html("<html>" + "".join(split_at_ends(html)))
    assert "the very end" not in whole_text(html) or "the very end" in "".join(tree.itertext())


@pytest.mark.parametrize(
    "unit", ["<a", "<a =", "<!--", "<script>", "</html ", "</html>a", "<a ='", '<p ="', "<html/>", "<"]
)
def test_splitting_takes_linear_time(unit: str) -> None:
    assert splitting_seconds(unit * 200_000) < 10 * splitting_seconds(unit * 50_000) + 0.5  # quadratic: 16 times


def splitting_seconds(middle: str) -> float:
    html = "<html><body></html>" + middle + "x"
    started = time.process_time()
    "".join(split_at_ends(html))
    without_frames("<frameset><noframes>" + html)
    return time.process_time() - started


@pytest.mark.parametrize(
    "end",
    ["&", "&e", "&eacut", "&#", "&#8", "&#x20", "<", "</", "&CounterClockwiseContourIntegra"],
)
def test_a_page_that_is_cut_inside_a_reference_or_a_tag_does_not_show_it(end: str) -> None:
    assert without_cut_end(f"<p>caf{end}") == "<p>caf"


@pytest.mark.parametrize("whole", ["<p>caf&eacute;", "<p>R & D", "a < b", "<p>&lt;</p>", "caf&\n", ""])
def test_a_page_with_a_complete_end_does_not_change(whole: str) -> None:
    assert without_cut_end(whole) == whole


def test_frames_without_a_page_for_other_programs_are_left_alone() -> None:
    html = "<html><frameset><frame src=a></frameset></html>"
    assert without_frames(html) == html
    assert without_frames(page("<noframes>a</noframes>")) == page("<noframes>a</noframes>")


def test_other_records_do_not_become_pages() -> None:
    assert extract_page('{"a": "' + FIRST + '"}', BALANCED, "NFC").gate == "empty_text"
