"""Bytes of one file in a store that fsspec supports: s3://, hdfs://, gs:// and others."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import fsspec.core

from winnow.errors import SettingsError
from winnow.settings.schema import Sources
from winnow.sources.host_slots import take_slot
from winnow.sources.locations import host_of
from winnow.sources.retry import SourceError, TransientError
from winnow.sources.web import Identity

_HADOOP = "pip install hdfs-native, or Hadoop's client with CLASSPATH as `hadoop classpath --glob` prints it"
_INSTALL = {
    "s3": "pip install s3fs", "s3a": "pip install s3fs", "gs": "pip install gcsfs", "abfs": "pip install adlfs",
    "hdfs": _HADOOP,
}  # fmt: skip


class StoreSource:
    """A file of a store; holds a slot of its bucket while bytes come. Raises SettingsError like `open_store`."""

    def __init__(self, url: str, settings: Sources, sleep: Callable[[float], None] = time.sleep) -> None:
        self.url = url
        self.settings = settings
        self.sleep = sleep
        self.identity: Identity | None = None
        self._store = open_store(url, settings)
        self._file: Any = None

    def describe(self) -> Identity:
        """Size and checksum, or time of the last change, as the store reports them."""
        slot = take_slot(host_of(self.url), self.settings.connections, self.sleep)
        try:
            return identity_of(self._store.info(self.url))
        except Exception as error:  # libraries of stores raise anything
            raise store_failure(error) from error
        finally:
            slot.release()

    def transfer(self, start: int, size: int, into: bytearray) -> None:
        """Append the bytes from `start` on, `size` of them or all up to the end."""
        if self._file is None:
            self._identify(self.describe())
        slot = take_slot(host_of(self.url), self.settings.connections, self.sleep)
        try:
            self._file = self._file or self._store.open(self.url, "rb", cache_type="none")
            self._file.seek(start)
            piece = self._file.read(size)
        except Exception as error:
            self.close()
            raise store_failure(error) from error
        finally:
            slot.release()
        into += piece
        most = self.identity.bytes if self.identity else None
        if most is not None and len(piece) < min(size, most - start):
            raise TransientError("the store gave fewer bytes than the file has")

    def close(self) -> None:
        """Close the file, if it is open."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _identify(self, now: Identity) -> None:
        if self.identity is not None and now != self.identity:
            raise SourceError("the archive was changed in its store while it was read")
        self.identity = now


def open_store(url: str, settings: Sources) -> Any:
    """fsspec's file system for a URL. Raises SettingsError if a package is missing or the URL is not supported."""
    protocol = url.partition("://")[0]
    options = dict(settings.options.get(protocol, {}))
    if protocol == "hdfs":
        # a fork empties fsspec's cache, and hdfs-native then waits for threads that the new process does not have
        options["skip_instance_cache"] = True
    try:
        return fsspec.core.url_to_fs(url, **options)[0]
    except ImportError as error:
        said = _INSTALL.get(protocol, str(error))
        raise SettingsError([f"{url}: the package for {protocol}:// is not installed; {said}"]) from error
    except ValueError as error:
        known = "https, http, s3, hdfs, gs, abfs"
        raise SettingsError([f"{url}: {protocol}:// is not supported: {error}. Supported are {known}"]) from error
    except OSError as error:
        hint = f"; {_HADOOP}" if protocol == "hdfs" else ""
        raise SettingsError([f"{url}: {protocol}:// cannot be used: {' '.join(str(error).split())}{hint}"]) from error


def identity_of(info: dict[str, Any]) -> Identity:
    """The identity of a file, from the information of fsspec."""
    names = ("ETag", "etag", "LastModified", "mtime", "last_modified", "modification_time", "created")
    marks = (info.get(name) for name in names)
    mark = next((mark for mark in marks if mark), None)
    return Identity(info.get("size"), None if mark is None else str(mark))


def store_failure(error: Exception) -> SourceError | TransientError:
    """Sorts the failure of a store: a missing file and a refused access are final, others may pass."""
    if isinstance(error, FileNotFoundError):
        return SourceError("there is no such file in the store")
    if isinstance(error, PermissionError):
        return SourceError("the store refuses access; are its credentials set?")
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return TransientError(" ".join(said.split())[:200])
