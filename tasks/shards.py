"""Shards: the units of work, staged as files so that tasks hand each other paths.

A shard is a folder: `bodies` (the pages' bytes, one behind the other, so that workers read single
ones), `pages.arrow` (all else about them, Arrow IPC), `rejections.arrow` and `skips.arrow` (what
the reader could not or would not take). Staging costs a copy of the bytes, next to nothing beside
extraction, and buys bounded memory, readers of any kind, and workers that need no open file of
their own.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, cast

import pyarrow as pa
import pyarrow.ipc

from expectations.columns import Column, arrow_schema, from_row, to_table
from expectations.records import Outcome, Page, Rejection, Skip, Stage
from tasks.durable import exclusive, try_exclusive
from tasks.tally import TALLY

PAGES, BODIES = "pages.arrow", "bodies"
MAX_PAGES = 2_000  # a run of Great Expectations costs half a second, whatever the rows
MAX_BYTES = 512 << 20  # on disk: four shards are staged at once at most


@dataclass(frozen=True, slots=True)
class SkipRow:
    """An item without a page, as staged."""

    source_id: Annotated[str, Column(pa.string(), "Source")]
    stage: Annotated[Stage, Column(pa.string(), "Stage that came to it")]
    reason: Annotated[str, Column(pa.string(), "Why there is no page")]
    detail: Annotated[str, Column(pa.string(), "What was found")]
    outcome: Annotated[Outcome, Column(pa.string(), "skipped, failed or unchanged")]
    items: Annotated[int, Column(pa.int64(), "How many items it stands for")] = 1
    raw_ref: Annotated[str | None, Column(pa.string(), "Where it was met")] = None


class _Shard:
    """A shard being staged: its pages' bytes go to disk as they come."""

    def __init__(self, folder: Path, max_pages: int) -> None:
        folder.mkdir(parents=True)
        self._max_pages = max_pages
        self.folder = folder
        self._bodies = (folder / BODIES).open("wb")
        self._places: list[int] = [0]
        self._pages: list[Page] = []
        self._rejections: list[Rejection] = []
        self._skips: list[SkipRow] = []
        self._items = self._size_bytes = 0

    def add(self, item: Page | Rejection | Skip) -> None:
        self._items += 1
        if isinstance(item, Page):
            self._bodies.write(item.body)
            self._size_bytes += len(item.body)
            self._places.append(self._size_bytes)
            self._pages.append(replace(item, body=b""))
        elif isinstance(item, Rejection):
            self._rejections.append(item)
        else:
            self._skips.append(
                SkipRow(
                    item.source_id,
                    item.stage,
                    str(item.reason),
                    item.detail,
                    item.outcome,
                    item.items,
                    item.raw_ref,
                )
            )

    @property
    def is_full(self) -> bool:
        return self._items >= self._max_pages or self._size_bytes >= MAX_BYTES

    def finish(self) -> Path:
        self._bodies.close()
        pages = to_table(Page, self._pages)
        for name, places in (("start", self._places[:-1]), ("end", self._places[1:])):
            pages = pages.append_column(name, pa.array(places, pa.int64()))
        _write_table(pages, self.folder / PAGES)
        _write_table(to_table(Rejection, self._rejections), self.folder / "rejections.arrow")
        _write_table(to_table(SkipRow, self._skips), self.folder / "skips.arrow")
        return self.folder


def stage_shards(
    items: Iterable[Page | Rejection | Skip], folder: Path, *, first_pages: int | None = None
) -> Iterator[Path]:
    """Write items into shard folders below `folder`, yielding each as it is complete.

    Args:
        items: What a reader yields; consumed lazily, one page's bytes are held in memory.
        folder: Created if need be. The caller removes each shard when its work is done.
        first_pages: Items of the first shard, if not MAX_PAGES; each later one has twice as many.
            Where items come slowly, small ones give the next step work soon.

    Yields:
        Shard folders named 00000, 00001, ... in the order of the items.
    """
    shard, number, max_pages = None, 0, first_pages or MAX_PAGES
    for item in items:
        shard = shard or _Shard(folder / f"{number:05d}", max_pages)
        shard.add(item)
        TALLY.add(read=item.items if isinstance(item, Skip) else 1)
        if shard.is_full:
            yield shard.finish()
            shard, number, max_pages = None, number + 1, min(2 * max_pages, MAX_PAGES)
    if shard:
        yield shard.finish()


def _write_table(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def count_pages(shard: Path) -> int:
    """Count the pages of a shard."""
    return len(read_descriptions(shard))


def count_items(shard: Path) -> dict[str, int]:
    """Count the items of a shard by source: what went in, to hold what comes out against."""
    counts = Counter[str](cast("str", page["source_id"]) for page in read_descriptions(shard))
    counts.update(rejection.source_id for rejection in read_rejections(shard))
    for skip in read_skips(shard):
        counts[skip.source_id] += skip.items
    return dict(counts)


def read_page(shard: Path, row: int) -> Page:
    """Read one page by its position in the shard."""
    described = read_descriptions(shard)[row]
    start, end = cast("tuple[int, int]", (described["start"], described["end"]))
    with (shard / BODIES).open("rb", buffering=0) as bodies:
        bodies.seek(start)
        body = bodies.read(end - start)
    return cast("Page", from_row(Page, {**described, "body": body}))


def read_bodies(shard: Path) -> Iterator[bytes]:
    """Read the bytes of each page of a shard, in order."""
    with (shard / BODIES).open("rb") as bodies:
        for described in read_descriptions(shard):
            start, end = cast("tuple[int, int]", (described["start"], described["end"]))
            yield bodies.read(end - start)


@lru_cache(maxsize=4)  # a worker reads many pages of the same few shards
def read_descriptions(shard: Path) -> list[dict[str, object]]:
    """Read all that is known about a shard's pages, but for their bytes: columns by name."""
    # Mapped: to read a copy, Arrow's allocator would reserve all the memory a worker may take.
    with pa.memory_map(str(shard / PAGES)) as source:
        return cast("list[dict[str, object]]", pa.ipc.open_file(source).read_all().to_pylist())


def read_rejections(shard: Path) -> list[Rejection]:
    """Read what the reader rejected."""
    rows = _read_rows(shard / "rejections.arrow", arrow_schema(Rejection))
    return [cast("Rejection", from_row(Rejection, row)) for row in rows]


def read_skips(shard: Path) -> list[SkipRow]:
    """Read what the reader skipped."""
    rows = _read_rows(shard / "skips.arrow", arrow_schema(SkipRow))
    return [cast("SkipRow", from_row(SkipRow, row)) for row in rows]


def _read_rows(path: Path, schema: pa.Schema) -> list[dict[str, object]]:
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all().cast(schema)
        return cast("list[dict[str, object]]", table.to_pylist())


def discard(folder: Path) -> None:
    """Remove a shard, or the folder of all shards of a run."""
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def staging_folder(parent: Path, run_id: str) -> Iterator[Path]:
    """Name a run's folder for its shards, and remove it in the end.

    A run that was killed removes nothing. Each run holds a lock for as long as it lives, so the
    next one knows what belongs to nobody any more.
    """
    parent.mkdir(exist_ok=True)
    for lock in parent.glob("*.lock"):
        with try_exclusive(lock) as is_dead:
            if is_dead:
                discard(lock.with_suffix(""))
                lock.unlink(missing_ok=True)
    folder, lock = parent / run_id, _lock_of(parent, run_id)
    with exclusive(lock):
        try:
            yield folder
        finally:
            discard(folder)
            lock.unlink(missing_ok=True)


def is_at_work(parent: Path, run_id: str) -> bool:
    """Whether a run lives that holds a staging folder below `parent`."""
    lock = _lock_of(parent, run_id)
    if not lock.exists():
        return False
    with try_exclusive(lock) as is_dead:
        return not is_dead


def _lock_of(parent: Path, run_id: str) -> Path:
    return parent / f"{run_id}.lock"
