"""What runs inside a worker process. Importing this module warms it.

The fork server imports it once (tasks.pool), so that each worker, and each replacement of one that
was killed, starts within milliseconds and shares its memory. It must import neither Prefect nor
Great Expectations, which cost seconds.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import resource
from collections.abc import Callable
from datetime import datetime
from multiprocessing import spawn
from pathlib import Path
from typing import cast

from expectations.records import Article, Page, Reason, Rejection, Stage, reject_page
from tasks import language
from tasks.extract import extract_page
from tasks.shards import read_page

# trafilatura logs what becomes a rejection here.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

language.warm()

# What is loaded by now stays: neither to be looked through for garbage nor, by that, copied from
# the fork server. A page makes few cycles: look for them a tenth as often.
gc.freeze()
gc.set_threshold(7_000, 10, 10)


def _skip_main(_name_or_path: str) -> None:
    """Stand in for what gives a child process its parent's main module."""


# Python's child processes run their parent's main module again, for the sake of functions that are
# defined there. Ours is `prefect.engine` under a Prefect worker: a second or three of imports and
# 100 MB, in each worker process and each that replaces one. No function of ours is defined there.
spawn._fixup_main_from_name = _skip_main  # type: ignore[attr-defined]  # noqa: SLF001
spawn._fixup_main_from_path = _skip_main  # type: ignore[attr-defined]  # noqa: SLF001

# A page of 10 MB leaves its worker 500 MB larger: the C library keeps what was freed, since little
# pieces in use lie between. It gives it back when asked (glibc; other libraries need no asking).
_HOARD_BYTES = 64 << 20


def _count_bytes(field: int) -> int:
    """Read a field of /proc/self/statm, proc(5)."""
    pages = int(Path("/proc/self/statm").read_text().split()[field])
    return pages * resource.getpagesize()


def _private_bytes() -> int:
    resident, shared = 1, 2  # shared: the files that pages are read from are mapped
    return _count_bytes(resident) - _count_bytes(shared)


class _Hoard:
    """What this process holds beyond what it needed when it last gave memory back."""

    def __init__(self) -> None:
        self._trim = cast(
            "Callable[[int], int] | None", getattr(ctypes.CDLL(None), "malloc_trim", None)
        )
        self._floor = _private_bytes()

    def give_back(self) -> None:
        if self._trim is not None and _private_bytes() > self._floor + _HOARD_BYTES:
            self._trim(0)
            self._floor = _private_bytes()


_HOARD = _Hoard()


def limit_memory(extra_bytes: int) -> None:
    """Let this process's data grow by so many bytes; past that, allocations raise MemoryError.

    Data, not address space: mapping the next page's file must not fail for want of it.
    """
    data = 5
    limit = _count_bytes(data) + extra_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def extract_row(shard: Path, row: int, now: datetime) -> Article | Rejection:
    """Extract one page of a shard; whatever goes wrong with it is a rejection."""
    result = _extract(read_page(shard, row), now)
    _HOARD.give_back()
    return result


def _extract(page: Page, now: datetime) -> Article | Rejection:
    try:
        return extract_page(page, now=now)
    except MemoryError:
        reason, detail = Reason.MEMORY, "the page needs more memory than a worker may take"
    except RecursionError:
        reason, detail = Reason.TOO_DEEP, "elements are nested too deeply"
    except Exception as error:  # noqa: BLE001 - the one place: third-party parsers on hostile pages
        reason, detail = Reason.INTERNAL_ERROR, f"{type(error).__name__}: {error}"[:500]
    return reject_page(page, Stage.EXTRACT, reason, detail)
