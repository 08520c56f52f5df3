"""Worker processes: a deadline for each page, a limit on memory, and only the guilty page pays.

Built on pebble, which kills a worker whose task is late, replaces one that dies, and names the task
at fault. Workers come from a fork server that is already warm (tasks.worker).
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Container
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from threading import Lock

from pebble import CONSTS, ProcessExpired, ProcessPool

from expectations.records import Article, Reason, Rejection, Stage, reject_page
from tasks.errors import BroadsheetError
from tasks.shards import count_pages, read_page

PAGE_DEADLINE_S = (
    10.0  # a thousand times the median; the slowest 1 % of real pages take under 0.5 s
)
# A worker has nothing to tidy up, and while one is being stopped no other gets a new page: three
# seconds, by default, where C code does not let Python see SIGTERM.
CONSTS.term_timeout = 0.2
MOST_RENEWALS = 3  # in a row, before the machine is thought to be at fault
# Beyond the warm process. Pages within tasks.parsing's limits take a fifth of it.
WORKER_MEMORY_BYTES = 1 << 30
# Then a fresh process takes a worker's place, within milliseconds: libxml2 keeps each name of an
# element or attribute for good, and some sites make up new ones for each page.
PAGES_A_WORKER = 2_000


class ExtractionPool:
    """A pool of extraction workers, to be shared by all shards of a run."""

    def __init__(self, start: Callable[[], ProcessPool], deadline_s: float) -> None:
        self._start, self._deadline_s = start, deadline_s
        self._pool, self._lock = start(), Lock()

    def extract(
        self,
        shard: Path,
        *,
        now: datetime,
        on_page: Callable[[bool], None],
        leave_out: Container[int] = (),
    ) -> dict[int, Article | Rejection]:
        """Extract the pages of a staged shard.

        A worker that dies between two pages (killed by the system for want of memory) breaks
        pebble's whole pool: it is started anew, and the pages not done yet are handed in again.

        Args:
            shard: Folder written by `stage_shards`.
            now: The run's clock.
            on_page: Told of each page that is done, and whether it became an article.
            leave_out: Positions of pages that are not extracted.

        Returns:
            What became of each page, by its position.
        """
        results: dict[int, Article | Rejection] = {}
        rows = [row for row in range(count_pages(shard)) if row not in leave_out]
        renewals = 0
        while len(results) < len(rows):
            pool = self._pool
            try:
                futures = {
                    row: pool.schedule(
                        _extract_row, args=(shard, row, now), timeout=self._deadline_s
                    )
                    for row in rows[len(results) :]
                }
                for row, future in futures.items():
                    results[row] = self._result(future, shard, row)
                    on_page(isinstance(results[row], Article))
                    renewals = 0
            except RuntimeError as error:  # pebble's BrokenProcessPool is one, too
                if pool.active or renewals == MOST_RENEWALS:
                    raise BroadsheetError(
                        f"the workers keep dying ({error}): is memory short?"
                    ) from error
                renewals += 1
                self._renew(pool)
        return results

    def _renew(self, broken: ProcessPool) -> None:
        """Start a new pool, unless the thread of another shard has done so."""
        with self._lock:
            if self._pool is broken:
                _stop(broken)
                self._pool = self._start()

    def close(self) -> None:
        """Stop the workers, whatever they are doing."""
        _stop(self._pool)

    def _result(
        self, future: Future[Article | Rejection], shard: Path, row: int
    ) -> Article | Rejection:
        try:
            return future.result()
        except TimeoutError:
            detail = f"not done within {self._deadline_s:g} s"
            return reject_page(read_page(shard, row), Stage.EXTRACT, Reason.DEADLINE, detail)
        except ProcessExpired as error:
            detail = f"the worker died with exit code {error.exitcode}"
            return reject_page(read_page(shard, row), Stage.EXTRACT, Reason.WORKER_DIED, detail)


def open_pool(workers: int, *, deadline_s: float = PAGE_DEADLINE_S) -> ExtractionPool:
    """Open a pool of processes; its owner closes it.

    Args:
        workers: Number of processes.
        deadline_s: Seconds that a page may take.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tasks.worker", "tasks.pool"])

    def start() -> ProcessPool:
        pool = ProcessPool(
            max_workers=workers,
            max_tasks=PAGES_A_WORKER,
            context=context,
            initializer=_limit_memory,
            initargs=(WORKER_MEMORY_BYTES,),
        )
        pool.schedule(_ready)  # pebble starts its processes with the first task
        return pool

    return ExtractionPool(start, deadline_s)


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


_SHARED: dict[int, ExtractionPool] = {}
_SHARED_LOCK = Lock()


def shared_pool(workers: int) -> ExtractionPool:
    """Open the pool that all shards of this process share; its workers start in the background."""
    with _SHARED_LOCK:
        if workers not in _SHARED:
            _SHARED[workers] = open_pool(workers)
        return _SHARED[workers]


def close_shared_pools() -> None:
    """Stop the workers of this process."""
    with _SHARED_LOCK:
        while _SHARED:
            _SHARED.popitem()[1].close()


# Imported in the worker only: importing tasks.worker warms it, which this process has no use for.


def _ready() -> None:
    import tasks.worker  # noqa: F401 - imported for its warming


def _limit_memory(extra_bytes: int) -> None:
    from tasks.worker import limit_memory

    limit_memory(extra_bytes)


def _extract_row(shard: Path, row: int, now: datetime) -> Article | Rejection:
    from tasks.worker import extract_row

    return extract_row(shard, row, now)
