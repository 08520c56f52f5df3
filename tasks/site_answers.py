"""What came of an address of a site that is looked at, judged for whoever asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from expectations.records import PageKind, Reason
from tasks.discover.links import LeftOut, Link
from tasks.fetch.messages import Answer, Failure, Response
from tasks.metadata.dates import doubt, parse_date
from tasks.network.documents import HEAD_BYTES, Document, kind_of_document, why_no_document
from tasks.network.doors import is_had
from tasks.parsing import Refusal
from tasks.sources.http import charset, media_type
from tasks.sources.payload import kind_of_payload
from tasks.sources.sniff import why_binary

_NO_ROBOTS = frozenset(
    (
        Reason.ROBOTS_UNREACHABLE,
        Reason.DNS,
        Reason.CONNECTION,
        Reason.TLS,
        Reason.TIMEOUT,
    )
)


class RobotsVerdict(StrEnum):
    """What robots.txt says of a homepage."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLook:
    """A feed or sitemap that was asked. `newest_at`: of its entries with a date, if it has any."""

    url: str
    links: int = 0
    newest_at: datetime | None = None
    problem: str | None = None

    @property
    def is_of_use(self) -> bool:
        """Whether it could be read and has entries."""
        return self.problem is None and self.links > 0


def robots_verdict(answer: Answer) -> RobotsVerdict | None:
    """What an answer tells of robots.txt; None if it was not come to that."""
    if isinstance(answer, Response):
        return RobotsVerdict.ALLOWED
    if answer.reason is Reason.ROBOTS:
        return RobotsVerdict.DENIED
    return RobotsVerdict.UNREACHABLE if answer.reason in _NO_ROBOTS else None


def why_not_had(answer: Answer) -> str | None:
    """Why nothing came; None if something did."""
    if isinstance(answer, Failure):
        return f"{answer.reason}: {answer.detail}"
    return None if is_had(answer) else f"HTTP status {answer.status}"


def why_no_page(answer: Answer) -> str | None:
    """Why an answer is no page of HTML; None if it is one."""
    problem = why_not_had(answer)
    if problem is not None or isinstance(answer, Failure):
        return problem
    stated = answer.field("Content-Type")
    kind = kind_of_document(answer.body[:HEAD_BYTES], charset(stated))
    if kind != "page":
        return f"it is a {kind}, not a page"
    if kind_of_payload(stated, answer.body[:HEAD_BYTES]) is not PageKind.HTML:
        return f"it is no page of HTML: {media_type(stated) or 'of no type'}"
    binary = why_binary(answer.body[:HEAD_BYTES])
    return None if binary is None else f"it is no page of HTML: {binary}"


def look_at_document(
    url: str, answer: Answer, document: Document | None, now: float
) -> DocumentLook:
    """Count a document's links, and find the newest.

    Args:
        url: Where it was asked for.
        answer: What came.
        document: What that is, if it is a feed or a sitemap.
        now: Unix time, in seconds.
    """
    problem = why_not_had(answer)
    if problem is None and document is None and isinstance(answer, Response):
        problem = why_no_document(answer)
    if problem is not None or document is None:
        return DocumentLook(url=url, problem=problem)
    today = datetime.fromtimestamp(now, UTC)
    links, newest_at = 0, None
    for item in document.found:
        if isinstance(item, Refusal):
            problem = problem or item.detail
        elif not isinstance(item, LeftOut):
            links += 1
            stated = item.published if isinstance(item, Link) else None
            stamp = parse_date(stated or item.modified)
            if stamp is not None and doubt(stamp, today) is None:
                newest_at = max(newest_at or stamp.utc(), stamp.utc())
    return DocumentLook(url=url, links=links, newest_at=newest_at, problem=problem)
