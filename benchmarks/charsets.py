"""Whether pages are decoded correctly if they declare their character set late, wrongly, elsewhere, or not at all.

    WINNOW_CORPUS=... python -m benchmarks.charsets [--show NAME | --by-charset]

Uses every file of the corpus whose character set is known: as it is, and as a page for each way to declare a character
set. A page is correct if its text is that of the true character set, whatever name is found for it. --show prints the
incorrect pages of one way. CPU is that of decode_html, in microseconds for a page.
--by-charset: the correct share by character set instead, for Chinese, Japanese, Korean, Cyrillic, Thai, Vietnamese and
Arabic: of the files, and of pages generated from translations of one declaration, whole and in pieces.
"""

from __future__ import annotations

import argparse
import os
import sys
import tarfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.triage import corpus_pages
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


# For some languages: the name that a page may declare, the codec, and the translations of the declaration.
CHARSETS = (
    ("Chinese", "gb2312", "gb2312", ("cmn_hans",)), ("Chinese", "gbk", "gbk", ("cmn_hans", "cmn_hant")),
    ("Chinese", "gb18030", "gb18030", ("cmn_hans", "cmn_hant")), ("Chinese", "big5", "big5hkscs", ("cmn_hant",)),
    ("Japanese", "shift_jis", "cp932", ("jpn",)), ("Japanese", "euc-jp", "euc_jp", ("jpn",)),
    ("Japanese", "iso-2022-jp", "iso2022_jp", ("jpn",)), ("Korean", "euc-kr", "cp949", ("kor",)),
    ("Cyrillic", "windows-1251", "cp1251", ("rus", "bul", "ukr")),
    ("Cyrillic", "iso-8859-5", "iso8859_5", ("rus", "bul", "ukr")),
    ("Cyrillic", "koi8-r", "koi8_r", ("rus", "bul")), ("Cyrillic", "koi8-u", "koi8_u", ("rus", "bul", "ukr")),
    ("Cyrillic", "x-mac-cyrillic", "mac_cyrillic", ("rus", "bul", "ukr")),
    ("Cyrillic", "ibm866", "cp866", ("rus", "bul")),
    ("Thai", "windows-874", "cp874", ("tha", "tha2")), ("Vietnamese", "windows-1258", "cp1258", ("vie",)),
    ("Arabic", "windows-1256", "cp1256", ("arb",)), ("Arabic", "iso-8859-6", "iso8859_6", ("arb",)),
)  # fmt: skip
SHOWN_WAYS = ("meta charset", "HTTP header", "header UTF-8", "meta another", "nothing")
MIN_CHARS = 200  # of a piece of a translation


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


def declarations(corpus: Path) -> dict[str, list[str]]:
    """Paragraphs of the translations of the declaration, at least MIN_CHARS characters each, by their name."""
    found = {}
    for url, html in corpus_pages(corpus, "pages_udhr_lid"):
        pieces = [""]
        for line in whole_text(html).splitlines():
            pieces[-1] += f"<p>{line.strip()}</p>\n"
            pieces += [""] if len(pieces[-1]) >= MIN_CHARS else []
        found[url.rsplit("/", 1)[-1].removesuffix(".html")] = pieces[:-1]
    return found


def generated(pieces: list[str], label: str, codec: str) -> Iterator[Text]:
    """Texts of one character set: all pieces together, and each alone, without characters that the set lacks."""
    for piece in ("".join(pieces), *pieces):
        plain = "".join(map(_with_tone_apart, piece)) if codec == "cp1258" else piece  # which has tones as marks
        text = plain.encode(codec, "ignore").decode(codec)
        if not text.isascii() or codec.startswith("iso2022"):
            yield Text(text, codec, label, "koi8-r" if label != "koi8-r" else "windows-1251")


def _with_tone_apart(char: str) -> str:
    parts = unicodedata.normalize("NFD", char)
    tones = "\u0300\u0301\u0303\u0309\u0323"
    return unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones)) + "".join(
        part for part in parts if part in tones
    )


def by_charset(corpus: Path, files: list[tuple[str, str, bytes]]) -> None:
    """Print the shares of pages that are decoded right by character set."""
    translations = declarations(corpus)
    print(f"{'':28} {'files':>11} {'generated':>10}", *(f"{way:>12}" for way in SHOWN_WAYS))
    for language, label, codec, names in CHARSETS:
        texts = [text for name in names for text in generated(translations.get(name, []), label, codec)]
        own = [page for page in files if CODECS.get(page[1], page[1]).lower() in (codec, label)]
        made = [(decode_html(body, None)[0], decoded(body, charset)) for _, charset, body in own]
        right = sum(one == other for one, other in made)
        shares = []
        for way in SHOWN_WAYS:
            pages = [page_of(text, way) for text in texts]
            found = sum(decode_html(page.body, page.header)[0] == page.text for page in pages)
            shares.append(f"{found / max(len(pages), 1):12.3f}")
        print(f"{language:11} {label:16} {f'{right} of {len(own)}':>11} {len(texts):10}", *shares)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--show")
    parser.add_argument("--by-charset", action="store_true")
    options = parser.parse_args()
    if options.by_charset:
        corpus = Path(os.environ["WINNOW_CORPUS"])
        by_charset(corpus, list(known_files(corpus)))
        return 0
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
