"""Pages of sites read in a process of their own, which a deadline ends and a limit bounds.

Not by `tasks.pool`: its fork server warms up for extraction, for seconds that `sources check` does
not have, and there is one a process. The child bounds itself (`tasks.network.page_child`): an alarm
of the system ends it whatever its C code does, and the end of its input when this process is gone.
"""

from __future__ import annotations

import pickle
import signal
import subprocess

from expectations.records import Reason
from tasks.children import read_frame, start_child, write_frame
from tasks.fetch.messages import Response
from tasks.network.site_page import SitePage
from tasks.parsing import Refusal
from tasks.sources.http import charset

# The slowest homepages within tasks.parsing's limits take a second.
DEADLINE_S = 5.0
# libxml2 keeps each name of an element or attribute for good.
_PAGES_A_CHILD = 500


class PageReader:
    """Reads one page at a time, in a child that starts with the first; its owner closes it."""

    def __init__(self, *, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s
        self._child: subprocess.Popen[bytes] | None = None
        self._pages = 0

    def read(self, response: Response) -> SitePage | Refusal:
        """Read a page; one that ends its reader is refused for that."""
        child = self._living_child()
        assert child.stdin is not None  # noqa: S101 - both are pipes
        assert child.stdout is not None  # noqa: S101
        page = (response.body, response.request.url, charset(response.field("Content-Type")))
        try:
            write_frame(child.stdin, pickle.dumps((*page, self._deadline_s)))
            answer = read_frame(child.stdout)
        except OSError:
            answer = None
        if answer is None:
            return self._why_ended(child)
        read: SitePage | Refusal = pickle.loads(answer)  # noqa: S301 - of our own child
        return read

    def close(self) -> None:
        """End the child, whatever it is doing."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()  # which waits, and closes the pipes

    def _living_child(self) -> subprocess.Popen[bytes]:
        is_old = self._pages >= _PAGES_A_CHILD
        if self._child is None or is_old or self._child.poll() is not None:
            self.close()
            self._pages = 0
            self._child = start_child("tasks.network.page_child")
        self._pages += 1
        return self._child

    def _why_ended(self, child: subprocess.Popen[bytes]) -> Refusal:
        code = child.wait()
        self.close()
        if code == -signal.SIGALRM:
            return Refusal(Reason.DEADLINE, f"not read within {self._deadline_s:g} s")
        return Refusal(Reason.WORKER_DIED, f"the worker died with exit code {code}")
