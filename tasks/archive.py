"""The archive: fetched pages as WARC files (ISO 28500:2017) in the lake's folder `pages`.

A page is a request and a response record (`tasks.archive_record`), each a gzip member of its own,
so that a page can be read again from its offset.

A file is finished when its index (`tasks.archive_index`) lies beside it. Each file has one writer,
which holds a lock on it: a file without either belongs to a run that was killed, and is mended by
whoever comes next (`tasks.archive_recovery`).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Self

from expectations.records import NOTHING_GIVEN, Given
from tasks.archive_index import SUFFIX, Archived, write_index
from tasks.archive_record import exchange_records, first_record
from tasks.fetch.messages import Response

FOLDER = "pages"
MAX_FILE_BYTES = 1_000_000_000  # what the standard recommends (ISO 28500:2017, annex C.2)


class Archive:
    """The files that one run writes. Not for several threads.

    As a context it is closed in the end. Where that comes by an error, its last page may have been
    noted nowhere: its file is handed over without an index, as a kill leaves it.
    """

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

        Raises:
            OSError: if the disk is full, say; what is in the file stays sound.
        """
        if self._file is not None and self._file.size >= self._max_file_bytes:
            self._finish(self._file)
        if self._file is None:
            name = f"{self._run_id}-{self._number:05}{SUFFIX}"
            self._file = _File(self._folder / name, self._software)
            self._number += 1
        return self._file.add(response, source_id, given, reserved)

    def close(self) -> None:
        """Finish the last file."""
        if self._file is not None:
            self._finish(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None or issubclass(error, GeneratorExit):  # nobody wants more: no error
            self.close()
        elif self._file is not None:
            with closing(self._file) as file:
                self._on_finished(file.path)

    def _finish(self, file: _File) -> None:
        self._file = None
        with closing(file):  # held until it is handed over, so that nobody else does that
            file.finish()
            self._on_finished(file.path)


class _File:
    def __init__(self, path: Path, software: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.size = 0
        self._pages: list[Archived] = []
        # Locked before it has its name: whoever finds it unlocked may finish it.
        unnamed = path.with_name(f".{path.name}.new")
        self._file = unnamed.open("xb", buffering=0)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        unnamed.rename(path)
        self._write(first_record(path.name, software))

    def add(
        self, response: Response, source_id: str, given: Given, reserved: Sequence[str]
    ) -> Archived:
        records = exchange_records(response, source_id=source_id, given=given, reserved=reserved)
        archived = Archived(
            raw_ref=f"{FOLDER}/{self.path.name}#{self.size}",
            url=response.request.url,
            fetched_at=response.fetched_at,
            status=response.status,
            media_type=response.field("Content-Type").partition(";")[0].strip().lower(),
            digest=records.digest,
            length=len(records.response),
        )
        self._write(records.response + records.request)
        self._pages.append(archived)
        return archived

    def finish(self) -> None:
        os.fsync(self._file.fileno())
        write_index(self.path, self._pages)

    def close(self) -> None:
        self._file.close()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except BaseException:  # the disk is full, or somebody presses Ctrl-C
            self._file.seek(self.size)
            self._file.truncate()
            raise
        self.size += len(data)
