"""Pages that killed runs had fetched and archived, but not brought to their outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from expectations.records import Page, Reason, Rejection, Skip, rejection
from tasks.archive import FOLDER
from tasks.archive_index import Archived
from tasks.archive_recovery import recover
from tasks.memory import Memory
from tasks.network.address_memory import address_as_read
from tasks.network.bucket import keep_whole_archive
from tasks.network.hints import read_hint
from tasks.replay import read_archived
from tasks.shards import is_at_work
from tasks.storage import Lake

_REDIRECTS = range(300, 400)  # RFC 9110, 15.4
_UNREADABLE = (Reason.VANISHED, Reason.DAMAGED_ARCHIVE)


def take_leftovers(
    lake: Lake, memory: Memory, *, run_id: str, now: float
) -> Iterator[Page | Rejection | Skip]:
    """Read what killed runs left in the archive, so that nobody has to fetch it again.

    What cannot be read there any more is a rejection, and is fetched once more by the next run.

    Args:
        lake: The lake.
        memory: Its memory.
        run_id: The run that takes them over.
        now: Unix time in seconds.
    """
    for path, pages in recover(lake.home / FOLDER):
        for archived, asked_url in _with_asked(pages):
            _take_note(lake, memory, archived.raw_ref, asked_url, run_id=path.name)
    keep_whole_archive(lake)
    for raw_ref, left_by in memory.pending():
        if is_at_work(lake.staging, left_by):
            continue  # its pages are its own business
        if not memory.claim(raw_ref, left_by=left_by, run_id=run_id):
            continue
        item = read_archived(lake, raw_ref)
        if isinstance(item, Skip):
            memory.settle([raw_ref])
        elif isinstance(item, Rejection) and _is_lost(item):
            item = _lose(memory, raw_ref, item, now)
        yield item


def _is_lost(item: Rejection) -> bool:
    """Whether a record cannot be read; else it can, but what is in it is no article."""
    # A page without content is empty, too, but its record says whose it is.
    return item.rule in _UNREADABLE or (item.rule == Reason.EMPTY and item.url is None)


def _lose(memory: Memory, raw_ref: str, item: Rejection, now: float) -> Rejection:
    """Forget what came of a page that is lost, so that it is fetched once more."""
    known = memory.pending_address(raw_ref)
    if known is not None:
        unread = replace(
            known, read_at=None, body_hash=None, etag=None, last_modified=None, due_at=now
        )
        memory.put_address(unread)
    return rejection(
        source_id=known.source_id if known else item.source_id,
        stage=item.stage,
        rule=Reason.VANISHED,
        detail=f"it was archived, but cannot be read any more: {item.detail}"[:500],
        raw_ref=raw_ref,
        url=known.url if known else item.url,
    )


def _with_asked(pages: Iterable[Archived]) -> Iterator[tuple[Archived, str]]:
    """Pages, with the addresses that were asked for: redirects stand before what they led to."""
    asked_url = None
    for archived in pages:
        asked_url = asked_url or archived.url
        if archived.status in _REDIRECTS:
            continue
        yield archived, asked_url
        asked_url = None


def _take_note(lake: Lake, memory: Memory, raw_ref: str, asked_url: str, *, run_id: str) -> None:
    """Note a page that was archived in the moment before the kill, and noted nowhere."""
    page = read_archived(lake, raw_ref)
    if not isinstance(page, Page) or page.url is None or page.fetched_at is None:
        return
    fetched_at = page.fetched_at.timestamp()
    known = memory.addresses([asked_url]).get(asked_url)
    if known is not None and known.read_at is not None and known.read_at >= fetched_at:
        return
    hint = read_hint(page.given.given_modified, fetched_at)
    noted = address_as_read(
        page, asked_url, known, at=fetched_at, hinted_at=hint.at if hint else None
    )
    found_at = replace(noted, url=page.url, due_at=None)
    memory.note_page([found_at, noted], pending=(raw_ref, run_id))
