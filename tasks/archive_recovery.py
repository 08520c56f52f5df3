"""Files of the archive that killed runs left: finished by whoever comes next."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from tasks.archive import FOLDER
from tasks.archive_index import SUFFIX, Archived, index_of, write_index
from tasks.durable import fsync
from tasks.sources.records import (
    MAX_DAMAGES,
    Damage,
    Record,
    field,
    parse_headers,
    read_records,
    target_uri,
)
from tasks.sources.streams import GzipStream
from tasks.sources.times import parse_time

_MAX_BLOCK = 1 << 16  # of a record that is looked at for its header only


def recover(folder: Path) -> Iterator[tuple[Path, tuple[Archived, ...]]]:
    """Finish the files that killed runs left: cut off what is half a record, and index the rest.

    A file has its index when the next one is asked for: if whoever takes note of its pages is
    killed, too, they are given out once more.

    Yields:
        Each file, and the pages in it, whether the killed run had taken note of them or not.
    """
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if index_of(path).exists():
            continue
        with hold(path) as is_dead:
            if not is_dead or index_of(path).exists():
                continue
            pages, end = _read_pages(path)
            if end < path.stat().st_size:
                os.truncate(path, end)
            fsync(path)
            yield path, pages
            write_index(path, pages)


@contextmanager
def hold(path: Path) -> Iterator[bool]:
    """Hold a file of the archive as its writer does; False if somebody holds it, or it is gone."""
    try:
        file = path.open("r+b")  # never made: an empty file would take a good one's place
    except FileNotFoundError:
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield path.exists()  # who held it before may have removed it


def _read_pages(path: Path) -> tuple[tuple[Archived, ...], int]:
    """Pages of a file that can be read, and where a last record that is half written begins.

    Sound records may follow damage: only what reaches to the end of the file is half written.
    """
    pages: list[Archived] = []
    starts: list[int] = []
    damages = 0
    torn_at: int | None = None
    with path.open("rb", buffering=0) as file:
        end = os.fstat(file.fileno()).st_size
        for record in read_records(GzipStream(file), max_block=_MAX_BLOCK):
            starts.append(record.offset)
            if isinstance(record, Damage):
                damages += 1
                torn_at = record.offset if torn_at is None else torn_at
                continue
            torn_at = None
            if field(record.headers, "WARC-Type") == "response":
                pages += _archived(path, record)
    if torn_at is not None and damages < MAX_DAMAGES:  # else the rest was not looked at
        end = torn_at
    return _with_lengths(pages, [*starts, end]), end


def _archived(path: Path, record: Record) -> list[Archived]:
    url, fetched_at = target_uri(record.headers), parse_time(field(record.headers, "WARC-Date"))
    if url is None or fetched_at is None:  # none of ours
        return []
    response = parse_headers(record.block.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    return [
        Archived(
            raw_ref=f"{FOLDER}/{path.name}#{record.offset}",
            url=url,
            fetched_at=fetched_at,
            status=response.status_code or 0,
            media_type=field(response, "Content-Type").partition(";")[0].strip().lower(),
            digest=field(record.headers, "WARC-Payload-Digest"),
            length=0,
        )
    ]


def _with_lengths(pages: Sequence[Archived], starts: Sequence[int]) -> tuple[Archived, ...]:
    after = dict(pairwise(starts))
    return tuple(
        replace(page, length=after[page.offset] - page.offset)
        for page in pages
        if after[page.offset] > page.offset  # else its end is torn
    )
