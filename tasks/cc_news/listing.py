"""The list of a month's WARC files."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from io import FileIO
from typing import cast

from expectations.records import Reason
from tasks.cc_news.remote import Reader, RemoteFile
from tasks.cc_news.spec import CcNews
from tasks.cc_news.stores import StoreError
from tasks.errors import SourceError
from tasks.sources.streams import CHUNK_BYTES, DamageError, GzipStream, chunks

# A month has some hundred lines of 70 bytes.
_MAX_BYTES = 4 << 20
_MAX_PACKED_BYTES = 1 << 20
_WARC_PATH = re.compile(r"crawl-data/CC-NEWS/\d{4}/\d{2}/CC-NEWS-(\d{14})-\d+\.warc\.gz", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listing:
    """Paths of the WARC files that are meant, and how many lines were none."""

    paths: tuple[str, ...]
    strange_lines: int


def read_listing(reader: Reader, news: CcNews) -> Listing:
    """Read which WARC files a month or day has, in the order of their names.

    Raises:
        SourceError: if there are none, or the list cannot be had.
    """
    path = f"crawl-data/CC-NEWS/{news.year:04d}/{news.month:02d}/warc.paths.gz"
    address = reader.store.address(path)
    try:
        lines = _gunzip(_read_all(reader, path)).decode("utf-8", "replace").split("\n")
    except StoreError as error:
        if error.reason == Reason.VANISHED:
            raise SourceError(f"{news.period} does not exist (yet): {error}") from error
        raise SourceError(f"{news.period} cannot be read: {error}") from error
    except DamageError as error:
        raise SourceError(f"{news.period} cannot be read: {address}: {error}") from error
    named = [line.strip() for line in lines if line.strip()]
    found = {line: match[1] for line in named if (match := _WARC_PATH.fullmatch(line))}
    paths = tuple(sorted(line for line, time in found.items() if news.wants_time(time)))
    if not paths:
        what = "no file of that day" if found else "no WARC file of CC-NEWS"
        raise SourceError(f"{news.period} has nothing to read: {address} lists {what}")
    return Listing(paths, sum(line not in found for line in named))


def _read_all(reader: Reader, path: str) -> bytes:
    file = RemoteFile(reader, path)
    data = bytearray()
    while piece := file.read(CHUNK_BYTES):
        data += piece
        if len(data) > _MAX_PACKED_BYTES:
            raise StoreError(Reason.TOO_LARGE, f"{file.address} is too large for a list of files")
    return bytes(data)


def _gunzip(data: bytes) -> bytes:
    lines = bytearray()
    # Reads and seeks like a file, which is all that is asked of it.
    for chunk in chunks(GzipStream(cast("FileIO", io.BytesIO(data)))):
        lines += chunk
        if len(lines) > _MAX_BYTES:
            raise StoreError(Reason.TOO_LARGE, f"the list holds more than {_MAX_BYTES} bytes")
    return bytes(lines)
