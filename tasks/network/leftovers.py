"""Pages that killed runs had fetched and archived, but not brought to their outcome."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.records import Page, Rejection, Skip
from tasks.archive import FOLDER
from tasks.archive_recovery import recover
from tasks.memory import Memory
from tasks.network.address_memory import address_as_read
from tasks.network.bucket import keep_whole_archive
from tasks.network.hints import read_hint
from tasks.replay import read_archived
from tasks.shards import is_at_work
from tasks.storage import Lake


def take_leftovers(lake: Lake, memory: Memory, *, run_id: str) -> Iterator[Page | Rejection | Skip]:
    """Read what killed runs left in the archive, so that nobody has to fetch it again.

    Args:
        lake: The lake.
        memory: Its memory.
        run_id: The run that takes them over.
    """
    for path, pages in recover(lake.home / FOLDER):
        for archived in pages:
            _take_note(lake, memory, archived.raw_ref, run_id=path.name)
    keep_whole_archive(lake)
    for raw_ref, left_by in memory.pending():
        if is_at_work(lake.staging, left_by):
            continue  # its pages are its own business
        if not memory.claim(raw_ref, left_by=left_by, run_id=run_id):
            continue
        item = read_archived(lake, raw_ref)
        if isinstance(item, Skip):
            memory.settle([raw_ref])
        yield item


def _take_note(lake: Lake, memory: Memory, raw_ref: str, *, run_id: str) -> None:
    """Note a page that was archived in the moment before the kill, and noted nowhere."""
    page = read_archived(lake, raw_ref)
    if not isinstance(page, Page) or page.url is None or page.fetched_at is None:
        return
    fetched_at = page.fetched_at.timestamp()
    known = memory.addresses([page.url]).get(page.url)
    if known is not None and known.read_at is not None and known.read_at >= fetched_at:
        return
    hint = read_hint(page.given.given_modified, fetched_at)
    noted = address_as_read(
        page, page.url, known, at=fetched_at, hinted_at=hint.at if hint else None
    )
    memory.note_page([noted], pending=(raw_ref, run_id))
