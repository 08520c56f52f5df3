"""Redirects: followed one by one, each hop asked for and fetched like any other page."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from expectations.records import Outcome, Reason
from tasks.fetch.messages import Failure, Request, Response
from tasks.urls import MAX_URL_CHARS, as_requested, join

MAX_REDIRECTS = 5  # RFC 9309, 2.3.1.2, asks at least five of crawlers
REDIRECTS = frozenset((301, 302, 303, 307, 308))  # RFC 9110, 15.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Where a request led: the redirects on the way, in order, and what stood at the end.

    `result.request.url` is the address that the page was found at, or that failed.
    """

    redirects: tuple[Response, ...]
    result: Response | Failure


def follow_in_steps(request: Request) -> Generator[Request, Response | Failure, Followed]:
    """Fetch a URL and follow its redirects; each request is yielded for its sender to make.

    The sender sees to robots.txt and to the host's pace, as hops may lead to any host: a failure
    that it sends ends the way. Validators of the first request are of its URL, so later hops have
    none.

    Returns:
        The way and its end. A redirect that names no other address (304, 300, no Location) is a
        response like any other.
    """
    redirects: list[Response] = []
    visited = {request.url}
    while True:
        result = yield request
        location = _location(result)
        if isinstance(result, Failure) or not location:
            break
        redirects.append(result)
        target = _resolve(request.url, location)
        request = Request(url=target or request.url, max_bytes=request.max_bytes)
        if target is None:
            result = _failure(request, Reason.FORBIDDEN_ADDRESS, "redirected to no http(s) address")
            break
        if target in visited or len(redirects) > MAX_REDIRECTS:
            detail = "in a loop" if target in visited else f"more than {MAX_REDIRECTS} times"
            result = _failure(request, Reason.TOO_MANY_REDIRECTS, f"redirected {detail}")
            break
        visited.add(target)
    return Followed(redirects=tuple(redirects), result=result)


def _location(result: Response | Failure) -> str:
    """Where a redirect leads, as it says it; empty if it is none."""
    if isinstance(result, Failure) or result.status not in REDIRECTS:
        return ""
    return result.field("Location").strip()


def _resolve(base: str, location: str) -> str | None:
    """The address that a Location names (RFC 9110, 10.2.2), without credentials and fragment."""
    if len(location) > MAX_URL_CHARS:
        return None
    joined = join(base, location)
    return None if joined is None else as_requested(joined)


def _failure(request: Request, reason: Reason, detail: str) -> Failure:
    outcome = Outcome.SKIPPED if reason is Reason.FORBIDDEN_ADDRESS else Outcome.FAILED
    return Failure(
        request=request, reason=reason, detail=detail, outcome=outcome, is_temporary=False
    )
