"""The archive: fetched pages as WARC files (ISO 28500:2017) in the lake's folder `pages`.

A page is a request and a response record, each a gzip member of its own, so that a page can be
read again from its offset. What discovery knew of it beside its bytes (its source, its feed's
headline and date) is in fields of the record of its own, `Broadsheet-Source` and
`Broadsheet-Given`, which other readers pass over.

A file is finished when its index (CDXJ, one line a page) lies beside it. Each file has one writer,
which holds a lock on it: a file without either belongs to a run that was killed, and is mended by
whoever comes next.
"""

from __future__ import annotations

import base64
import fcntl
import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from expectations.records import NOTHING_GIVEN, Given
from tasks.durable import fsync, try_exclusive, write_text
from tasks.fetch.messages import Response
from tasks.sources.given_field import (
    GIVEN_FIELD,
    RESERVED_FIELD,
    SOURCE_FIELD,
    write_given_field,
)
from tasks.sources.records import Damage, Record, field, parse_headers, read_records, target_uri
from tasks.sources.streams import GzipStream

FOLDER = "pages"
SUFFIX = ".warc.gz"
INDEX_SUFFIX = ".cdxj"
MAX_FILE_BYTES = 1_000_000_000  # what the standard recommends (ISO 28500:2017, annex C.2)
COMPRESSION = 6
_MAX_BLOCK = 1 << 16  # of a record that is looked at for its header only


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """A page in the archive: where it can be read again, and what tells it from others."""

    raw_ref: str
    url: str
    fetched_at: datetime
    status: int
    media_type: str
    digest: str
    length: int

    @property
    def cdx_line(self) -> str:
        """A line of a CDXJ index: sortable address, time, and the rest as JSON."""
        file, _, offset = self.raw_ref.rpartition("#")
        described = {
            "url": self.url,
            "mime": self.media_type,
            "status": str(self.status),
            "digest": self.digest,
            "length": str(self.length),
            "offset": offset,
            "filename": file.rpartition("/")[2],
        }
        return f"{sort_key(self.url)} {self.fetched_at:%Y%m%d%H%M%S} {json.dumps(described)}"


class Archive:
    """The files that one run writes. Not for several threads."""

    def __init__(
        self,
        folder: Path,
        run_id: str,
        *,
        software: str,
        on_finished: Callable[[Path], None] = lambda _: None,
        max_file_bytes: int = MAX_FILE_BYTES,
    ) -> None:
        self._folder, self._run_id, self._software = folder, run_id, software
        self._on_finished, self._max_file_bytes = on_finished, max_file_bytes
        self._number = 0
        self._file: _File | None = None

    def add(
        self,
        response: Response,
        *,
        source_id: str,
        given: Given = NOTHING_GIVEN,
        reserved: Sequence[str] = (),
    ) -> Archived:
        """Write a page; when this returns, a kill of the process does not lose it.

        Args:
            response: What came.
            source_id: The source that it was fetched for.
            given: What its feed or sitemap says of it.
            reserved: Rights that its site reserves for all its pages.
        """
        if self._file is not None and self._file.size >= self._max_file_bytes:
            self._finish()
        if self._file is None:
            name = f"{self._run_id}-{self._number:05}{SUFFIX}"
            self._file = _File(self._folder / name, self._software)
            self._number += 1
        return self._file.add(response, source_id, given, reserved)

    def close(self) -> None:
        """Finish the last file."""
        if self._file is not None:
            self._finish()

    def _finish(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.finish()
            self._on_finished(file.path)


class _File:
    def __init__(self, path: Path, software: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.size = 0
        self._pages: list[Archived] = []
        # Locked before it has its name: whoever finds it unlocked may finish it.
        unnamed = path.with_name(f".{path.name}")
        self._file = unnamed.open("xb", buffering=0)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        unnamed.rename(path)
        about = f"software: {software}\r\nformat: WARC File Format 1.1\r\n"
        fields = [("WARC-Filename", path.name), ("Content-Type", "application/warc-fields")]
        self._write(_record("warcinfo", datetime.now(UTC), fields, about.encode()))

    def add(
        self, response: Response, source_id: str, given: Given, reserved: Sequence[str]
    ) -> Archived:
        name, asked = _record_id(), _record_id()
        at = response.fetched_at
        # SHA-1, for it names and does not protect, and it is what other archives' tools compare.
        sha1 = hashlib.sha1(response.wire_body, usedforsecurity=False).digest()
        digest = f"sha1:{base64.b32encode(sha1).decode()}"
        block = _without_transfer_coding(response.header) + response.wire_body
        member = _record(
            "response",
            at,
            [
                ("WARC-Target-URI", response.request.url),
                ("WARC-IP-Address", response.address),
                ("WARC-Payload-Digest", digest),
                (SOURCE_FIELD, _ascii(source_id)),
                *([(GIVEN_FIELD, stated)] if (stated := write_given_field(given)) else []),
                *([(RESERVED_FIELD, " ".join(reserved))] if reserved else []),
                *([("WARC-Truncated", "length")] if _is_cut(response) else []),
                ("Content-Type", "application/http; msgtype=response"),
            ],
            block,
            record_id=name,
        )
        archived = Archived(
            raw_ref=f"{FOLDER}/{self.path.name}#{self.size}",
            url=response.request.url,
            fetched_at=at,
            status=response.status,
            media_type=response.field("Content-Type").partition(";")[0].strip().lower(),
            digest=digest,
            length=len(member),
        )
        request = _record(
            "request",
            at,
            [
                ("WARC-Target-URI", response.request.url),
                ("WARC-Concurrent-To", name),
                ("Content-Type", "application/http; msgtype=request"),
            ],
            _request_block(response.request.url),
            record_id=asked,
        )
        self._write(member + request)
        self._pages.append(archived)
        return archived

    def finish(self) -> None:
        os.fsync(self._file.fileno())
        _write_index(self.path, self._pages)
        self._file.close()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        self.size += len(data)


def recover(folder: Path) -> Iterator[tuple[Path, tuple[Archived, ...]]]:
    """Finish the files that killed runs left: cut off what is half a record, and index the rest.

    Yields:
        Each file, and the pages in it, whether the killed run had taken note of them or not.
    """
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if index_of(path).exists():
            continue
        with try_exclusive(path) as is_dead:
            if not is_dead or index_of(path).exists():
                continue
            pages, sound_bytes = _read_pages(path)
            if sound_bytes < path.stat().st_size:
                os.truncate(path, sound_bytes)
            fsync(path)
            _write_index(path, pages)
        yield path, tuple(pages)


def sort_key(url: str) -> str:
    """An address with its host's labels turned round, so that a site's pages sort together."""
    parts = urlsplit(url.lower())
    host = ",".join(reversed((parts.hostname or "").removeprefix("www.").split(".")))
    port = f":{parts.port}" if parts.port else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}){parts.path or '/'}{query}".replace(" ", "%20")


def _ascii(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode()


def _record_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _record(
    kind: str,
    at: datetime,
    fields: Sequence[tuple[str, str]],
    block: bytes,
    *,
    record_id: str | None = None,
) -> bytes:
    named = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", record_id or _record_id()),
        ("WARC-Date", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
        *fields,
        ("Content-Length", str(len(block))),
    ]
    header = "".join(f"{name}: {value}\r\n" for name, value in named)
    whole = b"WARC/1.1\r\n" + header.encode() + b"\r\n" + block + b"\r\n\r\n"
    return gzip.compress(whole, COMPRESSION, mtime=0)


def _is_cut(response: Response) -> bool:
    """Whether the body was dropped: that of a redirect is, if it is long."""
    declared = response.field("Content-Length")
    return not response.wire_body and declared.isdecimal() and int(declared) > 0


def _request_block(url: str) -> bytes:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()


def _without_transfer_coding(header: bytes) -> bytes:
    """The body came without its chunks: the field that speaks of them gets another name."""
    lines = header.split(b"\r\n")
    for at, line in enumerate(lines):
        if line.lower().startswith(b"transfer-encoding:"):
            lines[at] = b"X-Archive-Orig-" + line
    return b"\r\n".join(lines)


def _read_pages(path: Path) -> tuple[list[Archived], int]:
    """Pages of a file up to the first damage, and how many bytes of it are sound."""
    pages: list[Archived] = []
    starts: list[int] = []
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        for record in read_records(GzipStream(file), max_block=_MAX_BLOCK):
            if isinstance(record, Damage):
                return _with_lengths(pages, starts, record.offset), record.offset
            starts.append(record.offset)
            if field(record.headers, "WARC-Type") == "response":
                pages.append(_archived(path, record))
    return _with_lengths(pages, starts, size), size


def _archived(path: Path, record: Record) -> Archived:
    response = parse_headers(record.block.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    return Archived(
        raw_ref=f"{FOLDER}/{path.name}#{record.offset}",
        url=target_uri(record.headers) or "",
        fetched_at=datetime.fromisoformat(field(record.headers, "WARC-Date")),
        status=response.status_code or 0,
        media_type=field(response, "Content-Type").partition(";")[0].strip().lower(),
        digest=field(record.headers, "WARC-Payload-Digest"),
        length=0,
    )


def _with_lengths(pages: list[Archived], starts: list[int], end: int) -> list[Archived]:
    after = dict(pairwise([*starts, end]))
    sized = []
    for page in pages:
        offset = int(page.raw_ref.rpartition("#")[2])
        if after[offset] > offset:
            sized.append(Archived(**{**asdict(page), "length": after[offset] - offset}))
    return sized


def _write_index(path: Path, pages: Sequence[Archived]) -> None:
    lines = sorted(page.cdx_line for page in pages)
    write_text(index_of(path), "".join(f"{line}\n" for line in lines))


def index_of(path: Path) -> Path:
    """Where the index of a file lies."""
    return path.with_name(path.name.removesuffix(SUFFIX) + INDEX_SUFFIX)
