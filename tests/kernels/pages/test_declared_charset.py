"""The character set that a page declares: WHATWG's steps one by one, and random markup compared with a slow twin."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import declared_charset as slow
from winnow.kernels.pages.declared_charset import declared_charset
from winnow.kernels.pages.html import charset_of

TRUE = '<meta charset="windows-1251">'
FALSE = '<meta charset="koi8-r">'


def declared(page: str) -> str | None:
    data = page.encode("latin-1")
    found = declared_charset(data, charset_of)
    assert found == slow.declared_charset(data, charset_of)
    return found


@pytest.mark.parametrize(
    "before",
    [
        "<style>" + "p { color: red }\n" * 500 + "</style>",
        "<script>" + "var x = 1 < 2;\n" * 5_000 + "</script>",
        f"<!-- {FALSE} -->",
        f"<!-- > {FALSE} -->",
        f"<!-- -- > {FALSE} -->",
        "<!-->",
        "<!--->",
        f"<!-- {FALSE} --!>",
        f"<!--!> {FALSE} -->",
        f"<script>document.write('{FALSE}')</script>",
        f"<SCRIPT type=x>{FALSE}</Script >",
        f"<script><!-- {FALSE} <script> {FALSE} </script> {FALSE} --></script>",
        "<script><!--><script></script>",
        f"<script><!-- <script> <!-- --> {FALSE} </script>",
        f"<script><!-- <script> <!-- </script> {FALSE} </script>",
        f"<script>'</scripts>{FALSE}'</script>",
        f"<style>{FALSE}</style>",
        f"<title>{FALSE}</title>",
        f"<textarea>{FALSE}</textarea>",
        f"<xmp>{FALSE}</xmp>",
        f"<iframe>{FALSE}</iframe>",
        f"<noframes>{FALSE}</noframes>",
        f"<p title='{FALSE}'>",
        f'<p title=">{FALSE.replace(chr(34), "")}">',
        f"<p title = \n '{FALSE}'/>",
        "<p title=it's>",
        "<p =it's>",
        "<br/title='>'>",
        f"</p title='{FALSE}'>",
        f"<!DOCTYPE html '{FALSE[:-1]}'>",
        f"<?php {FALSE[:-1]} ?>",
        f"</ {FALSE}",
        f"</{FALSE}",
        "<link charset=koi8-r>",
        "<script charset=koi8-r src=x.js></script>",
        "<form accept-charset=koi8-r>",
        '<meta name=description content="charset=koi8-r">',
        '<meta http-equiv=refresh content="0; url=?charset=koi8-r">',
        '<meta http-equiv=x-charset content="text/html; charset=koi8-r">',
        '<meta name=content-type content="text/html; charset=koi8-r">',
        '<meta content="text/html; charset=koi8-r">',
        "<meta data-charset=koi8-r>",
        "<meta charset=nonsense>",
        "<meta charset>",
        "<meta charset=''>",
        "<meta charset=nonsense http-equiv=content-type content='text/html; charset=koi8-r'>",
        "<meta http-equiv=content-type content='text/html; charset=\"koi8-r'>",
        "<meta http-equiv=content-type content='text/html; charset koi8-r'>",
        "<metadata charset=koi8-r>",
        "</meta charset=koi8-r>",
        "<x-meta charset=koi8-r>",
        "< meta charset=koi8-r>",
        "</head><body>",
        "<noscript><p>",
        '<?xml version="1.0" encoding="koi8-r"?>',
    ],
)
def test_text_before_the_declaration(before: str) -> None:
    assert declared(before + TRUE + FALSE) == "windows-1251"


@pytest.mark.parametrize(
    "meta",
    [
        "<META CHARSET=windows-1251>",
        "<meta/charset=windows-1251 />",
        "<meta\fcharset\n=\t' Windows-1251 '>",
        "<meta x charset=windows-1251 charset=koi8-r>",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
        "<meta content='text/html;charset = windows-1251;x' http-equiv=CONTENT-TYPE>",
        "<meta http-equiv=content-type content='text/html; charset=\"windows-1251\"'>",
        "<meta http-equiv=content-type content='charset; charsetcharset=windows-1251'>",
        "<meta http-equiv=content-type content='text/html; charset=koi8-r' charset=windows-1251>",
        "<meta charset=windows-1251 a='>' b=x'y>",
        "<body><p><meta charset=windows-1251>",
        "<noscript><meta charset=windows-1251></noscript>",
        '<?xml version="1.0" encoding="windows-1251"?>',
        "<?xml version='1.0' encoding = 'windows-1251' ?><meta charset=nonsense>",
        "<script charset=windows-1251></script><meta charset=windows-1251>",
    ],
)
def test_declarations(meta: str) -> None:
    assert declared(meta) == "windows-1251"


@pytest.mark.parametrize(
    "page",
    [
        f"<!-- {TRUE}",
        f"<script>{TRUE}",
        f"<script><!-- <script>{TRUE}</script>",
        f"<title>{TRUE}",
        f"<plaintext>{TRUE}",
        "<meta charset=windows-1251",
        "<meta charset='windows-1251>",
        "<meta charset='windows-1251></title>\"x",
        " <?xml version='1.0' encoding='windows-1251'?>",
        "<?xml version='1.0' encoding=windows-1251?>",
        "<?xml version='1.0' encoding=' windows-1251'?>",
        "<?xml version='1.0' encoding='windows-1251'",
        "<?xml encoding2='x' encoding='windows-1251'?>",
        "charset=windows-1251",
        "",
    ],
)
def test_no_declaration(page: str) -> None:
    assert declared(page) is None


@pytest.mark.parametrize("name", ["utf-16", "UTF-16LE", "utf-16be", "unicode"])
def test_utf_16_that_could_be_read_is_utf_8(name: str) -> None:
    assert declared(f"<meta charset={name}>") == declared(f"<?xml encoding='{name}'?>") == "utf-8"


PIECES = [
    *("<", ">", "/", "!", "-", "--", "?", "=", "'", '"', " ", "\n", "\f", "x", "\xe9", "\0", ";"),
    *("<meta ", "<META/", "</meta ", "charset", "charset=", "CHARSET = ", "koi8-r", "windows-1251", "utf-16", "other"),
    *("http-equiv=content-type ", "content='charset=koi8-r' ", 'content="text/html; charset=big5"', "<!--", "-->"),
    *("--!>", "<script>", "<script ", "</script>", "</script ", "<title>", "</title>", "<style>", "</style>", "<p"),
    *("</styles>", "<!DOCTYPE html>", "<?xml ", "encoding='koi8-r'", "?>", "<meta charset=koi8-r>", "<textarea>"),
    "<plaintext>",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@settings(max_examples=1500, deadline=None)
def test_any_markup_declares_what_the_slow_twin_finds(page: str) -> None:
    declared(page)


def test_long_soups_declare_what_the_slow_twin_finds() -> None:
    for seed in range(300):
        choice = random.Random(seed)
        declared("".join(choice.choices(PIECES[:-2], k=choice.randrange(300))))


@pytest.mark.parametrize(
    "part", ["<", "<a ", "<a b='", "<!--", "<script>", "<meta charset", "<p x=\"'", "= ", "<!-- --!"]
)
def test_time_is_linear(part: str) -> None:
    page = part.encode() * (2_000_000 // len(part)) + b"charset"
    began = time.process_time()
    assert declared_charset(page, charset_of) is None
    assert time.process_time() - began < 5
