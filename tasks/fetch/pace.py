"""When the next request to a host may go."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import urlsplit

from tasks.fetch.messages import Failure, Response

_TOO_MANY_REQUESTS = 429  # RFC 6585, 4
_UNAVAILABLE = 503  # RFC 9110, 15.6.4: the one server error that says when to come back
_SERVER_ERRORS = 500
_MAX_DIGITS = 9  # of seconds: a lifetime
_LEAST_LEARNED_S = 1.0
# What a server says about a time later than this is no plan; what a store says is a wrong clock's.
KEPT_AT_MOST_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceRules:
    """Seconds of pause.

    `delay_s` between two requests to one host, unless more is asked for; 0 is no pause of ours,
    but what a server asks for holds. `longest_delay_s` bounds what a slow or failing server makes
    of it. `after_429_s` where a 429 names no time. A host that is not to be asked for more than
    `longest_wait_s`, and for more than its own delay, is left for this run.
    """

    delay_s: float = 2.0
    longest_delay_s: float = 60.0
    after_429_s: float = 30.0
    longest_wait_s: float = 120.0


DEFAULT_PACE = PaceRules()


class PaceStore(Protocol):
    """Remembers hosts, over runs and for all processes of this machine. For many threads at once.

    Times are Unix time in seconds. A host not seen before: next_at 0, learned delay 0. A kept
    next_at of over `KEPT_AT_MOST_S` after now (for `settle`: after the new one) counts as 0.
    """

    def reserve(self, host: str, now: float, delay: float) -> float:
        """Take a host's next request, if it may go now. One step: no two callers get the same.

        Returns:
            `now`, with next_at = now + delay, if next_at was not later than `now`; else next_at,
            with nothing taken: the caller asks again then.
        """
        ...

    def settle(self, host: str, next_at: float, learned: float) -> None:
        """After an exchange: keep the later of both next_at, and what was learned."""
        ...

    def learned(self, host: str) -> float:
        """The delay that was last kept by `settle`."""
        ...


class Pace:
    """The pace of all hosts: a minimum delay, longer where a server is slow, fails, or asks for it.

    The delay is counted from the end of an exchange to the beginning of the next, so that no
    server ever sees less of it. It doubles with each failure and halves with each success. Hosts
    are names with their port: names that share an address are different hosts. For many threads,
    but one host is asked and told about by one at a time.
    """

    def __init__(
        self, store: PaceStore, *, now: Callable[[], float], rules: PaceRules = DEFAULT_PACE
    ) -> None:
        self.rules = rules
        self._store = store
        self.now = now
        self._has_no_pause: set[str] = set()  # hosts that the store need not be asked about

    def ask(self, host: str, delay: float) -> float:
        """Ask whether a request may go now; if so, it is counted and must go.

        Args:
            host: Of `host_of`.
            delay: Seconds: the user's or the site's own, whichever is longer.

        Returns:
            When it may go, in Unix time: not later than now, or the time to ask again.
        """
        now = self.now()
        if delay <= 0 and host in self._has_no_pause:
            return now
        at = self._store.reserve(host, now, delay)
        if delay <= 0 and at <= now:
            self._has_no_pause.add(host)
        return at

    def tell(self, host: str, answer: Response | Failure, delay: float) -> None:
        """Tell how an exchange ended, with the delay that holds for the next one."""
        now = self.now()
        asked_for = self._pause_asked_for(answer, now)
        if asked_for > 0:
            self._has_no_pause.discard(host)
        if delay > 0:
            learned = self._learn(self._store.learned(host), answer, delay)
            taken = answer.seconds if isinstance(answer, Response) else 0.0
            pause = max(delay, learned, min(taken, self.rules.longest_delay_s), asked_for)
            self._store.settle(host, now + pause, learned)
        elif asked_for > 0:
            self._store.settle(host, now + asked_for, 0.0)

    def _pause_asked_for(self, answer: Response | Failure, now: float) -> float:
        if isinstance(answer, Failure) or answer.status not in (_TOO_MANY_REQUESTS, _UNAVAILABLE):
            return 0.0
        pause = retry_after(answer.field("Retry-After"), now)
        if pause is None:
            return self.rules.after_429_s if answer.status == _TOO_MANY_REQUESTS else 0.0
        return min(pause, KEPT_AT_MOST_S)

    def _learn(self, learned: float, answer: Response | Failure, delay: float) -> float:
        if is_trouble(answer):
            doubled = max(2 * max(learned, delay), _LEAST_LEARNED_S)
            return min(doubled, max(self.rules.longest_delay_s, delay))
        return learned / 2 if learned / 2 > delay else 0.0


class InMemoryPaceStore:
    """A `PaceStore` for one run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next_at: dict[str, float] = {}
        self._learned: dict[str, float] = {}

    def reserve(self, host: str, now: float, delay: float) -> float:
        """See `PaceStore`."""
        with self._lock:
            next_at = self._next_at.get(host, 0.0)
            if now < next_at <= now + KEPT_AT_MOST_S:
                return next_at
            self._next_at[host] = now + delay
            return now

    def settle(self, host: str, next_at: float, learned: float) -> None:
        """See `PaceStore`."""
        with self._lock:
            kept = self._next_at.get(host, 0.0)
            self._next_at[host] = kept if next_at < kept <= next_at + KEPT_AT_MOST_S else next_at
            if learned:
                self._learned[host] = learned
            else:
                self._learned.pop(host, None)

    def learned(self, host: str) -> float:
        """See `PaceStore`."""
        return self._learned.get(host, 0.0)


def host_of(url: str) -> str:
    """Whose pace a URL is under: the host, with a port that is not its scheme's own.

    So http and https are one.
    """
    parts = urlsplit(url)
    authority = parts.netloc.rpartition("@")[2].lower()
    return authority.removesuffix(":443" if parts.scheme == "https" else ":80")


def is_trouble(answer: Response | Failure) -> bool:
    """Tell whether an answer says that its server cannot cope, or cannot be reached, just now."""
    if isinstance(answer, Failure):
        return answer.is_temporary
    return answer.status == _TOO_MANY_REQUESTS or answer.status >= _SERVER_ERRORS


def retry_after(value: str, now: float) -> float | None:
    """Read a Retry-After field (RFC 9110, 10.2.3), seconds or a date, as seconds from now on.

    Returns:
        0 for a date that has passed, None for an empty or unreadable value.
    """
    if value.isascii() and value.isdigit():
        return float(value) if len(value) <= _MAX_DIGITS else KEPT_AT_MOST_S
    try:
        return max(parsedate_to_datetime(value).timestamp() - now, 0.0)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
