"""What is remembered of a page's address after the page was read."""

from __future__ import annotations

from hashlib import sha256

from expectations.records import Page
from tasks.known import KnownAddress
from tasks.schedule import next_recheck


def address_as_read(  # noqa: PLR0913 - all that is known of it, named at the call
    page: Page,
    url: str,
    known: KnownAddress | None,
    *,
    at: float,
    hinted: str | None,
    etag: str | None = None,
    last_modified: str | None = None,
) -> KnownAddress:
    """What is to be remembered of an address whose page came.

    Args:
        page: What came.
        url: The address that was asked for.
        known: What was known of it.
        at: When it came; Unix time in seconds.
        hinted: The time of modification that its feed states.
        etag: The page's validator.
        last_modified: Its other one.
    """
    body_hash = sha256(page.body).digest()
    is_same = known is not None and known.body_hash == body_hash
    changed_at = min(known.changed_at, at) if known is not None and is_same else at
    return KnownAddress(
        url=url,
        source_id=page.source_id,
        given=page.given,
        etag=etag,
        last_modified=last_modified,
        body_hash=body_hash,
        hinted=hinted,
        fetched_at=at,
        read_at=at,
        changed_at=changed_at,
        due_at=next_recheck(changed_at, at),
        failures=0.0,
    )
