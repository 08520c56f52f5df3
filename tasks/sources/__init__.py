"""Readers: a SOURCE on disk to pages, whatever the files are.

    for item in open_source("seeds"):
        ...  # a Page, a Rejection (it should have been one) or a Skip (left out on purpose)

Nothing is lost in between: every file found gives at least one item, and a bad file never ends
the iteration. `raw_ref` of a page is `file#offset`, where it can be read again: the byte of a WARC
record's gzip member (or of the record, in a plain WARC), of a line in JSONL (gzip undone), the row
of a Parquet file or item of a JSON array (from 0), 0 for a file that is one page, and in a text
file with several stories the byte where the story begins.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import FileIO
from os import fstat
from pathlib import Path

from expectations.records import Page, PageKind, Reason, Rejection, Skip
from tasks.sources.inputs import Input, printable
from tasks.sources.jsonl import read_document, read_lines
from tasks.sources.parquet import read_parquet
from tasks.sources.paths import Found, find_files, why_not_an_input
from tasks.sources.plain import read_pages
from tasks.sources.sniff import HEAD_BYTES, SourceKind, is_json_document, kind_of, why_binary
from tasks.sources.streams import GzipStream, open_regular, open_stream, read_head
from tasks.sources.warc import read_warc

__all__ = ["MAX_PAGE_BYTES", "SourceKind", "file_sizes", "lists_urls", "open_source"]

# A page of 20 MB cannot be extracted in 45 s (FACTS: 10 MB of links take 1.5 GB); the largest
# honest news pages are a few megabytes.
MAX_PAGE_BYTES = 20 << 20


def open_source(
    source: str,
    *,
    source_id: str | None = None,
    as_kind: SourceKind | None = None,
    max_page_bytes: int = MAX_PAGE_BYTES,
) -> Iterator[Page | Rejection | Skip]:
    """Read the pages of a file, a folder or a glob, in a fixed order, with bounded memory.

    Args:
        source: Path or pattern. Folders are walked to their depth; what is plainly no news there
            (hidden, documentation, code) is skipped, but read if named itself.
        source_id: Default: the last component of the resolved path; pages of a lake's archive
            keep the source that they were fetched for.
        as_kind: Default: by content and name.
        max_page_bytes: Larger pages are rejected without being held in memory.

    Raises:
        SourceError: at once, if there is nothing to read at `source`.
    """
    name, files = find_files(source)
    inherited = Input(
        source_id=source_id or name,
        path="",
        modified_at=None,
        max_page_bytes=max_page_bytes,
        keeps_sources=source_id is None,
    )
    return _read_files(files, inherited, as_kind)


def file_sizes(source: str) -> dict[str, int]:
    """Bytes of each file that `open_source` will read, by path as in `raw_ref`."""
    _, files = find_files(source)
    sizes = {}
    for found in files:
        with contextlib.suppress(OSError):
            sizes[printable(str(found.path))] = found.path.stat().st_size
    return sizes


def lists_urls(source: str) -> bool:
    """Whether SOURCE is a file that lists URLs, rather than pages."""
    path = Path(source)
    if not path.is_file():
        return False
    try:
        with open_regular(path) as file:
            return kind_of(read_head(open_stream(file), HEAD_BYTES), source) is SourceKind.URLS
    except OSError:
        return False


def _read_files(
    files: Iterator[Found], inherited: Input, as_kind: SourceKind | None
) -> Iterator[Page | Rejection | Skip]:
    for found in files:
        source = replace(inherited, path=str(found.path))
        why_not = None if found.named else why_not_an_input(found.path)
        if why_not:
            yield source.skip(Reason.NOT_AN_INPUT, f"{found.path.name}: {why_not}")
            continue
        try:
            if found.error:
                raise found.error
            with open_regular(found.path) as file:
                yield from _read_file(
                    file, replace(source, modified_at=_modified_at(file)), as_kind
                )
        except FileNotFoundError:
            yield source.reject(Reason.VANISHED, "it was listed, but is not there any more")
        except PermissionError:
            yield source.reject(Reason.NO_PERMISSION, "no permission to read it")
        except OSError as error:
            yield source.reject(Reason.UNREADABLE, error.strerror or str(error))


def _read_file(
    file: FileIO, source: Input, as_kind: SourceKind | None
) -> Iterator[Page | Rejection | Skip]:
    head = read_head(open_stream(file), HEAD_BYTES)
    stream = open_stream(file)
    kind = as_kind or kind_of(head, source.path)
    if fstat(file.fileno()).st_size == 0:
        yield source.reject(Reason.EMPTY, "the file is empty")
    elif kind is SourceKind.URLS:
        yield source.skip(Reason.NEEDS_FETCHING, "fetching comes with the network sources")
    elif kind is SourceKind.WARC:
        yield from read_warc(stream, source)
    elif kind is SourceKind.PARQUET:
        if isinstance(stream, GzipStream):
            yield source.reject(Reason.BINARY, "a Parquet file in a gzip file: unpack it first")
        else:
            yield from read_parquet(file, source)
    elif binary := why_binary(head):
        yield source.reject(Reason.BINARY, f"neither text nor HTML: {binary}")
    elif kind is SourceKind.JSONL:
        read = read_document if is_json_document(head, source.path) else read_lines
        yield from read(stream, source)
    else:
        yield from read_pages(
            stream, source, PageKind.HTML if kind is SourceKind.HTML else PageKind.TEXT
        )


def _modified_at(file: FileIO) -> datetime | None:
    try:
        return datetime.fromtimestamp(fstat(file.fileno()).st_mtime, UTC)
    except (ValueError, OverflowError, OSError):  # a file system may hold any number
        return None
