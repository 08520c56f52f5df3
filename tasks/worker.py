"""What runs inside a worker process. Importing this module warms it.

The fork server imports it once (tasks.pool), so that each worker, and each replacement of one that
was killed, starts within milliseconds and shares its memory. It must import neither Prefect nor
Great Expectations, which cost seconds.
"""

from __future__ import annotations

import logging
import resource
from datetime import datetime
from pathlib import Path

from expectations.records import Article, Reason, Rejection, Stage, reject_page
from tasks import language
from tasks.extract import extract_page
from tasks.shards import read_page

# trafilatura logs what becomes a rejection here.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

language.warm()


def limit_memory(extra_bytes: int) -> None:
    """Let this process's data grow by so many bytes; past that, allocations raise MemoryError.

    Data, not address space: a heap that a page has filled is not given back, and mapping the next
    page's file must not fail for it.
    """
    data_pages = int(Path("/proc/self/statm").read_text().split()[5])
    limit = data_pages * resource.getpagesize() + extra_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def extract_row(shard: Path, row: int, now: datetime) -> Article | Rejection:
    """Extract one page of a shard; whatever goes wrong with it is a rejection."""
    page = read_page(shard, row)
    try:
        return extract_page(page, now=now)
    except MemoryError:
        reason, detail = Reason.MEMORY, "the page needs more memory than a worker may take"
    except RecursionError:
        reason, detail = Reason.TOO_DEEP, "elements are nested too deeply"
    except Exception as error:  # noqa: BLE001 - the one place: third-party parsers on hostile pages
        reason, detail = Reason.INTERNAL_ERROR, f"{type(error).__name__}: {error}"[:500]
    return reject_page(page, Stage.EXTRACT, reason, detail)
