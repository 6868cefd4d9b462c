"""The values of a record's header: a URL, a time."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime

_WARC_DATE = re.compile(rb"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?Z)?)?)?$")
_USUAL_DATE = b"--T::Z"  # every third byte of 2024-05-01T12:00:00Z from the fourth on
_ARC_DATE = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()$")


def parse_url(value: bytes) -> str:
    """The URL of a record: UTF-8, else Latin-1; without blanks and the angle brackets that some writers set."""
    value = value.strip().strip(b"<>")
    try:
        return value.decode("utf-8").replace("\0", "")
    except UnicodeDecodeError:
        return value.decode("latin-1").replace("\0", "")


def parse_date(value: bytes) -> datetime | None:
    """The time of a record in UTC; the first moment of a shortened WARC 1.1 date; None if the date is invalid.

    Source: WARC 1.1, section 5.4 (a W3C date); ARC, 14 digits. Differs: digits beyond microseconds are cut.
    """
    if len(value) == 20 and value[4::3] == _USUAL_DATE:
        with suppress(ValueError):
            return datetime.fromisoformat(value.decode("ascii"))
    found = _WARC_DATE.match(value) or _ARC_DATE.match(value)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction = found.groups(b"")
    microsecond = int(fraction.ljust(6, b"0")[:6])
    try:
        return datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            microsecond,
            UTC,
        )
    except ValueError:
        return None
