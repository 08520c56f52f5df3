"""What runs in the process that reads pages of sites (tasks.network.page_reader)."""

from __future__ import annotations

import pickle
import resource
import signal

from expectations.records import Reason
from tasks.children import pipes_to_parent, read_frame, write_frame
from tasks.network.site_page import SitePage, read_site_page
from tasks.parsing import Refusal

# All of its data. Pages within tasks.parsing's limits take a third of it.
MEMORY_BYTES = 1 << 30


def serve() -> None:
    """Read pages until there are none any more; each has to be done within its deadline."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    # By the system's own hand: Python's would wait until libxml2 is done.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM, signal.SIGPIPE})
    pages, answers = pipes_to_parent()
    while (message := read_frame(pages)) is not None:
        body, url, charset, deadline_s = pickle.loads(message)  # noqa: S301 - of our own parent
        signal.setitimer(signal.ITIMER_REAL, deadline_s)
        answer = pickle.dumps(_read(body, url, charset))
        signal.setitimer(signal.ITIMER_REAL, 0)
        write_frame(answers, answer)


def _read(body: bytes, url: str, charset: str | None) -> SitePage | Refusal:
    try:
        return read_site_page(body, url=url, charset=charset)
    except MemoryError:
        return Refusal(Reason.MEMORY, "the page needs more memory than its reader may take")
    except RecursionError:
        return Refusal(Reason.TOO_DEEP, "elements are nested too deeply")
    except Exception as error:  # noqa: BLE001 - third-party parsers on hostile pages
        return Refusal(Reason.INTERNAL_ERROR, f"{type(error).__name__}: {error}"[:500])
