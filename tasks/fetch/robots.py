"""robots.txt of all hosts (RFC 9309), and what stands beside it about rights."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

from expectations.records import Outcome, Reason
from tasks.fetch.messages import Answer, Failure, Request, Response
from tasks.fetch.pace import host_of
from tasks.fetch.redirects import follow_in_steps
from tasks.reservations import SiteReservations
from tasks.robots_rules import MAX_BYTES, Rules, decode
from tasks.schedule import is_recent

PRODUCT_TOKEN = "Broadsheet"  # noqa: S105 - of RFC 9309, 2.2.1: our name in robots.txt

_MAX_FETCHED_BYTES = 16 << 20  # of which 500 KiB count; what is more is no robots.txt
_FRESH_S = 86_400.0  # 2.4: not to be used for more than 24 hours
_STALE_S = 30 * 86_400.0  # 2.3.1.4: "for example, 30 days", while it cannot be had anew
_ASK_AGAIN_S = 600.0  # after it could not be had
# Characters of texts whose rules are kept in memory; rules take up to thirty times that.
_MAX_COST = 4 << 20
_LEAST_COST = 2_000
_OK = range(200, 300)
_OF_THIS_RUN = (Reason.FORBIDDEN_ADDRESS, Reason.NOT_DUE)  # not the server's doing: not stored
# The host cannot be reached, which is why its pages cannot be had, either.
_NO_CONNECTION = (Reason.DNS, Reason.CONNECTION, Reason.TLS, Reason.TIMEOUT)
_SERVER_ERROR = 500
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRobots:
    """What is known of one origin. Times are Unix time in seconds.

    `text` is the newest robots.txt that could be had ("" if there is none), of `text_at`; None if
    none ever could. `failure_reason` (a `Reason`) and `failure` say why the attempt at
    `checked_at` got nothing; "" if it got one. `ai_txt` and `tdmrep` are None if never asked for,
    "" if there is none, or none that robots.txt lets us ask for.
    """

    checked_at: float
    text: str | None
    text_at: float
    failure_reason: str = ""
    failure: str = ""
    ai_txt: str | None = None
    tdmrep: str | None = None


class RobotsStore(Protocol):
    """Remembers origins (`https://example.org`), over runs. For many threads at once."""

    def get(self, origin: str) -> StoredRobots | None:
        """What was last put, or None."""
        ...

    def put(self, origin: str, stored: StoredRobots) -> None:
        """Keep it in place of what was."""
        ...


class InMemoryRobotsStore(dict[str, StoredRobots]):
    """A `RobotsStore` for one run."""

    def put(self, origin: str, stored: StoredRobots) -> None:
        """See `RobotsStore`."""
        self[origin] = stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a URL may be fetched, and what its site says beside it.

    `failure` is None if it may. `reserved` are the signals of
    `tasks.reservations.SiteReservations`.
    """

    failure: Failure | None
    reserved: tuple[str, ...] = ()


class Robots:
    """Ask each site's robots.txt, fetched once in 24 hours.

    ai.txt and .well-known/tdmrep.json are fetched with it, where it allows that.

    Args:
        store: Keeps them over runs.
        now: Unix time in seconds.
        token: Our name in robots.txt.
    """

    def __init__(
        self,
        store: RobotsStore,
        *,
        now: Callable[[], float],
        token: str = PRODUCT_TOKEN,
    ) -> None:
        self._store = store
        self._now = now
        self._token = token
        self._lock = threading.Lock()
        self._sites: OrderedDict[str, _Site] = OrderedDict()
        self._cost = 0

    def check(self, request: Request) -> Generator[Request, Answer, Verdict]:
        """Ask about a URL, and yield the exchanges that must be made to know.

        Each is made without asking again, but at its host's pace. An origin is checked by one
        caller at a time: callers see to that.
        """
        if urlsplit(request.url).path == "/robots.txt":  # 2.2.2: always allowed, and nothing else
            return Verdict(failure=None)
        origin = origin_of(request.url)
        site = self._known(origin)
        if site is None or not self._is_complete(site.stored):
            site = yield from self._fetch(origin, None if site is None else site.stored)
        if site.rules is None:
            return Verdict(failure=_unreachable(request, site.stored))
        return Verdict(
            failure=None if site.rules.allow(request.url) else self._denied(request),
            reserved=site.reservations.on(request.url),
        )

    def crawl_delay(self, url: str) -> float:
        """Seconds between requests that a URL's site asks for; 0 unless it was checked lately."""
        with self._lock:
            site = self._sites.get(origin_of(url))
        return 0.0 if site is None or site.rules is None else site.rules.crawl_delay

    def _known(self, origin: str) -> _Site | None:
        with self._lock:
            site = self._sites.get(origin)
            if site is not None:
                self._sites.move_to_end(origin)
                return site
        stored = self._store.get(origin)
        return None if stored is None else self._keep(origin, stored)

    def _is_fresh(self, stored: StoredRobots) -> bool:
        lasts = _ASK_AGAIN_S if stored.failure else _FRESH_S
        return is_recent(stored.checked_at, self._now(), lasts)

    def _is_complete(self, stored: StoredRobots) -> bool:
        lacks = stored.ai_txt is None and not stored.failure
        return self._is_fresh(stored) and not lacks

    def _fetch(self, origin: str, known: StoredRobots | None) -> Generator[Request, Answer, _Site]:
        if known is None or not self._is_fresh(known):
            known = yield from self._fetch_robots(origin, known)
        site = self._keep(origin, known)  # from here on, its Crawl-delay is known
        if site.rules is not None and not known.failure:
            ai_txt = yield from _fetch_text(f"{origin}/ai.txt", site.rules)
            tdmrep = yield from _fetch_text(f"{origin}/.well-known/tdmrep.json", site.rules)
            known = replace(known, ai_txt=ai_txt, tdmrep=tdmrep)
            site = self._keep(origin, known)
        if known.failure_reason not in _OF_THIS_RUN:
            self._store.put(origin, known)
        return site

    def _fetch_robots(
        self, origin: str, before: StoredRobots | None
    ) -> Generator[Request, Answer, StoredRobots]:
        request = Request(url=f"{origin}/robots.txt", max_bytes=_MAX_FETCHED_BYTES)
        followed = yield from follow_in_steps(request)
        now = self._now()
        found = _read(followed.result)
        if isinstance(found, str):
            return StoredRobots(checked_at=now, text=found, text_at=now)
        if before is None or before.text is None or not is_recent(before.text_at, now, _STALE_S):
            before = StoredRobots(checked_at=now, text=None, text_at=0.0)
        reason = found.reason if isinstance(found, Failure) else Reason.HTTP_STATUS
        detail = found.detail if isinstance(found, Failure) else f"status {found.status}"
        elsewhere = host_of(found.request.url)
        if reason in _NO_CONNECTION and elsewhere != host_of(origin):
            detail = f"{reason} of {elsewhere}, where it is redirected to: {detail}"
            reason = Reason.ROBOTS_UNREACHABLE
        return replace(before, checked_at=now, failure_reason=reason, failure=detail or str(reason))

    def _keep(self, origin: str, stored: StoredRobots) -> _Site:
        text = stored.text
        site = _Site(
            stored=stored,
            rules=None if text is None else Rules(text, self._token),
            reservations=SiteReservations(
                robots=text or "", ai_txt=stored.ai_txt or "", tdmrep=stored.tdmrep or ""
            ),
        )
        with self._lock:
            replaced = self._sites.pop(origin, None)
            self._sites[origin] = site
            self._cost += site.cost - (0 if replaced is None else replaced.cost)
            while self._cost > _MAX_COST and len(self._sites) > 1:
                self._cost -= self._sites.popitem(last=False)[1].cost
        return site

    def _denied(self, request: Request) -> Failure:
        return Failure(
            request=request,
            reason=Reason.ROBOTS,
            detail=f"robots.txt denies it to {self._token}",
            outcome=Outcome.SKIPPED,
            is_temporary=False,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """What was read from a `StoredRobots`. `rules` is None if nothing is known: all is denied."""

    stored: StoredRobots
    rules: Rules | None
    reservations: SiteReservations

    @property
    def cost(self) -> int:
        stored = self.stored
        texts = (stored.text or "", stored.ai_txt or "", stored.tdmrep or "")
        return _LEAST_COST + sum(map(len, texts))


def origin_of(url: str) -> str:
    """Scheme and authority: what a robots.txt speaks for (RFC 9309, 2.3)."""
    return f"{urlsplit(url).scheme}://{host_of(url)}"


def _read(answer: Answer) -> str | Answer:
    """The text of a robots.txt, "" where there is none; the answer itself if it cannot be had."""
    if isinstance(answer, Failure):
        # 2.3.1.2: after more than five redirects it may be taken for unavailable.
        return "" if answer.reason is Reason.TOO_MANY_REDIRECTS else answer
    if answer.status in _OK:
        return decode(answer.body)
    # 2.3.1.3: 4xx is unavailable, all is allowed. A 429 says no such thing, but "not now".
    if answer.status >= _SERVER_ERROR or answer.status == _TOO_MANY_REQUESTS:
        return answer
    return ""


def _fetch_text(url: str, rules: Rules) -> Generator[Request, Answer, str]:
    """The text of a small file of a site; "" if it cannot be had, or if `rules` deny it.

    A redirect to another origin is not followed: that one's rules are not known here.
    """
    steps = follow_in_steps(Request(url=url, max_bytes=MAX_BYTES))
    try:
        asked = next(steps)
        while origin_of(asked.url) == origin_of(url) and rules.allow(asked.url):
            asked = steps.send((yield asked))
    except StopIteration as end:
        answer = end.value.result
        return decode(answer.body) if isinstance(answer, Response) and answer.status in _OK else ""
    return ""


def _unreachable(request: Request, stored: StoredRobots) -> Failure:
    if stored.failure_reason == Reason.FORBIDDEN_ADDRESS:
        return Failure(
            request=request,
            reason=Reason.FORBIDDEN_ADDRESS,
            detail=stored.failure,
            outcome=Outcome.SKIPPED,
            is_temporary=False,
        )
    if stored.failure_reason in _NO_CONNECTION:
        reason, detail = Reason(stored.failure_reason), f"robots.txt: {stored.failure}"
    else:
        reason, detail = Reason.ROBOTS_UNREACHABLE, f"{stored.failure_reason}: {stored.failure}"
        detail = detail.removeprefix(f"{reason}: ")
    return Failure(
        request=request,
        reason=reason,
        detail=detail,
        outcome=Outcome.FAILED,
        is_temporary=True,
    )
