"""What comes of a page's address: archived, remembered, and judged to be a page or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from expectations.records import (
    FetchTime,
    Outcome,
    Page,
    PageKind,
    Reason,
    Rejection,
    Skip,
    Stage,
    rejection,
)
from tasks.discover.patterns import Patterns, leads_to_notice, why_no_article
from tasks.fetch.messages import Failure, Response
from tasks.known import KnownAddress
from tasks.network.address_memory import address_as_read
from tasks.network.backlog import Queued
from tasks.network.context import Fetching
from tasks.network.doors import is_had
from tasks.network.hints import believed_from, latest
from tasks.network.site import Site
from tasks.reservations import rights_reserved
from tasks.schedule import failure_weight, next_page_try, next_recheck, put_off
from tasks.sources.payload import judge_payload

NOT_MODIFIED = 304
_GONE = 410  # RFC 9110, 15.5.11


def keep_page(  # noqa: PLR0913 - what came, all named at the call
    fetching: Fetching,
    site: Site,
    queued: Queued,
    result: Response | Failure,
    *,
    redirects: Sequence[Response] = (),
    reserved: Sequence[str] = (),
) -> Page | Rejection | Skip:
    """Archive what came, remember it, and say what it is.

    Args:
        fetching: The run.
        site: Whose it is.
        queued: The address that was asked for.
        result: What came of it in the end.
        redirects: The way there.
        reserved: Rights that the site reserves for all its pages.
    """
    known = fetching.memory.addresses([queued.url]).get(queued.url)
    reason = _why_left(result.request.url, site.patterns) if redirects else None
    if reason is not None and isinstance(result, Response):
        # Many sites lead from an article that is gone to their front page.
        _remember_failure(fetching, queued, known, replace(result, status=_GONE))
        return Skip(
            source_id=queued.source_id,
            reason=reason,
            stage=Stage.FETCH,
            detail=f"{queued.url} leads to {result.request.url}",
        )
    if is_had(result):
        return _keep(fetching, site, queued, result, known, redirects, reserved)
    if known is not None and _is_unmodified(result, known):
        _remember(fetching, queued, known)
        return Skip(
            source_id=queued.source_id,
            reason=Reason.NOT_MODIFIED,
            stage=Stage.FETCH,
            detail=queued.url,
            outcome=Outcome.UNCHANGED,
        )
    _remember_failure(fetching, queued, known, result)
    return without_page(queued.source_id, queued.url, result)


def without_page(source_id: str, url: str, result: Response | Failure) -> Rejection | Skip:
    """Say why nothing came of an address: a failure, or a response that is no success."""
    if isinstance(result, Response):
        return Skip(
            source_id=source_id,
            reason=Reason.HTTP_STATUS,
            stage=Stage.FETCH,
            detail=f"{result.status} {url}",
            outcome=Outcome.FAILED,
        )
    if result.outcome is Outcome.REJECTED:
        return rejection(
            source_id=source_id,
            stage=Stage.FETCH,
            rule=result.reason,
            detail=result.detail,
            raw_ref=None,
            url=url,
        )
    return Skip(
        source_id=source_id,
        reason=result.reason,
        stage=Stage.FETCH,
        detail=f"{url}: {result.detail}",
        outcome=result.outcome,
    )


def _keep(  # noqa: PLR0913, PLR0917 - the parts of what came
    fetching: Fetching,
    site: Site,
    queued: Queued,
    response: Response,
    known: KnownAddress | None,
    redirects: Sequence[Response],
    reserved: Sequence[str],
) -> Page | Rejection | Skip:
    for redirect in redirects:
        fetching.archive.add(redirect, source_id=queued.source_id)
    archived = fetching.archive.add(
        response, source_id=queued.source_id, given=queued.given, reserved=reserved
    )
    page = Page(
        source_id=queued.source_id,
        kind=PageKind.HTML,
        body=response.body,
        raw_ref=archived.raw_ref,
        url=response.request.url,
        fetched_at=response.fetched_at,
        fetched_at_source=FetchTime.WARC,
        reserved=tuple(sorted({*rights_reserved(response.fields), *reserved})),
        given=queued.given,
    )
    item = judge_payload(
        page,
        response.field("Content-Type"),
        max_bytes=fetching.max_page_bytes,
        stage=Stage.FETCH,
    )
    address = address_as_read(
        page,
        queued.url,
        known,
        at=fetching.now(),
        hinted_at=queued.hinted_at,
        is_hinted=queued.is_hinted,
        etag=response.field("ETag") or None,
        last_modified=response.field("Last-Modified") or None,
    )
    if known is not None and not site.is_scheduled:
        # Who names a page once does not take it from the source that looks at it again.
        address = replace(address, source_id=known.source_id)
    fetching.memory.note_page(
        [*_found_at(fetching, address, response.request.url), address],
        pending=None if isinstance(item, Skip) else (archived.raw_ref, fetching.run_id),
    )
    return item


def _why_left(url: str, patterns: Patterns) -> Reason | None:
    """Why what a redirect leads to is not taken for the article."""
    if patterns.why_excluded(url) is not None:
        return Reason.EXCLUDED
    is_none = why_no_article(url) is not None or leads_to_notice(url)
    return Reason.NOT_AN_ARTICLE if is_none else None


def _found_at(fetching: Fetching, address: KnownAddress, url: str) -> list[KnownAddress]:
    """The page by the address that it was found at, by which another source may name it."""
    if url == address.url or fetching.memory.addresses([url]):
        return []
    return [replace(address, url=url, due_at=None)]


def _is_unmodified(result: Response | Failure, known: KnownAddress) -> bool:
    """Whether a page is as it was read; a 304 that nobody asked for is an error of its server."""
    if isinstance(result, Failure) or result.status != NOT_MODIFIED or known.read_at is None:
        return False
    return bool(result.request.etag or result.request.last_modified)


def _remember(fetching: Fetching, queued: Queued, known: KnownAddress) -> None:
    now = fetching.now()
    due_at = next_recheck(known.changed_at, now)
    fetching.memory.put_address(
        replace(
            known,
            hinted_at=latest(queued.hinted_at, known.hinted_at),
            hints_from=believed_from(known, due_at, now, is_hinted=queued.is_hinted),
            fetched_at=now,
            due_at=due_at,
            failures=0.0,
        )
    )


def _remember_failure(
    fetching: Fetching, queued: Queued, known: KnownAddress | None, result: Response | Failure
) -> None:
    now = fetching.now()
    before = known or KnownAddress(
        url=queued.url,
        source_id=queued.source_id,
        given=queued.given,
        etag=None,
        last_modified=None,
        body_hash=None,
        hinted_at=None,
        hints_from=0.0,
        fetched_at=now,
        read_at=None,
        changed_at=now,
        due_at=None,
        failures=0.0,
    )
    if isinstance(result, Failure) and not result.was_asked:
        fetching.memory.put_address(replace(before, due_at=put_off(now)))
        return
    status = result.status if isinstance(result, Response) else None
    reason = Reason.HTTP_STATUS if isinstance(result, Response) else result.reason
    weight = failure_weight(reason, status)
    failures = before.failures + weight
    due_at = next_page_try(failures, weight, now, was_read=before.read_at is not None)
    fetching.memory.put_address(
        replace(
            before,
            hinted_at=latest(queued.hinted_at, before.hinted_at),
            hints_from=believed_from(before, due_at, now, is_hinted=queued.is_hinted),
            fetched_at=now,
            failures=failures,
            due_at=due_at,
        )
    )
