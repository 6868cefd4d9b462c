"""Bytes of one file on a web server, by ranges."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import NamedTuple

import requests
from urllib3.exceptions import HTTPError

from winnow import __version__
from winnow.settings.schema import Sources
from winnow.sources.host_slots import Slot, take_slot
from winnow.sources.locations import host_of
from winnow.sources.retry import SourceError, TransientError

PIECE_BYTES = 64 * 1024
_PASSING = frozenset({408, 425, 429})  # and every 5xx
_NO_HEAD = frozenset({405, 501})
_NO_PLACE = (requests.TooManyRedirects, requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_NONE_OF = re.compile(r"bytes \*/(\d+)")


class Identity(NamedTuple):
    """What a server reports about a file: its size, and a text that changes with it; None if not reported."""

    bytes: int | None
    etag: str | None


class WebSource:
    """A file on a web server, read over at most one connection; an open connection takes one of the host's slots.

    If the server supports ranges, it is asked for one range at a time, with If-Range, and the connection is closed
    after each: the slot is free while the bytes are worked on. Else the whole file is read in one answer, and again
    from its start after a failure. `identity` is None until the first answer; if a later answer differs, SourceError is
    raised, so that two versions of a file are never mixed.
    Differs from fsspec's HTTP file system, which reports neither the status nor Retry-After, and mixes versions.
    """

    def __init__(
        self,
        url: str,
        settings: Sources,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url
        self.settings = settings
        self.sleep = sleep
        self.clock = clock
        self.identity: Identity | None = None
        self._session = requests.Session()
        self._session.headers.update(
            {"Accept-Encoding": "identity", "Connection": "close", "User-Agent": f"winnow/{__version__}"}
        )
        self._body: _Body | None = None

    def describe(self) -> Identity:
        """Size and version by a HEAD request; unknown if the server does not support HEAD."""
        slot = self._slot()
        try:
            response = self._ask("HEAD", {})
            response.close()
        finally:
            slot.release()
        if response.status_code in _NO_HEAD:
            return Identity(None, None)
        if response.status_code != 200:
            raise _refusal(response)
        return Identity(_length(response), _etag(response))

    def transfer(self, start: int, size: int, into: bytearray) -> None:
        """Append the bytes from `start` on, `size` of them or all up to the end."""
        body, self._body = self._body, None
        if body is not None and body.at != start:
            body.close()
            body = None
        body = body or self._open(start, size)
        if body is None:
            return
        try:
            self._copy(body, start, start + size, into)
            if body.goes_on and (body.end is None or body.at < body.end):
                self._body = body
        finally:
            if self._body is None:
                body.close()

    def close(self) -> None:
        """Close the connection, if one is open."""
        if self._body is not None:
            self._body.close()
        self._body = None
        self._session.close()

    def _slot(self) -> Slot:
        return take_slot(host_of(self.url), self.settings.connections, self.sleep)

    def _ask(self, method: str, headers: dict[str, str]) -> requests.Response:
        seconds = self.settings.timeout_seconds
        self._session.close()  # never reuse an earlier connection
        try:
            return self._session.request(
                method, self.url, headers=headers, stream=True, timeout=seconds, allow_redirects=True
            )
        except (requests.RequestException, HTTPError, HTTPException, OSError) as error:
            raise _broken(error, seconds) from error

    def _open(self, start: int, size: int) -> _Body | None:
        """The answer to a request for these bytes; None if the file ends before them."""
        headers = {"Range": f"bytes={start}-{start + size - 1}"}
        if self.identity and self.identity.etag and not self.identity.etag.startswith("W/"):
            headers["If-Range"] = self.identity.etag
        slot = self._slot()
        try:
            response = self._ask("GET", headers)
            body = self._answer(response, slot, start)
        except BaseException:
            slot.release()
            raise
        if body is None:
            response.close()
            slot.release()
        return body

    def _answer(self, response: requests.Response, slot: Slot, start: int) -> _Body | None:
        said = response.headers.get("Content-Range", "")
        try:
            if response.status_code == 206 and (part := _RANGE.fullmatch(said)) and int(part[1]) == start:
                self._identify(None if part[3] == "*" else int(part[3]), response)
                return _Body(response, slot, start, int(part[2]) + 1, goes_on=False)
            if response.status_code == 200:
                self._identify(_length(response), response)
                return _Body(response, slot, 0, self.identity and self.identity.bytes, goes_on=True)
            if response.status_code == 416 and (none := _NONE_OF.fullmatch(said)) and int(none[1]) <= start:
                self._identify(int(none[1]), response)
                return None
            if response.status_code == 206:
                raise TransientError(f"the server gave another range than requested: {said[:60] or 'none'}")
            raise _refusal(response)
        except BaseException:
            response.close()
            raise

    def _identify(self, size: int | None, response: requests.Response) -> None:
        known, now = self.identity or Identity(None, None), Identity(size, _etag(response))
        if any(old is not None and new is not None and old != new for old, new in zip(known, now, strict=True)):
            raise SourceError("the archive was changed on its server while it was read")
        self.identity = Identity(now.bytes if known.bytes is None else known.bytes, known.etag or now.etag)

    def _copy(self, body: _Body, start: int, end: int, into: bytearray) -> None:
        """Append the bytes from start to end, skipping those before start."""
        began, first, patience = self.clock(), body.at, self.settings.timeout_seconds
        while body.at < end:
            piece = body.read((end if body.at >= start else start) - body.at, patience)
            if not piece:
                self._ended(body, end)
                return
            if body.at > start:
                into += piece
            seconds = self.clock() - began
            if seconds > patience and body.at - first < seconds * self.settings.min_bytes_per_second:
                raise TransientError(f"slower than {self.settings.min_bytes_per_second} bytes a second")

    def _ended(self, body: _Body, wanted: int) -> None:
        """Handles the end of an answer: it is the end of the file, or an error if the answer is too short."""
        if body.end is None or body.at < body.end:
            if body.end is not None:
                raise TransientError("the connection was closed before the end")
            self.identity = Identity(body.at, self.identity and self.identity.etag)
        elif self.identity is None or self.identity.bytes is None or body.at < min(wanted, self.identity.bytes):
            raise TransientError("the server gave a shorter range than requested")


class _Body:
    """The remaining bytes of an answer: from position `at` of the file up to `end`."""

    def __init__(self, response: requests.Response, slot: Slot, at: int, end: int | None, goes_on: bool) -> None:
        self.response = response
        self.slot = slot
        self.at = at
        self.end = end
        self.goes_on = goes_on  # the answer continues after the requested bytes

    def read(self, most: int, patience: float) -> bytes:
        """The next bytes, b'' at the end of the answer."""
        left = most if self.end is None else min(most, self.end - self.at)
        if not left:
            return b""
        try:
            piece: bytes = self.response.raw.read1(min(left, PIECE_BYTES), decode_content=False)
        except (HTTPError, HTTPException, OSError) as error:
            raise _broken(error, patience) from error
        self.at += len(piece)
        return piece

    def close(self) -> None:
        with suppress(HTTPError, HTTPException, OSError):
            self.response.close()
        self.slot.release()


def _refusal(response: requests.Response) -> SourceError | TransientError:
    """Sorts a status other than success: it may pass, or it is final."""
    status, reason = response.status_code, response.reason or ""
    said = f"HTTP {status} {reason}".strip()
    if status in _PASSING or status >= 500:
        return TransientError(said, _retry_after(response))
    return SourceError(said)


def _retry_after(response: requests.Response) -> float:
    """Seconds that Retry-After asks to wait, 0 if missing; a date is compared with the server's own clock."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
        now = parsedate_to_datetime(response.headers["Date"]) if "Date" in response.headers else datetime.now(UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _length(response: requests.Response) -> int | None:
    value = response.headers.get("Content-Length", "")
    return int(value) if value.isdecimal() and len(value) < 19 else None


def _etag(response: requests.Response) -> str | None:
    return response.headers.get("ETag") or response.headers.get("Last-Modified") or None


def _broken(error: BaseException, patience: float) -> SourceError | TransientError:
    """Sorts a failed connection; the message contains no host and no memory address."""
    if isinstance(error, _NO_PLACE):
        return SourceError("the server redirects without end, or to an invalid URL")
    causes = list(_causes(error))
    if any("CERTIFICATE_VERIFY_FAILED" in str(cause) for cause in causes):
        return SourceError("the server's certificate is not trusted")
    if any("timeout" in type(cause).__name__.lower() for cause in causes):
        return TransientError(f"no answer within {patience:g} s")
    told = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
    return TransientError(told[-1] if told else "the connection was closed before the end")


def _causes(error: BaseException) -> list[BaseException]:
    """An error and its causes, outermost first."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        cause = waiting.pop()
        if any(cause is one for one in found):
            continue
        found.append(cause)
        behind = [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
        waiting += [one for one in behind if isinstance(one, BaseException)]
    return found
