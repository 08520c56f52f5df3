"""Links that were found, to addresses that are fetched: new ones, changed ones, those due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from expectations.records import Given, Outcome, Reason
from tasks.discover.links import HintSource, LeftOut, Link
from tasks.discover.patterns import why_no_article
from tasks.known import KnownAddress
from tasks.network.backlog import Queued
from tasks.network.context import Fetching
from tasks.network.hints import Hint, is_believed, read_hint, tells_change
from tasks.network.site import Site
from tasks.schedule import DAY, LAST_RECHECK_S, SHORTEST_POLL_S, is_due, is_recent

_LOOKED_UP_AT_ONCE = 500
# A 304 is believed while somebody has looked at the page itself this recently.
_TRUSTED_S = 2 * DAY
Left = tuple[Reason, Outcome]
MOST_RECHECKS = 1_000  # of a source and run


@dataclass(frozen=True, slots=True)
class Queueing:
    """What became of links: how many are fetched as new ones, how many again, how many not.

    `examples` are of those that are not, in words.
    """

    new: int
    again: int
    left: Counter[Left]
    examples: dict[Left, str]


def queue_links(fetching: Fetching, site: Site, links: Iterable[Link | LeftOut]) -> Queueing:
    """Queue the links that are to be fetched now.

    Returns:
        How many; one that was met in this run before is not counted.
    """
    new = again = 0
    left = Counter[Left]()
    examples: dict[Left, str] = {}
    remaining = iter(links)
    while some := list(islice(remaining, _LOOKED_UP_AT_ONCE)):
        found = [link for link in some if isinstance(link, Link)]
        for item in some:
            if isinstance(item, LeftOut):
                left[item.reason, Outcome.SKIPPED] += item.items
                if item.example is not None:
                    examples.setdefault((item.reason, Outcome.SKIPPED), item.example)
        known = fetching.memory.addresses(link.url for link in found)
        for link in found:
            if not fetching.backlog.see(link.url):
                continue
            before = known.get(link.url)
            hint = read_hint(link.modified, fetching.now())
            fate = _why_not(fetching, site, link, hint, before)
            if fate is not None:
                left[fate] += 1
                examples.setdefault(fate, link.url)
                continue
            fetching.backlog.push(_queued(fetching, site, link, hint, before))
            new += before is None
            again += before is not None
    return Queueing(new, again, left, examples)


def queue_due(fetching: Fetching, site: Site) -> None:
    """Queue the addresses of a source that are to be looked at again by now."""
    due = fetching.memory.due_addresses(site.source_id, fetching.now(), at_most=MOST_RECHECKS)
    for known in due:
        if site.patterns.why_excluded(known.url) is None and fetching.backlog.see(known.url):
            fetching.backlog.push(_again(fetching, site, known, known.given, None))


def hints_of(link: Link) -> Given:
    """What a feed or sitemap says of an article, as hints beside its page."""
    if link.hint_source is HintSource.PAGE:
        return Given()
    return Given(
        given_title=link.title,
        given_published=link.published,
        given_modified=link.modified,
        given_language=link.language,
        hinted_by=str(link.hint_source),
    )


def _why_not(
    fetching: Fetching, site: Site, link: Link, hint: Hint | None, known: KnownAddress | None
) -> Left | None:
    if site.patterns.why_excluded(link.url) is not None:
        return Reason.EXCLUDED, Outcome.SKIPPED
    # Whoever lists addresses one by one means them.
    if not site.listed_in and why_no_article(link.url) is not None:
        return Reason.NOT_AN_ARTICLE, Outcome.SKIPPED
    if known is None:
        return None
    now = fetching.now()
    if _is_due(known, now):
        return None
    if hint is not None and tells_change(hint, known) and is_believed(known, now):
        if not is_recent(known.fetched_at, now, SHORTEST_POLL_S):
            return None
        # The next run looks, though the feed may say "not modified" by then.
        due_at = known.fetched_at + SHORTEST_POLL_S
        fetching.memory.put_address(
            replace(known, source_id=site.source_id, hinted_at=hint.at, due_at=due_at)
        )
    # What was read and is not looked at again is as it was, as far as anybody knows.
    return Reason.NOT_DUE, Outcome.SKIPPED if known.read_at is None else Outcome.UNCHANGED


def _is_due(known: KnownAddress, now: float) -> bool:
    if known.fetched_at > now:
        return True  # by a clock that was ahead, as was whatever it decided
    return known.due_at is not None and is_due(known.due_at, now, longest_s=LAST_RECHECK_S)


def _queued(
    fetching: Fetching, site: Site, link: Link, hint: Hint | None, known: KnownAddress | None
) -> Queued:
    given = hints_of(link)
    if known is None:
        hinted_at = hint.at if hint else None
        return Queued(source_id=site.source_id, url=link.url, given=given, hinted_at=hinted_at)
    # A hint that is gone would make another article of the same page.
    kept = given if given.hinted_by else known.given
    queued = _again(fetching, site, known, kept, hint)
    return replace(queued, is_recheck=known.read_at is not None and not queued.is_hinted)


def _again(
    fetching: Fetching, site: Site, known: KnownAddress, given: Given, hint: Hint | None
) -> Queued:
    is_trusted = known.read_at is not None and is_recent(known.read_at, fetching.now(), _TRUSTED_S)
    return Queued(
        source_id=site.source_id,
        url=known.url,
        given=given,
        hinted_at=hint.at if hint else None,
        is_hinted=tells_change(hint, known),
        etag=known.etag if is_trusted else None,
        last_modified=known.last_modified if is_trusted else None,
        is_recheck=True,
    )
