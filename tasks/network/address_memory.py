"""What is remembered of a page's address after the page was read.

Whether its article has changed only extraction can tell, as many pages differ at each fetch, by a
token or a teaser. Until it has (`tasks.network.settling.settle`), it is as it was.
"""

from __future__ import annotations

from hashlib import sha256

from expectations.records import Page
from tasks.known import KnownAddress
from tasks.network.hints import believed_from, latest
from tasks.schedule import next_recheck


def address_as_read(  # noqa: PLR0913 - all that is known of it, named at the call
    page: Page,
    url: str,
    known: KnownAddress | None,
    *,
    at: float,
    hinted_at: float | None,
    is_hinted: bool = False,
    etag: str | None = None,
    last_modified: str | None = None,
) -> KnownAddress:
    """What is to be remembered of an address whose page came.

    Args:
        page: What came.
        url: The address that was asked for.
        known: What was known of it.
        at: When it came; Unix time in seconds.
        hinted_at: The time of modification that its feed states.
        is_hinted: Whether it was asked for as that says that it has changed.
        etag: The page's validator.
        last_modified: Its other one.
    """
    before = known if known is not None and known.read_at is not None else None
    changed_at = min(before.changed_at, at) if before else at
    due_at = next_recheck(changed_at, at)
    return KnownAddress(
        url=url,
        source_id=page.source_id,
        given=page.given,
        etag=etag,
        last_modified=last_modified,
        body_hash=sha256(page.body).digest(),
        hinted_at=latest(hinted_at, known.hinted_at if known else None),
        hints_from=believed_from(before, due_at, at, is_hinted=is_hinted) if before else 0.0,
        fetched_at=at,
        read_at=at,
        changed_at=changed_at,
        due_at=due_at,
        failures=0.0,
    )
