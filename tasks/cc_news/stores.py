"""Where CC-NEWS lies: a web server, a bucket or a folder, each read part by part.

The place is the user's own setting, so it may be on a private network. No redirect is followed
from it.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

import pyarrow.fs as pafs

from expectations.records import Reason
from tasks.errors import UsageError
from tasks.fetch.client import Client, Deadlines
from tasks.fetch.messages import Failure, Request, Response
from tasks.fetch.pace import retry_after
from tasks.settings import s3_endpoint, s3_region, user_agent
from tasks.sources.streams import open_regular
from tasks.storage import BUCKET, S3, s3_store

# For one part: what is slower than 35 KB/s would take a day for one file.
DEADLINES = Deadlines(total_s=120.0)
_OK, _PARTIAL, _OUT_OF_RANGE = 200, 206, 416  # RFC 9110, 15
_FORBIDDEN, _NOT_FOUND, _GONE = 403, 404, 410
_TEMPORARY = (408, 425, 429, 500, 502, 503, 504)
_WEB_BASE = re.compile(r"https?://[\w.\[\]:-]+(/[\w./~%+-]*)?", re.ASCII)
_CONTENT_RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18})", re.ASCII)


class StoreError(Exception):
    """A part of a file cannot be had; `is_temporary` says that it may be in a while."""

    def __init__(self, reason: Reason, detail: str, *, is_temporary: bool = False) -> None:
        super().__init__(detail)
        self.reason = reason
        self.is_temporary = is_temporary
        self.retry_after_s = 0.0


class Part(NamedTuple):
    """Bytes of a file from `offset` on. `tag` changes when the file does; `total` is its size."""

    offset: int
    data: bytes
    total: int
    tag: str


class Store(Protocol):
    """A place with files, by paths relative to it. For one thread at a time."""

    def address(self, path: str) -> str:
        """Name a file in full, for people and for `raw_ref`."""

    def read(self, path: str, offset: int, size: int) -> Part:
        """Read `size` bytes from `offset`, fewer only where the file ends.

        Raises:
            StoreError: if they cannot be had.
        """

    def close(self) -> None:
        """Let go of connections."""


def open_store(base: str) -> Store:
    """Open the place that a setting names; nothing is asked of it yet.

    Raises:
        UsageError: if it is no http(s) address, bucket or folder.
    """
    if base.startswith(S3):
        if not BUCKET.fullmatch(base.rstrip("/")):
            raise _bad_base(base)
        return BucketStore(base.rstrip("/"), s3_store(s3_endpoint(), s3_region()))
    if base.lower().startswith(("http://", "https://")):
        if not _WEB_BASE.fullmatch(base):
            raise _bad_base(base)
        client = Client(user_agent=user_agent(), allow_private=True, deadlines=DEADLINES)
        return WebStore(base.rstrip("/"), client)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", base):
        raise _bad_base(base)
    return FolderStore(Path(base).absolute())


def _bad_base(base: str) -> UsageError:
    # Not shown: it may hold a password.
    shown = f"{urlsplit(base).scheme}://..." if "@" in base else f"{base!a}"
    return UsageError(
        f"BROADSHEET_CC_NEWS is {shown}: write https://host/path, without credentials and query, "
        "s3://bucket/prefix or a folder"
    )


@dataclass(frozen=True, slots=True)
class WebStore:
    """Files of a web server that sends parts of them (RFC 9110, 14)."""

    base: str
    client: Client

    def address(self, path: str) -> str:
        """See `Store`."""
        return f"{self.base}/{path}"

    def read(self, path: str, offset: int, size: int) -> Part:
        """See `Store`."""
        wanted = (offset, offset + size - 1)
        answer = self.client.get(Request(url=self.address(path), max_bytes=size, byte_range=wanted))
        if isinstance(answer, Failure):
            raise _failed(answer, self.address(path))
        if answer.status == _PARTIAL:
            return _partial(answer, offset, size)
        if answer.status == _OK:  # no parts for us: we take it if it is small and wanted whole
            if offset:
                raise _no_parts(self.address(path))
            return Part(0, answer.body, len(answer.body), _tag(answer, len(answer.body)))
        if answer.status == _OUT_OF_RANGE:
            total = _content_range(answer)[2]
            if offset >= total:
                return Part(offset, b"", total, _tag(answer, total))
        raise _refused(answer, self.address(path))

    def close(self) -> None:
        """See `Store`."""
        self.client.close()


def _failed(failure: Failure, address: str) -> StoreError:
    if failure.reason == Reason.TOO_LARGE:  # more than the part that was asked for
        return _no_parts(address)
    return StoreError(
        failure.reason, f"{address}: {failure.detail}", is_temporary=failure.is_temporary
    )


def _no_parts(address: str) -> StoreError:
    return StoreError(
        Reason.PROTOCOL,
        f"{address}: the server sends no parts of files (RFC 9110, 14), so it cannot be read on "
        "after an interruption: name one that does, or a folder",
    )


def _partial(answer: Response, offset: int, size: int) -> Part:
    first, last, total = _content_range(answer)
    body = answer.body
    if first != offset or last != min(offset + size, total) - 1 or len(body) != last - first + 1:
        raise StoreError(
            Reason.PROTOCOL,
            f"{answer.request.url}: asked for bytes {offset}-{offset + size - 1}, the server sends "
            f"{len(body)} and calls them {answer.field('Content-Range')[:80]!a}",
            is_temporary=True,
        )
    return Part(offset, body, total, _tag(answer, total))


def _content_range(answer: Response) -> tuple[int, int, int]:
    value = answer.field("Content-Range")
    found = _CONTENT_RANGE.fullmatch(value)
    if found is None:
        detail = f"{answer.request.url}: the Content-Range {value[:80]!a} says nothing"
        raise StoreError(Reason.PROTOCOL, detail)
    return int(found[1] or 0), int(found[2] or -1), int(found[3])


def _tag(answer: Response, total: int) -> str:
    name = answer.field("ETag").removeprefix("W/") or answer.field("Last-Modified")
    # A 416 need not have either.
    return f"{name if total else ''} {total}"


def _refused(answer: Response, address: str) -> StoreError:
    status = answer.status
    if status in {_NOT_FOUND, _GONE}:
        return StoreError(Reason.VANISHED, f"{address} is not there ({status})")
    if status == _FORBIDDEN:  # what Amazon says of a file that is not there, too
        return StoreError(Reason.VANISHED, f"{address} is not there, or not for us ({status})")
    location = answer.field("Location")
    where = f", to {location[:200]!a}: name that with BROADSHEET_CC_NEWS" if location else ""
    error = StoreError(
        Reason.HTTP_STATUS,
        f"{address}: the server answers {status}{where}",
        is_temporary=status in _TEMPORARY,
    )
    if error.is_temporary:
        error.retry_after_s = retry_after(answer.field("Retry-After"), time.time()) or 0.0
    return error


@dataclass(frozen=True, slots=True)
class BucketStore:
    """Files below `s3://bucket/prefix`, with the credentials of the AWS tools."""

    base: str
    files: pafs.FileSystem

    def address(self, path: str) -> str:
        """See `Store`."""
        return f"{self.base}/{path}"

    def read(self, path: str, offset: int, size: int) -> Part:
        """See `Store`."""
        address = self.address(path)
        key = address.removeprefix(S3)
        try:
            with self.files.open_input_file(key) as file:
                total = file.size()
                data = file.read_at(size, offset) if offset < total else b""
            # Behind the reading: a tag is of what was read, or of what came after.
            info = self.files.get_file_info(key)
        except FileNotFoundError as error:
            raise StoreError(Reason.VANISHED, f"{address} is not there") from error
        except OSError as error:
            detail = f"{address}: {str(error)[:300]}"
            raise StoreError(Reason.CONNECTION, detail, is_temporary=True) from error
        return _whole(address, Part(offset, data, total, f"{info.mtime_ns} {total}"), size)

    def close(self) -> None:
        """See `Store`."""


@dataclass(frozen=True, slots=True)
class FolderStore:
    """Files below a folder of this machine."""

    base: Path

    def address(self, path: str) -> str:
        """See `Store`."""
        return str(self.base / path)

    def read(self, path: str, offset: int, size: int) -> Part:
        """See `Store`."""
        address = self.address(path)
        try:
            with open_regular(self.base / path) as file:
                data = os.pread(file.fileno(), size, offset)
                status = os.fstat(file.fileno())
        except FileNotFoundError as error:
            raise StoreError(Reason.VANISHED, f"{address} is not there") from error
        except PermissionError as error:
            raise StoreError(Reason.NO_PERMISSION, f"{address}: no permission") from error
        except OSError as error:
            raise StoreError(Reason.UNREADABLE, f"{address}: {error}") from error
        tag = f"{status.st_mtime_ns} {status.st_size}"
        return _whole(address, Part(offset, data, status.st_size, tag), size)

    def close(self) -> None:
        """See `Store`."""


def _whole(address: str, part: Part, size: int) -> Part:
    missing = max(0, min(size, part.total - part.offset)) - len(part.data)
    if missing:
        detail = f"{address}: {missing} bytes are missing behind byte {part.offset}"
        raise StoreError(Reason.TRUNCATED, detail, is_temporary=True)
    return part
