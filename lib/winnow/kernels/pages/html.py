"""Bytes of an HTML page to text: finds the character set and decodes; and the whole text that a page shows."""

from __future__ import annotations

import codecs
import re

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

from winnow.kernels.pages.declared_charset import declared_charset
from winnow.kernels.pages.markup import without_frames
from winnow.kernels.pages.misreading import is_misread, may_be_capitals_by_mistake, undo_double_encoding

WIDE_BYTES = 4096  # of a page that are searched for the zeros of UTF-16 and UTF-32
JUDGED_BYTES = 2048  # of these, whose words say whether a declaration makes sense
MIN_OTHERS_FRACTION = 0.05  # letters of Turkish, Hungarian, Romanian in their sets, from which the detector is asked
SAMPLE_BYTES = 16384  # of what is not ASCII in a page, that the detector sees
BEFORE_BYTES, AFTER_BYTES = 100, 400  # of a longer stretch without markup, around what is not ASCII
MAX_ERROR_FRACTION = 0.05  # a character set is believed if at most this share of non-ASCII characters is undecodable
MIN_WIDE_ZERO_FRACTION = 0.02  # a page is taken for UTF-16 or UTF-32 if this share of its bytes is zero
MIN_WIDE_ZEROS = 4
MIN_UTF32_ZERO_FRACTION = 0.9  # zero bytes at two of four places
FALLBACK_CHARSET = "windows-1252"  # WHATWG HTML, section 13.2.3.2, for most locales

_MARKS = (b"<", b">", b"\r", b"\n")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_ESCAPE = re.compile(rb"\x1b|~\{")  # switches to a set that encodes other characters as ASCII
_STRETCH_END = re.compile(rb"[<>\r\n]")
_SAFE_END = re.compile(rb"[\x00-\x1a\x1c-\x20<>]")  # bytes that are never part of a longer character
_ASCII_BYTES = bytes(range(0x80))
# Letters of windows-1252 that are rare in its languages, and the sets in which these bytes are usual letters.
_OTHERS_LETTERS = b"\xd0\xdd\xde\xf0\xfd\xfe\xc3\xe3\xd5\xf5\xdb\xfb\xaa\xba"
_OTHERS = frozenset(
    {"windows-1254", "windows-1250", "iso-8859-2", "iso-8859-16", "windows-874", "windows-1251", "koi8-r"}
)
_CYRILLIC = frozenset({"koi8-r", "koi8-u", "windows-1251", "iso-8859-5", "x-mac-cyrillic", "ibm866", "cp855"})
_HEBREW = frozenset({"windows-1255", "iso-8859-8"})
_LATIN_DOS = frozenset({"cp437", "cp720", "cp737", "cp775", "cp850", "cp852", "cp857"})  # guessed of few letters
_SISTERS = {"windows-1250": "iso-8859-2", "iso-8859-2": "windows-1250"}
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

    The first that applies: byte order mark; places of zero bytes (UTF-16, UTF-32); UTF-8 if the body is valid; HTTP
    header; the page's own declaration; detection. UTF-8 and declarations are accepted if at most MAX_ERROR_FRACTION of
    the non-ASCII characters cannot be decoded. A declaration is ignored if it gives words that no language has
    (`misreading.is_misread`). If header and page disagree, the detector decides, and if it agrees with neither, the
    header is used. Undecodable bytes become U+FFFD, an incomplete character at the end is removed, NUL is removed,
    newlines are not changed; the text is valid Unicode.
    Source: WHATWG Encoding (labels and their supersets), HTML section 13.2.3.
    Differs: UTF-8 comes before declarations, since other text is hardly ever valid UTF-8. Text that was encoded twice
    is decoded twice (`misreading.undo_double_encoding`). Declarations can be ignored, as above. C1 controls of
    single-byte sets are errors. Five bytes that windows-1252 maps to control characters become U+FFFD. ISO-2022-KR and
    HZ are decoded. UTF-7 is not decoded, as in WHATWG: browsers would not show such text.
    """
    if body.startswith(_MARK_STARTS):
        for mark, charset in _BYTE_ORDER_MARKS:
            if body.startswith(mark):
                marked = _decode(body[len(mark) :], charset)
                return undo_double_encoding(marked, body) if charset == "utf-8" else marked, charset
    wide = _guess_wide(body[:WIDE_BYTES])
    if wide:
        return _decode(body, wide), wide
    text = _decode_utf8(body)
    if text is not None:
        return undo_double_encoding(text, body), "utf-8"
    served = charset_of(http_charset) if http_charset else None
    return _decode_declared(body, [served, declared_charset(body, charset_of)])


def charset_of(label: str) -> str | None:
    """The WHATWG name for a label of a character set, or of its superset if there is one; None if unknown."""
    label = label.strip(" \t\r\n\f\"'").lower()
    codec = map_encoding_to_html5(label, fallback_utf8=False)
    if codec is None:
        return _BEYOND_WHATWG.get(label)
    if codec.startswith("cp125"):
        return "windows-" + codec[2:]
    name = codec.replace("iso8859", "iso-8859").replace("iso2022", "iso-2022").replace("_", "-")
    return _NAMES.get(codec, name.replace("utf-16-", "utf-16"))


def whole_text(html: str) -> str:
    """All text that a page shows, or would show without scripts; each block on its own lines."""
    return extract_plain_text(without_frames(without_surrogates(html)), main_content=False, noscript=True)


def without_surrogates(text: str) -> str:
    """The text with pairs of surrogates replaced by their characters, and lone ones by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _decode(body: bytes, charset: str) -> str:
    """The text by a WHATWG name, without NUL."""
    return _replaced(body, _CODECS.get(charset, charset)).replace("\0", "")


def _replaced(body: bytes, codec: str) -> str:
    """The text with U+FFFD for what cannot be decoded, without a character whose bytes the body's end cuts."""
    return codecs.getincrementaldecoder(codec)("replace").decode(body)


def _decode_utf8(body: bytes) -> str | None:
    """The text if it is UTF-8, or nearly; None if not, or if it may be ASCII with escapes to another set."""
    if body.isascii() and (b"\x1b" in body or b"~{" in body):
        return None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = _replaced(body, "utf-8")
        if not _is_believable(text):
            return None
    return text.replace("\0", "") if b"\0" in body else text


def _is_believable(text: str) -> bool:
    errors = text.count("\ufffd")
    if not errors:
        return True
    return errors <= MAX_ERROR_FRACTION * (len(text) - len(text.encode("ascii", "ignore")))


def _decode_declared(body: bytes, declared: list[str | None]) -> tuple[str, str]:
    """Text and character set: by header or page, in this order, or by detection."""
    judged = _sample(body, JUDGED_BYTES)
    believed = {}
    for charset in declared:
        if charset and charset not in believed and _is_believable(text := _decode(body, charset)):
            believed[charset] = text
    sensible = [charset for charset in believed if not is_misread(_decode(judged, charset))]
    if len(sensible) == 1 and not _may_be_another(judged, sensible[0]):
        return believed[sensible[0]], sensible[0]
    charset = _detect(body, sensible, [*believed])
    return believed.get(charset) or _decode(body, charset), charset


def _may_be_another(judged: bytes, charset: str) -> bool:
    """Whether the text has many letters whose bytes are more usual letters in other character sets."""
    if charset != FALLBACK_CHARSET:
        return charset in _CYRILLIC and may_be_capitals_by_mistake(_decode(judged, charset))
    high = judged.translate(None, _ASCII_BYTES)
    return len(high) - len(high.translate(None, _OTHERS_LETTERS)) > MIN_OTHERS_FRACTION * len(high)


def _guess_wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 by the places of zero bytes; None if there are few."""
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


def _detect(body: bytes, sensible: list[str], believed: list[str]) -> str:
    """The detector's guess, or the plausible declaration that it supports."""
    sample = _sample(body, SAMPLE_BYTES)
    guess = _guess(body, sample)
    others = (_OTHERS if sensible == [FALLBACK_CHARSET] else _CYRILLIC | _HEBREW) if len(sensible) == 1 else {guess}
    if guess is None or guess not in others:
        return [*sensible, *believed, FALLBACK_CHARSET][0]
    text = _decode(sample, guess)
    same = [charset for charset in (*sensible, FALLBACK_CHARSET) if _decode(sample, charset) == text]
    return [*same, *(sensible if len(sensible) > 1 else []), guess][0]


def _guess(body: bytes, sample: bytes) -> str | None:
    """The detector's guess if it can decode the page, or a related set if the words make no sense."""
    found = detect_encoding(sample, max_len=0, html5_compatible=False)
    guess = charset_of(found) if found else None
    if guess is None or guess == "utf-8" or guess in _LATIN_DOS or not _is_believable(_decode(body, guess)):
        return None
    return _SISTERS[guess] if guess in _SISTERS and is_misread(_decode(sample, guess)) else guess


def _sample(body: bytes, least: int) -> bytes:
    """The first runs without markup that contain non-ASCII bytes, each in a line, until they have enough bytes."""
    wanted = _ESCAPE if body.isascii() else _NOT_ASCII
    pieces, size, place = [], 0, 0
    while size < least and (found := wanted.search(body, place)):
        start, end = max(place, found.start() - BEFORE_BYTES), found.end() + AFTER_BYTES
        start = max(start, *(body.rfind(mark, start, found.start()) + 1 for mark in _MARKS))
        stretch = _STRETCH_END.search(body, found.end(), end) or _SAFE_END.search(body, end, end + SAMPLE_BYTES)
        place = stretch.start() if stretch else end + SAMPLE_BYTES
        pieces.append(body[start:place])
        size += place - start
    return b"\n".join(pieces)
