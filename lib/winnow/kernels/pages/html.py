"""The text of an HTML page's bytes: its character set found, and decoded by it; all the text that a page shows."""

from __future__ import annotations

import codecs
import re

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

META_BYTES = 4096  # of a page that are searched for its own declaration of a character set
DETECT_BYTES = 16384  # of a page that the detector sees
MAX_ERROR_FRACTION = 0.05  # undecodable of all non-ASCII characters, up to which a character set is believed
MIN_WIDE_ZERO_FRACTION = 0.02  # zero bytes of all, from which a page is taken for UTF-16 or UTF-32
MIN_WIDE_ZEROS = 4
MIN_UTF32_ZERO_FRACTION = 0.9  # zero bytes at two of four places
FALLBACK_CHARSET = "windows-1252"  # WHATWG HTML, section 13.2.3.2, for most locales

_META = re.compile(
    rb"<!--.*?-->|<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([^\s\"'/>;]{1,40})"
    rb"|<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})",
    re.IGNORECASE | re.DOTALL,
)
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32le"),
    (codecs.BOM_UTF32_BE, "utf-32be"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
_MARK_STARTS = tuple(mark[:1] for mark, _ in _BYTE_ORDER_MARKS)
_NAMES = {
    **{"cp866": "ibm866", "shift_jis": "shift_jis", "mac-roman": "macintosh", "gbk": "gb18030"},
    **{"iso8859-11": "windows-874"},
}
_BEYOND_WHATWG = {
    **{label: label for label in ("cp437", "cp720", "cp737", "cp775", "cp850", "cp852", "cp855", "cp857", "johab")},
    **{"utf_8": "utf-8", "cp949": "euc-kr", "uhc": "euc-kr", "cp932": "shift_jis", "ibm855": "cp855"},
    **{"iso-2022-kr": "iso-2022-kr", "iso2022_kr": "iso-2022-kr", "hz-gb-2312": "hz", "hz": "hz"},
    **{"x-mac-cyrillic": "x-mac-cyrillic", "mac-cyrillic": "x-mac-cyrillic", "mac_cyrillic": "x-mac-cyrillic"},
}
_CODECS = {
    **{"shift_jis": "cp932", "euc-kr": "cp949", "big5": "big5hkscs", "macintosh": "mac_roman"},
    **{"x-mac-cyrillic": "mac_cyrillic", "windows-874": "cp874", "iso-2022-jp": "iso2022_jp_ext"},
}


def decode_html(body: bytes, http_charset: str | None) -> tuple[str, str]:
    """The text of a body and the character set by which it was decoded (WHATWG name); total on any bytes.

    First of: byte order mark; places of zero bytes (UTF-16, UTF-32); UTF-8 where the body is that; HTTP header; the
    page's own declaration; detection. UTF-8 and declarations are believed while at most MAX_ERROR_FRACTION of the
    non-ASCII characters cannot be decoded. Undecodable bytes become U+FFFD, NUL is removed, newlines are untouched;
    the text is valid Unicode.
    Source: WHATWG Encoding (labels and their supersets), HTML section 13.2.3.
    Differs: UTF-8 comes before the declarations, as other text is hardly ever valid UTF-8; five bytes that
    windows-1252 maps to control characters become U+FFFD; ISO-2022-KR and HZ are decoded; the declaration is searched
    in META_BYTES. UTF-7 is not decoded, as WHATWG has it: what it hides would be text that no browser shows.
    """
    if body.startswith(_MARK_STARTS):
        for mark, charset in _BYTE_ORDER_MARKS:
            if body.startswith(mark):
                return _decode(body[len(mark) :], charset), charset
    wide = _guess_wide(body[:META_BYTES])
    if wide:
        return _decode(body, wide), wide
    text = _decode_utf8(body)
    if text is not None:
        return text, "utf-8"
    for label in (http_charset, _declared_charset(body)):
        declared = charset_of(label) if label else None
        text = _decode(body, declared) if declared else None
        if declared and text is not None and _is_believable(text):
            return text, declared
    charset = _detect(body)
    return _decode(body, charset), charset


def charset_of(label: str) -> str | None:
    """The WHATWG name for a label of a character set, that of its superset where there is one; None where unknown."""
    label = label.strip(" \t\r\n\f\"'").lower()
    codec = map_encoding_to_html5(label, fallback_utf8=False)
    if codec is None:
        return _BEYOND_WHATWG.get(label)
    if codec.startswith("cp125"):
        return "windows-" + codec[2:]
    name = codec.replace("iso8859", "iso-8859").replace("iso2022", "iso-2022").replace("_", "-")
    return _NAMES.get(codec, name.replace("utf-16-", "utf-16"))


def whole_text(html: str) -> str:
    """All text that a page shows, or would show without scripts, block by block on lines of its own."""
    return extract_plain_text(without_surrogates(html), main_content=False, noscript=True)


def without_surrogates(text: str) -> str:
    """The text with pairs of surrogates as the characters that they stand for, and U+FFFD for lone ones."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _decode(body: bytes, charset: str) -> str:
    """The text by a WHATWG name, without NUL."""
    return body.decode(_CODECS.get(charset, charset), "replace").replace("\0", "")


def _decode_utf8(body: bytes) -> str | None:
    """The text where it is UTF-8, or nearly; None where it is not, or may be ASCII with escapes to another set."""
    if body.isascii() and (b"\x1b" in body or b"~{" in body):
        return None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        if not _is_believable(text):
            return None
    return text.replace("\0", "") if b"\0" in body else text


def _is_believable(text: str) -> bool:
    errors = text.count("\ufffd")
    if not errors:
        return True
    return errors <= MAX_ERROR_FRACTION * (len(text) - len(text.encode("ascii", "ignore")))


def _declared_charset(body: bytes) -> str | None:
    """What the page itself declares: the first meta tag or XML declaration, comments left out."""
    for found in _META.finditer(body, 0, META_BYTES):
        label = found[1] or found[2]
        if label:
            declared = label.decode("latin-1")
            return "utf-8" if declared.lower().startswith("utf-16") else declared
    return None


def _guess_wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 by the places of zero bytes, None where there are hardly any."""
    if b"\0" not in head:
        return None
    zeros = [head[place::4].count(0) for place in range(4)]
    most, even, odd = len(head) // 4, zeros[0] + zeros[2], zeros[1] + zeros[3]
    if even + odd <= max(MIN_WIDE_ZEROS, len(head) * MIN_WIDE_ZERO_FRACTION):
        return None
    full = [count >= most * MIN_UTF32_ZERO_FRACTION for count in zeros]
    if all(full[:2]) != all(full[2:]):
        return "utf-32be" if full[0] else "utf-32le"
    if max(even, odd) < 4 * min(even, odd):
        return None
    return "utf-16le" if odd > even else "utf-16be"


def _detect(body: bytes) -> str:
    """The detector's guess, windows-1252 where it has none or its guess cannot decode the page."""
    guess = detect_encoding(body, max_len=DETECT_BYTES, html5_compatible=False)
    charset = charset_of(guess) if guess else None
    if charset in (None, "utf-8") or not _is_believable(_decode(body, charset)):
        return FALLBACK_CHARSET
    return charset
