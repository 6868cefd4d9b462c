"""Whether pages are decoded correctly if they declare their character set late, wrongly, elsewhere, or not at all.

    WINNOW_CORPUS=... python -m benchmarks.charsets [--show NAME]

Uses every file of the corpus whose character set is known: as it is, and as a page for each way to declare a character
set. A page is correct if its text is that of the true character set, whatever name is found for it. --show prints the
incorrect pages of one way. CPU is that of decode_html, in microseconds for a page.
"""

from __future__ import annotations

import argparse
import os
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from winnow.kernels.pages.html import decode_html, whole_text

LANGUAGES = (
    *("polish", "hungarian", "croatian", "russian", "greek", "slovene", "czech", "bulgarian", "slovak", "romanian"),
    *("arabic", "hebrew", "turkish"),
)
CODECS = {
    **{"MacRoman": "mac_roman", "MacCyrillic": "mac_cyrillic", "SHIFT_JIS": "cp932", "CP932": "cp932"},
    **{"GB2312": "gb18030", "Big5": "big5hkscs", "EUC-KR": "cp949", "CP949": "cp949", "TIS-620": "cp874"},
    **{"iso-8859-1": "cp1252", "iso-8859-9": "cp1254", "Johab": "johab", "IBM855": "cp855", "IBM866": "cp866"},
}
LABELS = {"MacRoman": "macintosh", "MacCyrillic": "x-mac-cyrillic", "CP932": "shift_jis", "CP949": "euc-kr"}
UNREADABLE = "EUC-TW"  # by Python
UNICODE = ("utf", "ascii")
MAX_CHARS = 60_000  # of a page's text
CSS = "<style>" + ".column-left > p { color: #333; margin: 0 1em }\n" * 190 + "</style>"  # 8.9 kB
SCRIPT = "<script>" + "for (var i = 0; i < 9; i++) { widgets.push(i) }\n" * 200 + "</script>"  # 9.8 kB


class Page(NamedTuple):
    """A page: its bytes, the character set that its HTTP header names, its true text."""

    body: bytes
    header: str | None
    text: str


class Text(NamedTuple):
    """A text, the codec of its bytes, the label that a page may declare, and another label that is wrong."""

    text: str
    codec: str
    label: str
    wrong: str


def meta(label: str) -> str:
    return f'<meta charset="{label}">'


def equiv(label: str) -> str:
    return f'<meta http-equiv="Content-Type" content="text/html; charset={label}">'


# Head, text before the declaration, text after it, header.
Way = Callable[[Text], tuple[str, str, str, str | None]]
WAYS: dict[str, Way] = {
    "meta charset": lambda of: (meta(of.label), "", "", None),
    "meta http-equiv": lambda of: (equiv(of.label), "", "", None),
    "HTTP header": lambda of: ("", "", "", of.label),
    "meta behind 8.9 kB of CSS": lambda of: (CSS + meta(of.label), "", SCRIPT, None),
    "meta behind 60 kB of script": lambda of: (SCRIPT * 6 + equiv(of.label), "", SCRIPT, None),
    "meta in the body": lambda of: ("</head><body>" + CSS + equiv(of.label), "", "", None),
    "another in a comment": lambda of: (f"<!-- {meta(of.wrong)} -- > -->" + meta(of.label), "", "", None),
    "another in a script": lambda of: (
        f"<script>document.write('{meta(of.wrong)}')</script>" + meta(of.label), "", "", None,
    ),
    "another in a commented script": lambda of: (
        f"<script><!-- <script>{meta(of.wrong)}</script>{meta(of.wrong)}--></script>" + meta(of.label), "", "", None,
    ),
    "another in a title": lambda of: (f"<title>{meta(of.wrong)}</title>" + meta(of.label), "", "", None),
    "another in an attribute": lambda of: (
        f"<link title='{meta(of.wrong)}'><meta name=x content='charset={of.wrong}'>" + meta(of.label), "", "", None,
    ),
    "another on a link and a script": lambda of: (
        f"<link charset={of.wrong} href=x><script charset={of.wrong} src=x></script>" + equiv(of.label), "", "", None,
    ),
    "another by another http-equiv": lambda of: (
        f'<meta http-equiv="x-served" content="text/html; charset={of.wrong}">' + equiv(of.label), "", "", None,
    ),
    "an unknown label first": lambda of: (meta("none") + meta(of.label), "", "", None),
    "another in the XML declaration": lambda of: (meta(of.label), "", "", None),
    "header ISO-8859-1": lambda of: (meta(of.label), "", "", "ISO-8859-1"),
    "header UTF-8": lambda of: (meta(of.label), "", "", "utf-8"),
    "header ISO-8859-1, nothing else": lambda of: ("", "", "", "ISO-8859-1"),
    "header UTF-8, nothing else": lambda of: ("", "", "", "utf-8"),
    "header another, meta right": lambda of: (meta(of.label), "", "", of.wrong),
    "meta ISO-8859-1": lambda of: (meta("iso-8859-1"), "", "", None),
    "meta another": lambda of: (meta(of.wrong), "", "", None),
    "meta UTF-8": lambda of: (meta("utf-8"), "", "", None),
    "meta UTF-16": lambda of: (meta("utf-16"), "", "", None),
    "nothing": lambda of: ("", "", "", None),
    "nothing, scripts around": lambda of: ("", SCRIPT * 2, SCRIPT * 2, None),
    "nothing, one script line with a sign": lambda of: ("<script>//" + "x" * 20_000 + "</script>", "", SCRIPT, None),
}  # fmt: skip


def known_files(corpus: Path) -> Iterator[tuple[str, str, bytes]]:
    """Name, true character set and bytes of every file that Python can read."""
    with tarfile.open(corpus / "charsets" / "chardet_tests.tgz") as archive:
        for entry in archive:
            file = archive.extractfile(entry) if entry.isfile() else None
            folder = Path(entry.name).parent.name
            charset, _, language = folder.rpartition("-")
            charset = charset if language in LANGUAGES else folder
            if file and Path(entry.name).name != "README.txt" and charset != UNREADABLE:
                yield entry.name, charset, file.read()


def decoded(body: bytes, charset: str) -> str:
    return body.decode(CODECS.get(charset, charset), "replace").removeprefix("\ufeff").replace("\0", "")


def text_of(charset: str, body: bytes) -> Text | None:
    """Texts that pages are made of; None for Unicode, and for texts that are only ASCII."""
    text = "\n".join(f"<p>{line.strip()}</p>" for line in whole_text(decoded(body, charset))[:MAX_CHARS].splitlines())
    codec = CODECS.get(charset, charset)
    text = text.encode(codec, "ignore").decode(codec, "replace")
    if charset.lower().startswith(UNICODE) or text.isascii():
        return None
    return Text(text, codec, LABELS.get(charset, charset), "koi8-r" if charset != "KOI8-R" else "windows-1251")


def page_of(text: Text, way: str) -> Page:
    head, before, after, header = WAYS[way](text)
    start = f'<?xml version="1.0" encoding="{text.wrong}"?>' if way == "another in the XML declaration" else ""
    html = f"{start}<!DOCTYPE html>\n<html><head>{head}</head><body>{before}{text.text}{after}</body></html>"
    body = html.encode(text.codec)
    return Page(body, header, body.decode(text.codec))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--show")
    options = parser.parse_args()
    files = list(known_files(Path(os.environ["WINNOW_CORPUS"])))
    texts = [(name, text) for name, charset, body in files if (text := text_of(charset, body))]
    sets = {"files as they are": [(name, Page(body, None, decoded(body, charset))) for name, charset, body in files]}
    sets |= {way: [(name, page_of(text, way)) for name, text in texts] for way in WAYS}
    print(f"{'':38} {'pages':>6} {'right':>6} {'share':>7} {'us/page':>8}; load {os.getloadavg()[0]:.1f}")
    for way, pages in sets.items():
        began = time.process_time()
        found = [decode_html(page.body, page.header) for _, page in pages]
        spent = 1e6 * (time.process_time() - began) / len(pages)
        wrong = [(name, made[1]) for (name, page), made in zip(pages, found, strict=True) if made[0] != page.text]
        right = len(pages) - len(wrong)
        print(f"{way:38} {len(pages):6} {right:6} {right / len(pages):7.3f} {spent:8.0f}")
        for name, charset in wrong if way == options.show else []:
            print("   ", name, charset)
    return 0


if __name__ == "__main__":
    sys.exit(main())
