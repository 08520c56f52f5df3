"""Hints that an article has changed: times of modification that feeds and sitemaps state."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.known import KnownAddress
from tasks.metadata.dates import FUTURE_ALLOWANCE, parse_date
from tasks.schedule import LAST_RECHECK_S, is_due


@dataclass(frozen=True, slots=True)
class Hint:
    """A stated time of modification, as Unix time; `is_moment` if it has a time and a zone."""

    at: float
    is_moment: bool


def read_hint(modified: str | None, now: float) -> Hint | None:
    """Read a time of modification; None if none is stated, or one that is still to come."""
    stamp = parse_date(modified)
    if stamp is None:
        return None
    at = stamp.utc().timestamp()
    if at > now + FUTURE_ALLOWANCE.total_seconds():
        return None
    return Hint(at, is_moment=stamp.has_zone and stamp.precision != "day")


def tells_change(hint: Hint | None, known: KnownAddress) -> bool:
    """Whether a hint says that a page has changed since it was read, in words not heard before.

    Only a moment can be told from that of reading: a day began before, a local time is hours off.
    """
    if hint is None:
        return False
    heard = known.hinted_at if known.hinted_at is not None else known.read_at
    if hint.is_moment and known.read_at is not None:
        heard = max(heard or 0.0, known.read_at)
    return heard is None or hint.at > heard


def is_believed(known: KnownAddress, now: float) -> bool:
    """Whether hints of a page may have it fetched before its time."""
    # One that could not be had is tried again in its own time, while there is one.
    waits = known.failures > 0 and known.due_at is not None
    return not waits and is_due(known.hints_from, now, longest_s=LAST_RECHECK_S)


def believed_from(
    known: KnownAddress, due_at: float | None, now: float, *, is_hinted: bool
) -> float:
    """When hints of a page are believed again, of which one had nothing new to show for it.

    Some feeds say of everything that it was modified just now. From the first hint that was wrong
    until its article is found changed, it is asked for by its schedule alone.

    Args:
        known: What was known before the page was asked for.
        due_at: When it is to be looked at again.
        now: Unix time in seconds.
        is_hinted: Whether it was asked for as a hint said that it had changed.
    """
    if not is_hinted and not known.hints_from:
        return 0.0
    return now + LAST_RECHECK_S if due_at is None else due_at


def latest(*times: float | None) -> float | None:
    """The latest of the times that there are."""
    return max((time for time in times if time is not None), default=None)
