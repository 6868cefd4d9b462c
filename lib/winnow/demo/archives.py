"""Packs responses into WARC files in the way of Common Crawl."""

from __future__ import annotations

import gzip
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import urlsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

_TIME_BETWEEN_FETCHES = timedelta(seconds=7)
_CRAWLER = "winnow-demo/1"
_ABOUT = {
    "publisher": "winnow demo",
    "description": "Pages made from the local Python installation, with planted faults",
    "format": "WARC File Format 1.0",
    "software": _CRAWLER,
}
_REVISIT = {
    "WARC-Profile": "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest",
    "WARC-Payload-Digest": "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",  # of nothing
}


class Exchange(NamedTuple):
    """One request and its answer; the body is as sent.

    record_type  response, revisit or resource
    block_type   content type of a record that is not HTTP: it has no status, headers or request; else ''
    altered      the last byte of the body was changed after its digests were taken
    """

    url: str
    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    record_type: str = "response"
    block_type: str = ""
    altered: bool = False


class ArchiveName(NamedTuple):
    """The path of an archive, when its first page was fetched, and its number in the crawl, from 0."""

    crawl: str
    archive_path: str
    started: datetime
    number: int


class Written(NamedTuple):
    """The offset of the main record of each exchange, in bytes, and the number of records of other types."""

    starts: list[int]
    others: Counter[str]


def write_archive(root: Path, name: ArchiveName, exchanges: Sequence[Exchange], cut: bool) -> Written:
    """Write an archive below root, with a gzip member for each record.

    A warcinfo, then request, main record and metadata of each exchange. With `cut` the file ends in the middle of the
    last exchange's main record, as after a broken upload. No time and no id in it comes from the clock or from chance.
    """
    path = root / name.archive_path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w+b") as file:
        writer = _Writer(file, name)
        spans = [writer.write_exchange(exchange, cut and exchange is exchanges[-1]) for exchange in exchanges]
        if cut:
            file.truncate(sum(spans[-1]) // 2)
    return Written([start for start, _ in spans], writer.others)


def write_manifest(path: Path, warc_paths: Sequence[str]) -> None:
    """Write the list of a crawl's archives in the way of Common Crawl: one key in each line, gzip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("".join(f"{key}\n" for key in warc_paths).encode(), mtime=0))


class _Writer:
    """An archive that is being written: its clock, and the source of its ids."""

    def __init__(self, file: BinaryIO, name: ArchiveName) -> None:
        self.file = file
        self.name = name
        self.now = name.started
        self.count = 0
        self.others: Counter[str] = Counter()
        self.warc = WARCWriter(file, gzip=True)
        self.warcinfo = self.next_id()
        about = {"WARC-Record-ID": self.warcinfo, "WARC-Filename": name.archive_path.rpartition("/")[2]}
        self._write_other("warcinfo", "", about, _lines({"isPartOf": name.crawl, **_ABOUT}))

    def next_id(self) -> str:
        """An id that depends only on the archive and the position in it."""
        digest = hashlib.sha256(f"{self.name.archive_path} {self.count}".encode()).hexdigest()
        self.count += 1
        return "<urn:uuid:" + "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])) + ">"

    def write_exchange(self, exchange: Exchange, last: bool) -> tuple[int, int]:
        """Write request, main record and metadata, nothing after a last main record; returns its start and end."""
        self.now += _TIME_BETWEEN_FETCHES
        request = {"WARC-Record-ID": self.next_id()}
        main = {"WARC-Record-ID": self.next_id(), "WARC-IP-Address": "192.0.2.7"}
        about_main = {"WARC-Warcinfo-ID": self.warcinfo, "WARC-Concurrent-To": main["WARC-Record-ID"]}
        if not exchange.block_type:
            self._write_other("request", exchange.url, request | about_main, http=_request(exchange.url))
            main |= {"WARC-Concurrent-To": request["WARC-Record-ID"]}
        start = self.file.tell()
        self._write_main(exchange, main | {"WARC-Warcinfo-ID": self.warcinfo})
        end = self.file.tell()
        if not last:
            notes = _lines({"fetchTimeMs": str(80 + len(exchange.body) % 400)})
            self._write_other("metadata", exchange.url, {"WARC-Record-ID": self.next_id()} | about_main, notes)
        return start, end

    def _write_main(self, exchange: Exchange, fields: dict[str, str]) -> None:
        http = StatusAndHeaders(exchange.status, list(exchange.headers), protocol="HTTP/1.1")
        if exchange.block_type:
            fields["Content-Type"] = exchange.block_type
        if exchange.record_type == "revisit":
            fields |= _REVISIT
        record = self._record(
            exchange.record_type, exchange.url, fields, exchange.body, None if exchange.block_type else http
        )
        if exchange.altered:
            self.warc.ensure_digest(record, block=True, payload=True)
            record.raw_stream = BytesIO(exchange.body[:-1] + bytes([exchange.body[-1] ^ 1]))
        self.warc.write_record(record)

    def _write_other(
        self, kind: str, url: str, fields: Mapping[str, str], block: bytes = b"", http: StatusAndHeaders | None = None
    ) -> None:
        self.others[kind] += 1
        self.warc.write_record(self._record(kind, url, fields, block, http))

    def _record(
        self, kind: str, url: str, fields: Mapping[str, str], block: bytes, http: StatusAndHeaders | None
    ) -> ArcWarcRecord:
        headers = {"WARC-Type": kind, "WARC-Date": f"{self.now:%Y-%m-%dT%H:%M:%SZ}", **fields}
        body = BytesIO(block)
        return self.warc.create_warc_record(
            url, kind, payload=body, length=len(block), http_headers=http, warc_headers_dict=headers
        )


def _request(url: str) -> StatusAndHeaders:
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    headers = [("User-Agent", _CRAWLER), ("Accept-Encoding", "br,gzip"), ("Host", parts.netloc)]
    return StatusAndHeaders(f"GET {path} HTTP/1.1", headers, is_http_request=True)


def _lines(fields: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode()
