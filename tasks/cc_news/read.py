"""CC-NEWS to pages: file after file, each from where the lake has it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from io import FileIO
from typing import cast

from expectations.records import Outcome, Page, Reason, Rejection, Skip, Stage
from tasks.cc_news.listing import Listing, read_listing
from tasks.cc_news.progress import Progress, Reached, open_progress
from tasks.cc_news.remote import DEFAULT_PATIENCE, ClosedError, Patience, Reader, RemoteFile
from tasks.cc_news.spec import CcNews
from tasks.cc_news.stores import StoreError, open_store
from tasks.settings import cc_news_base
from tasks.sources import MAX_PAGE_BYTES
from tasks.sources.inputs import Input
from tasks.sources.records import Record, target_uri
from tasks.sources.streams import GzipStream
from tasks.sources.warc import read_warc
from tasks.storage import Lake

SOURCE_ID = "cc-news"
# After so many files that cannot be read, one after the other, the place is taken for closed.
_MOST_FAILURES = 3
# Records of other hosts: what a killed run has to pass over once more.
_NOTED_EACH = 1_000

Item = Page | Rejection | Skip
Items = Iterator[Item]


def open_cc_news(
    news: CcNews,
    *,
    lake: Lake,
    source_id: str | None = None,
    base: str | None = None,
    patience: Patience = DEFAULT_PATIENCE,
) -> Items:
    """Find the files of a month or day, at once, then read those that are not in the lake yet.

    `raw_ref` of each item is `ADDRESS#OFFSET` of its WARC record. When a shard with such items is
    committed, `tasks.cc_news.progress.settle_cc_news` is to be told; items of which it is not told
    are handed out again by the next call.

    Args:
        news: From `parse_cc_news`.
        lake: Where the items go; it must exist.
        source_id: Of the pages; default `cc-news`.
        base: http(s) address, s3://bucket/prefix or folder; default: the setting.
        patience: How to read from there.

    Raises:
        UsageError: if the base is none.
        SourceError: if there is nothing for that month or day, or the list of files cannot be had.
    """
    store = open_store(base or cc_news_base())
    with ExitStack() as stack:
        reader = stack.enter_context(Reader(store, patience))
        listing = read_listing(reader, news)
        return _read_files(reader, listing, news, lake, source_id or SOURCE_ID, stack.pop_all())


def _read_files(  # noqa: PLR0913, PLR0917 - what the function above has opened
    reader: Reader,
    listing: Listing,
    news: CcNews,
    lake: Lake,
    source_id: str,
    opened: ExitStack,
) -> Items:
    with opened, open_progress(lake, news.hosts) as progress:
        if listing.strange_lines:
            yield Skip(
                source_id=source_id,
                reason=Reason.NOT_AN_INPUT,
                detail="lines of the list that name no WARC file of CC-NEWS",
                items=listing.strange_lines,
            )
        addresses = {path: reader.store.address(path) for path in listing.paths}
        todo = [path for path in listing.paths if not progress.is_committed(addresses[path])]
        if done := len(listing.paths) - len(todo):
            yield Skip(
                source_id=source_id,
                reason=Reason.NOT_DUE,
                stage=Stage.FETCH,
                detail=f"WARC files of {news.period} that are in the lake already",
                items=done,
            )
        failures = 0
        for number, path in enumerate(todo, 1):
            try:
                yield from _Warc(reader, path, news, progress, source_id).read()
                failures = 0
            except StoreError as error:
                failures += 1
                yield _failed(source_id, error, str(error))
                if failures == _MOST_FAILURES or isinstance(error, ClosedError):
                    if rest := len(todo) - number:
                        detail = f"not tried, after {failures} files that could not be read"
                        yield _failed(source_id, error, detail, items=rest)
                    return


def _failed(source_id: str, error: StoreError, detail: str, *, items: int = 1) -> Skip:
    return Skip(
        source_id=source_id,
        reason=error.reason,
        stage=Stage.FETCH,
        detail=detail,
        outcome=Outcome.FAILED,
        items=items,
    )


class _Warc:
    """One WARC file being read.

    The place in it is the offset of the record met last. That holds as long as each record has a
    gzip member of its own, which is where reading can start: a file that is written, or damaged,
    in another way is read from its beginning after a kill.
    """

    def __init__(
        self, reader: Reader, path: str, news: CcNews, progress: Progress, source_id: str
    ) -> None:
        self._reader = reader
        self._path = path
        self._warc = reader.store.address(path)
        self._news = news
        self._progress = progress
        self._source = Input(
            source_id=source_id, path=self._warc, modified_at=None, max_page_bytes=MAX_PAGE_BYTES
        )
        self._has_place = True
        self._met = 0
        self._done_to = -1  # an earlier run has handed out what lies there or before,
        self._again: set[int] = set()  # but this was not committed
        self._is_read = False
        self._passed = 0  # records of other hosts that are in no Skip yet

    def read(self) -> Items:
        """Read what is not in the lake yet.

        Raises:
            StoreError: if the file cannot be read, or not to its end.
        """
        reached = self._progress.reached(self._warc)
        file = None
        if reached is None or not reached.is_read or reached.again:
            file = self._open(reached)
        yield from self._progress.skips(self._warc, self._source.source_id)
        if file is not None:
            start: int | None = min(self._again, default=max(self._done_to, 0))
            while start is not None:
                start = yield from self._read_from(file, start)
            yield from self._tell_passed()
        self._progress.end(self._warc, not_found=map(self._source.ref, self._again))

    def _open(self, reached: Reached | None) -> RemoteFile:
        """Open the file where it is to be read on; at its beginning if it is another by now."""
        if reached is not None and reached.place is not None:
            start = min(reached.again, default=reached.place)
            file = RemoteFile(self._reader, self._path, start)
            if file.tag == reached.tag:
                self._again = set(reached.again)
                self._done_to, self._passed = reached.place, reached.passed
                self._met = reached.place
                self._is_read = reached.is_read
                return file
        file = RemoteFile(self._reader, self._path)
        self._progress.begin(self._warc, file.tag)
        return file

    def _read_from(self, file: RemoteFile, start: int) -> Generator[Item, None, int | None]:
        """Read to the end, or to what is committed; returns where to read on behind that."""
        # Reads and seeks like a file, which is all that is asked of it.
        stream = GzipStream(cast("FileIO", file), start)
        for item in read_warc(stream, self._source, wants=partial(self._wants, stream)):
            offset = self._offset(item, stream)
            if self._is_done(offset):
                continue
            is_again = offset in self._again
            self._again.discard(offset)
            yield self._noted(item, offset)
            if is_again and not self._again and self._has_place:
                if self._is_read:
                    return None
                if offset < self._done_to:
                    return self._done_to
        return None

    def _wants(self, stream: GzipStream, record: Record) -> bool:
        self._meet(record.offset, stream)
        if self._is_done(record.offset):
            return False
        if self._news.wants_url(target_uri(record.headers)):
            return True
        self._passed += 1
        if self._passed % _NOTED_EACH == 0 and self._has_place:
            self._progress.move(self._warc, record.offset, self._passed)
        return False

    def _is_done(self, offset: int) -> bool:
        is_before = self._is_read or offset <= self._done_to
        return self._has_place and is_before and offset not in self._again

    def _offset(self, item: Item, stream: GzipStream) -> int:
        """Offset of an item: a damaged place was not met as a record."""
        if not isinstance(item, Skip) and item.raw_ref is not None:
            self._meet(int(item.raw_ref.rpartition("#")[2]), stream)
        return self._met

    def _meet(self, offset: int, stream: GzipStream) -> None:
        self._met = offset
        if self._has_place and offset != stream.member_offset:
            self._has_place = False
            self._progress.lose_place(self._warc)

    def _noted(self, item: Item, offset: int) -> Item:
        """Note that an item is handed out, before it is."""
        if isinstance(item, Skip) and item.raw_ref is None:
            item = replace(item, raw_ref=self._source.ref(offset))
        self._progress.hand_out(
            self._warc, item, offset, passed=self._passed if self._has_place else None
        )
        return item

    def _tell_passed(self) -> Iterator[Skip]:
        passed, self._passed = self._passed, 0
        if not passed:
            return
        skip = Skip(
            source_id=self._source.source_id,
            reason=Reason.EXCLUDED,
            detail="records of other hosts",
            items=passed,
            # Beside that of the last record, which may be a page.
            raw_ref=f"{self._source.ref(self._met)}+{passed}",
        )
        self._noted(skip, self._met)
        yield skip
