"""One file being read: what its pages inherit from it, and how its failures are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from expectations.records import Reason, Rejection, Skip, Stage, rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A file that is open for reading. `path` is absolute.

    `keeps_sources`: pages of our own archive keep the source that they were fetched for.
    """

    source_id: str
    path: str
    modified_at: datetime | None
    max_page_bytes: int
    keeps_sources: bool = False

    def ref(self, offset: int) -> str:
        """`file#offset`; what is counted (bytes, rows) depends on the kind of file."""
        return f"{printable(self.path)}#{offset}"

    def reject(
        self, reason: Reason, detail: str, *, offset: int = 0, url: str | None = None
    ) -> Rejection:
        """Reject what begins at `offset` of this file."""
        return rejection(
            source_id=self.source_id,
            stage=Stage.READ,
            rule=reason,
            detail=printable(detail),
            raw_ref=self.ref(offset),
            url=url,
        )

    def skip(self, reason: Reason, detail: str) -> Skip:
        """Leave an item of this file out on purpose."""
        return Skip(source_id=self.source_id, reason=reason, detail=printable(detail))


def printable(text: str) -> str:
    r"""Text that UTF-8 can hold: a lone surrogate becomes `\udcXX`.

    File names may be any bytes, which Python shows as surrogates and Arrow refuses.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
