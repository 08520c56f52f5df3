"""What a person sees while a run works: a bar on a terminal, plain lines elsewhere. On stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from tasks.tally import Tally

LINE_EVERY_S = 10.0
BAR_EVERY_S = 0.2


@contextmanager
def progress(read: Callable[[], Tally]) -> Iterator[None]:
    """Show progress until the block ends.

    Args:
        read: Gives the tally so far.
    """
    show = _show_bar if sys.stderr.isatty() else _show_lines
    ended = Event()
    thread = Thread(target=show, args=(read, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _show_bar(read: Callable[[], Tally], ended: Event) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
    )
    start = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        row = bar.add_task("ingest", total=None, counts="starting")
        while not ended.wait(BAR_EVERY_S):
            tally = read()
            bar.update(
                row,
                completed=tally.done,
                total=tally.total,
                counts=_counts(tally, time.monotonic() - start),
            )


def _show_lines(read: Callable[[], Tally], ended: Event) -> None:
    start = time.monotonic()
    while not ended.wait(LINE_EVERY_S):
        sys.stderr.write(_counts(read(), time.monotonic() - start) + "\n")
        sys.stderr.flush()


def _counts(tally: Tally, seconds: float) -> str:
    rate = tally.done / seconds if seconds else 0.0
    # What is fetched comes slowly, and waits until a shard is full.
    waiting = max(0, tally.read - tally.done)
    counts = (
        f"{tally.done:,} pages, {tally.rejected:,} rejected, {waiting:,} waiting, "
        f"{rate:.0f} pages/s"
    )
    if tally.total is None or not rate:
        return counts
    left = max(0, round((tally.total - tally.done) / rate))
    return f"{counts}, {left // 60}:{left % 60:02d} left"
