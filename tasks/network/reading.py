"""A feed or sitemap read: its links, the sitemaps that it names, and what it is remembered by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from expectations.records import Rejection, Stage, rejection
from tasks.discover.links import LeftOut, Link
from tasks.discover.sitemaps import SitemapLink
from tasks.fetch.messages import Response
from tasks.known import KnownFeed
from tasks.metadata.dates import parse_date
from tasks.network.context import Fetching
from tasks.network.documents import Document
from tasks.network.feed_memory import feed_as_read
from tasks.network.finds import Find
from tasks.network.site import Site
from tasks.parsing import Refusal
from tasks.schedule import DAY, LONGEST_POLL_S, LONGEST_QUIET_POLL_S

# A site without feeds may offer all that it ever published; its news is what is asked for.
NEWS_S = 30 * DAY
_RARER = 1.5  # a sitemap with nothing new, each time


@dataclass(slots=True)
class Reading:
    """What was met in a document so far; `sitemaps` are those that it names.

    Of its links `queued` are new, and `known` were met by an earlier run. `offered` counts
    what was not passed over for its age.
    """

    refusals: list[Refusal] = field(default_factory=list)
    queued: int = 0
    known: int = 0
    links: int = 0
    offered: int = 0
    sitemaps: list[SitemapLink] = field(default_factory=list)
    is_cut: bool = False

    def take(
        self, document: Document, *, since: float, is_enough: Callable[[], bool]
    ) -> Iterator[Link | LeftOut]:
        """Read a document, and yield its links.

        Args:
            document: It.
            since: What says that it is older is passed over; Unix time in seconds.
            is_enough: Whether the rest is to be left, asked before each item.
        """
        for item in document.found:
            if is_enough():
                self.is_cut = True
                return
            self.links += isinstance(item, Link)
            if isinstance(item, Refusal):
                self.refusals.append(item)
            elif not _is_before(item, since):
                if isinstance(item, SitemapLink):
                    self.sitemaps.append(item)
                else:
                    self.offered += 1
                    yield item


def feed_of(  # noqa: PLR0913, PLR0917 - all that is known of it
    fetching: Fetching,
    site: Site,
    find: Find,
    response: Response,
    reading: Reading,
    document: Document | None,
) -> KnownFeed:
    """What is to be remembered of a feed or sitemap, once its links have been fetched.

    Args:
        fetching: The run.
        site: Whose it is.
        find: What was asked for.
        response: What came.
        reading: What was met in it.
        document: It, unless it is none.
    """
    feed = feed_as_read(
        fetching,
        site,
        find.url,
        find.known,
        response,
        known=reading.known,
        links=reading.known + reading.queued,
        problem=reading.refusals[0].detail if reading.refusals else None,
        is_partly_read=find.only_news,
        poll_s=document.poll_s if document else None,
    )
    known = find.known
    if reading.offered and known and not (reading.queued or reading.known or feed.failures):
        # Another document of the run named all of it: that tells nothing of this one's rhythm.
        feed = replace(feed, interval_s=known.interval_s, due_at=feed.polled_at + known.interval_s)
    if not (reading.links or reading.sitemaps):
        return replace(feed, read_at=None)  # an empty one is no reason to look nowhere else
    # An archive has a sitemap for each day or letter: those without news are asked ever more
    # rarely, or a run would have no time for anything else.
    is_archive = find.only_news and document is not None and document.is_sitemap
    if not is_archive or reading.queued or reading.sitemaps or feed.failures or find.known is None:
        return feed
    if find.known.interval_s < LONGEST_POLL_S:
        return feed
    interval = min(find.known.interval_s * _RARER, LONGEST_QUIET_POLL_S)
    return replace(feed, interval_s=interval, due_at=feed.polled_at + interval)


def reject_document(source_id: str, url: str, refusal: Refusal) -> Rejection:
    """A feed, sitemap or list that cannot be read, or not to its end."""
    return rejection(
        source_id=source_id,
        stage=Stage.FETCH,
        rule=refusal.reason,
        detail=refusal.detail,
        raw_ref=None,
        url=url,
    )


def time_of(item: Link | SitemapLink) -> float | None:
    """When it was published, or else changed, as stated."""
    stated = item.published if isinstance(item, Link) else None
    stamp = parse_date(stated or item.modified)
    return None if stamp is None else stamp.utc().timestamp()


def _is_before(item: Link | SitemapLink | LeftOut, since: float) -> bool:
    """Whether what is stated of its time is before; what states none is not."""
    time = None if isinstance(item, LeftOut) or not since else time_of(item)
    return time is not None and time < since
