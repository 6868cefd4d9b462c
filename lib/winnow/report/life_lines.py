"""The life of a page in words, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from winnow.kernels.gates import GATES
from winnow.report.life import Copy, Judged, Life, Stretch, word_diff
from winnow.report.quantities import html_size
from winnow.scopes.page_names import page_name

_DIFFERENCES = 12  # differences shown
_SHOWN_CHARS = 160
_LABEL_CHARS = 14
_MIN_COLUMNS = 50  # in a narrower terminal, lines are not wrapped here

Line = tuple[str, str, bool]  # label, sentence, whether it ends the page's way


def show_lives(lives: Sequence[Life]) -> None:
    """Print the life of each page."""
    for life in lives:
        show_life(life)


def show_life(life: Life) -> None:
    """Print the life of a page, stage by stage; the line that drops it is bold.

    In a terminal, long sentences are wrapped behind their labels, but URLs and paths are not broken. In a file or pipe,
    each sentence is one line.
    """
    console = Console()
    width = console.width if console.is_terminal and console.width >= _MIN_COLUMNS else 0
    console.print(Text(plain(page_name(life.page)), "bold"), soft_wrap=True)
    for label, told, is_end in _lines(life):
        for number, part in enumerate(_wrapped(plain(told), width)):
            text = Text(f"{'' if number else label:<{_LABEL_CHARS}}").append(part, "bold" if is_end else "")
            console.print(text, soft_wrap=True, highlight=False)


def _wrapped(sentence: str, width: int) -> list[str]:
    """A sentence in lines for a terminal of this width; in one line if width is 0."""
    if not width:
        return [sentence]
    return textwrap.wrap(sentence, width - _LABEL_CHARS, break_long_words=False, break_on_hyphens=False) or [""]


def _lines(life: Life) -> Iterator[Line]:
    yield from facts(life)
    if life.page.gate:
        return
    if life.copies_first:
        yield from _copies(life)
        if life.copy_of is not None:
            return
    yield from (("rule", *_rule(one)) for one in sorted(life.judged, key=lambda one: one.passes))
    if life.not_judging:
        yield "rules", f"do not judge pages in {life.page.language}: {', '.join(life.not_judging)}", False
    yield from verdict(life)
    if life.reasons != []:
        return
    if not life.copies_first:
        yield from _copies(life)
    yield from (("repeated", _stretch(one), False) for one in life.stretches)
    yield from ending(life)


def _copies(life: Life) -> Iterator[Line]:
    """Near duplicates, and the differences to the page that this one was dropped for."""
    yield from near_copies(life)
    if life.copy_of is not None:
        differences = differences_of(life, life.copy_of)
        for before, mine, kept in differences[:_DIFFERENCES]:
            yield "  differs", f"... {before} [-{_short(mine)}-] [+{_short(kept)}+]", False
        if len(differences) > _DIFFERENCES:
            yield "  differs", f"and in {len(differences) - _DIFFERENCES:,} more places", False


def facts(life: Life) -> Iterator[Line]:
    """The place of the page, when it was fetched, and its gate or its text."""
    page = life.page
    yield "page", f"{page.page_id} of {page.crawl}, shard {page.shard}", False
    yield "archive", f"{page.archive_path}, offset {page.record_offset:,}, {page.record_length:,} bytes", False
    fetched = f"{page.fetched_at:%Y-%m-%d %H:%M:%S}" if page.fetched_at else "at an unknown time"
    charset = f", {page.charset}" if page.charset else ""
    yield "fetched", f"{fetched}; {page.content_type or 'no type'}{charset}, {html_size(page.html_bytes)}", False
    if "truncated" in page and page.truncated:
        yield "cut", f"the crawler took only the beginning of it: {page.truncated}", False
    if page.gate:
        gate = GATES.get(page.gate)
        yield "gate", f"{page.gate}: {gate.means if gate else 'unknown to this version'}", True
        if page.language is not None:
            yield "language", f"{page.language}, score {page.language_score:.3f}", False
        return
    yield "text", f"{len(page.text):,} characters, title {page.title!r}", False
    yield "language", f"{page.language}, score {page.language_score:.3f}", False
    if life.measures is None or life.reasons is None:
        yield "", "not measured and judged yet", True


def verdict(life: Life) -> Iterator[Line]:
    """The verdict of the rules, for a page that was judged."""
    if life.measures is None or life.reasons is None:
        return
    now = [one.rule.reason for one in life.judged if not one.passes]
    if now != life.reasons:
        before = ", ".join(life.reasons) or "kept"
        yield "verdict", f"as the tables were made, under other settings than these: {before}", False
    dropped = f"dropped: {', '.join(life.reasons)}"
    yield "verdict", dropped if life.reasons else "kept by every rule", bool(life.reasons)


def near_copies(life: Life) -> Iterator[Line]:
    """Near duplicates that were dropped for this page, and the page that it was dropped for."""
    if life.near:
        yield "near copies", f"{life.near:,} pages were dropped as near copies of it", False
    if life.copy_of is None:
        return
    row = life.copy_of.row
    via = "" if row.via_page_id == row.kept_page_id else f", found by way of page {row.via_page_id}"
    told = f"dropped: Jaccard {row.jaccard:.4f} to {_kept(life.copy_of)}{via}"
    yield "near copy", f"{told}; its cluster has {row.cluster_size:,} pages", True


def differences_of(life: Life, copy: Copy) -> list[tuple[str, str, str]]:
    """The differences to the page that it was dropped for; see `life.word_diff`."""
    return word_diff(life.measures.text, copy.text) if copy.text is not None and life.measures is not None else []


def ending(life: Life) -> Iterator[Line]:
    """The steps after near duplicates: repeated spans, the URL pass, the document."""
    if life.repeats is not None and life.repeats.reason:
        yield "repeated", f"dropped: {life.repeats.reason}, {life.repeats.left_chars:,} characters are left", True
    if life.by_url:
        yield "same URL", f"{life.by_url:,} pages were dropped because of it", False
    if life.url_copy is not None:
        yield "same URL", f"dropped: {life.url_copy.row.url_key} was kept as {_kept(life.url_copy)}", True
    if life.document is not None:
        made = life.document
        cut = f", {made.cut_chars:,} characters cut as repeated" if made.cut_chars else ""
        yield "document", f"{made.word_count:,} words, {made.char_count:,} characters{cut}", True


def _rule(judged: Judged) -> tuple[str, bool]:
    rule, value = judged.rule, f"{judged.value:.4g}"
    said = "passes" if judged.passes else "FAILS"
    source = f" ({judged.source})" if judged.source else ""
    return f"{said}  {rule.reason}: {rule.metric} is {value}, {rule.bounds}{source}", not judged.passes


def _stretch(stretch: Stretch) -> str:
    where = f"characters {stretch.start:,} to {stretch.end:,}, {stretch.copies:,} copies: {_short(stretch.text)!r}"
    return where if stretch.holders is None else f"{where}; also in {', '.join(stretch.holders) or 'no other page'}"


def _kept(copy: Copy) -> str:
    row = copy.row
    url = f" {page_name(copy.kept)}" if copy.kept is not None else ""
    return f"page {row.kept_page_id} of {row.kept_crawl}, shard {row.kept_shard},{url}"


def _short(text: str) -> str:
    half = _SHOWN_CHARS // 2
    return text if len(text) <= _SHOWN_CHARS else f"{text[:half]} ... {text[-half:]}"


def plain(text: str) -> str:
    """Text of strangers for a terminal: without control characters, in one line."""
    return "".join(char if char.isprintable() else " " for char in text)
