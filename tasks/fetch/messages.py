"""What is asked of a server, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from expectations.records import Outcome, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A GET request. With a validator (RFC 9110, 13.1), the answer may be 304 Not Modified.

    `url` is http or https, without credentials and fragment. `max_bytes` bounds the body, with its
    content coding undone. `byte_range` is the first and last byte that are wanted (RFC 9110, 14.2):
    then no coding is asked for, and none undone.
    """

    url: str
    max_bytes: int
    etag: str | None = None
    last_modified: str | None = None
    byte_range: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A whole response, of any status.

    `header` is the status line and the fields, up to and with the blank line, as HTTP/1.1 writes
    them. `wire_body` is the body as it came, in its content coding; `body` has that undone.
    `address` is the IP address that was connected to. `sent` are the request's fields, in their
    order; they never hold credentials.
    """

    request: Request
    status: int
    header: bytes
    fields: tuple[tuple[str, str], ...]
    wire_body: bytes
    body: bytes
    is_cut: bool = False  # the body was dropped, for its length
    address: str
    fetched_at: datetime
    seconds: float
    sent: tuple[tuple[str, str], ...] = ()

    def field(self, name: str) -> str:
        """The first field of that name, whatever its case; empty if there is none."""
        folded = name.lower()
        return next((value for key, value in self.fields if key.lower() == folded), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """No response that can be used.

    `outcome` is what becomes of the item: FAILED where the server or the way to it is at fault,
    SKIPPED where we do not want to go there, REJECTED where what came is unusable.
    `is_temporary` says that the same request may go well in a while. `was_asked`: False if the
    host was left alone for the rest of the run, so that this says nothing of the address.
    `is_unreachable`: there was no connection to its host at all.
    """

    request: Request
    reason: Reason
    detail: str
    outcome: Outcome
    is_temporary: bool
    was_asked: bool = True
    is_unreachable: bool = False


Answer = Response | Failure
