"""A web server in the process of the test that serves files by ranges, and fails on demand."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Fault(NamedTuple):
    """How one response differs from a good one.

    status, fields   instead of the file
    bytes_sent       the body ends here, closed in order; with reset: by a TCP reset
    hangs_after      the body stops here until the server is closed
    declared         the Content-Length is wrong by so many bytes
    shorter_range    fewer bytes are given than requested, and Content-Range says so
    whole            Range is ignored
    shifted          the range begins so many bytes later than requested
    change           from this response on, the file is another one: its bytes, and its ETag
    no_length        neither Content-Length nor chunks: the end of the connection is the end
    chunked          Transfer-Encoding instead of Content-Length
    """

    status: int = 0
    fields: tuple[tuple[str, str], ...] = ()
    bytes_sent: int | None = None
    reset: bool = False
    hangs_after: int | None = None
    declared: int = 0
    shorter_range: int = 0
    whole: bool = False
    shifted: int = 0
    change: bytes | None = None
    no_length: bool = False
    chunked: bool = False


class Asked(NamedTuple):
    """A request as received."""

    method: str
    path: str
    range: str
    if_range: str


@dataclass
class Server:
    """What is served, the faults to come by path (`*`: for responses without faults of their own), and the requests."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    always: dict[str, Fault] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    etags: bool = True
    open_now: int = 0
    open_most: int = 0
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ranges(self, path: str) -> list[str]:
        """The ranges of a file that were requested, in order."""
        return [one.range for one in self.asked if one.path == path and one.method == "GET"]

    def fault(self, path: str) -> Fault:
        """The fault of the next response."""
        waiting = self.faults.get(path, [])
        return waiting.pop(0) if waiting else self.always.get(path, Fault())


@contextmanager
def served(files: dict[str, bytes]) -> Iterator[Server]:
    """A server of these files, by path from `/` on, on a free port of this machine."""
    server = Server(files=dict(files))
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        http.shutdown()
        http.server_close()
        thread.join()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            with server.lock:
                server.open_now += 1
                server.open_most = max(server.open_most, server.open_now)
            try:
                self._answer()
            finally:
                with server.lock:
                    server.open_now -= 1

        def _answer(self) -> None:
            asked = self.headers.get("Range", "")
            server.asked.append(Asked(self.command, self.path, asked, self.headers.get("If-Range", "")))
            with server.lock:
                fault = server.fault(self.path)
            if fault.change is not None:
                server.files[self.path] = fault.change
            data = server.files.get(self.path)
            if fault.status or data is None:
                self._refuse(fault.status or 404, dict(fault.fields))
                return
            try:
                self._give(data, asked, fault)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _refuse(self, status: int, fields: dict[str, str]) -> None:
            self.send_response_only(status)
            for name, value in {"Content-Length": "0", **fields}.items():
                self.send_header(name, value)
            self.end_headers()

        def _give(self, data: bytes, asked: str, fault: Fault) -> None:
            etag = f'"{len(data)}-{hash(data)}"'
            wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", asked)
            stale = self.headers.get("If-Range", etag) != etag
            if wanted and not fault.whole and not stale:
                start = int(wanted[1]) + fault.shifted
                end = min(int(wanted[2]) + 1, len(data)) - fault.shorter_range
                if start >= len(data):
                    self._refuse(416, {"Content-Range": f"bytes */{len(data)}"})
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(data)}")
                data = data[start:end]
            else:
                self.send_response(200)
            if server.etags:
                self.send_header("ETag", etag)
            if fault.chunked:
                self.send_header("Transfer-Encoding", "chunked")
                data = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in _parts(data, 5000)) + b"0\r\n\r\n"
            elif not fault.no_length:
                self.send_header("Content-Length", str(len(data) + fault.declared))
            self.end_headers()
            if self.command == "GET":
                self._send(data, fault)
            self.close_connection = True

        def _send(self, data: bytes, fault: Fault) -> None:
            if fault.hangs_after is not None:
                self.wfile.write(data[: fault.hangs_after])
                self.wfile.flush()
                server.closing.wait()
                return
            self.wfile.write(data[: fault.bytes_sent])
            self.wfile.flush()
            if fault.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()

        def log_message(self, *_: object) -> None:
            """Prints nothing: the tests look at the requests."""

    return Handler


def _parts(data: bytes, size: int) -> list[bytes]:
    return [data[place : place + size] for place in range(0, len(data), size)]
