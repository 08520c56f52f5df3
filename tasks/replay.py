"""Archived pages read again, from where `raw_ref` says that they lie."""

from __future__ import annotations

from dataclasses import replace
from io import FileIO
from typing import cast

from expectations.records import Page, Reason, Rejection, Skip, Stage, rejection
from tasks.sources import MAX_PAGE_BYTES
from tasks.sources.inputs import Input
from tasks.sources.streams import GzipStream, open_regular
from tasks.sources.warc import read_warc
from tasks.storage import Lake


def read_archived(lake: Lake, raw_ref: str) -> Page | Rejection | Skip:
    """Read one page of the archive again, as it was fetched, for the source it was fetched for.

    Args:
        lake: The lake whose archive it is in.
        raw_ref: `pages/FILE#OFFSET`.

    Returns:
        The page; a rejection if it is not there any more or cannot be read; a skip if the record
        is no page.

    Raises:
        OSError: if the bucket cannot be reached: nothing is known of the page then.
    """
    source = Input(
        source_id="pages",
        path=raw_ref,
        modified_at=None,
        max_page_bytes=MAX_PAGE_BYTES,
        keeps_sources=True,
    )
    name, _, offset = raw_ref.rpartition("#")
    try:
        with _open(lake, name) as file:
            item = next(read_warc(GzipStream(file, int(offset)), source))
    except (OSError, ValueError) as error:
        if not lake.is_local:
            lake.files.get_file_info(name)
        return rejection(
            source_id=source.source_id,
            stage=Stage.READ,
            rule=Reason.VANISHED,
            detail=f"its archive cannot be read: {error}"[:500],
            raw_ref=raw_ref,
        )
    return item if isinstance(item, Skip) else replace(item, raw_ref=raw_ref)


def _open(lake: Lake, name: str) -> FileIO:
    """Open a file of the archive, here or in the bucket."""
    try:
        return open_regular(lake.home / name)
    except FileNotFoundError:
        if lake.is_local:
            raise
    # Reads and seeks like a file, which is all that is asked of it.
    return cast("FileIO", lake.files.open_input_file(name))
