"""Hosts in trouble, and those that are left alone for the rest of a run."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from expectations.records import Outcome, Reason
from tasks.fetch.messages import Answer, Failure, Request, Response
from tasks.fetch.pace import is_trouble

_LOG = logging.getLogger(__name__)

# A host is given up when this many points of trouble come in a row: at five pages no connection,
# or at fifteen an answer that says it cannot cope.
_GIVE_UP_AT = 15
_POINTS_FOR_NO_CONNECTION = 3
_NO_CONNECTION = frozenset((Reason.DNS, Reason.CONNECTION, Reason.TLS, Reason.TIMEOUT))
_TOO_MANY_REQUESTS = 429  # RFC 6585, 4
_REFUSALS = 2  # in a row, the pause that it asked for between them
_MAX_REMEMBERED = 100_000  # hosts in trouble, or given up

Kept = TypeVar("Kept")


class Trouble:
    """Count the trouble with hosts, and give up those with too much of it.

    For many threads, but of one host one at a time tells. `given_up` are the hosts that are not
    asked any more, with what becomes of their targets.
    """

    def __init__(self) -> None:
        self.given_up: dict[str, Failure] = {}
        self._points: dict[str, int] = {}
        self._refusals: dict[str, int] = {}  # 429s in a row
        self._lock = threading.Lock()

    def count(self, host: str, answer: Answer, *, is_first_try: bool) -> None:
        """Look at how an exchange ended, and give its host up if it is one too many."""
        if isinstance(answer, Response) and answer.status == _TOO_MANY_REQUESTS:
            refusals = self._refusals.get(host, 0) + 1
            self._keep(self._refusals, host, refusals)
            if refusals >= _REFUSALS:
                self._give_up(host, _refused(answer.request))
            return
        self._refusals.pop(host, None)
        is_unconnected = isinstance(answer, Failure) and answer.reason in _NO_CONNECTION
        if not is_unconnected and not is_trouble(answer):
            self._points.pop(host, None)
            return
        # Second tries come when all else is done, so they come in a row: of pages that fail they
        # say nothing more of the host, but of one that cannot be reached they do.
        is_unreachable = isinstance(answer, Failure) and answer.is_unreachable
        if not is_first_try and not is_unreachable:
            return
        points = self._points.get(host, 0) + (_POINTS_FOR_NO_CONNECTION if is_unconnected else 1)
        self._keep(self._points, host, points)
        if points >= _GIVE_UP_AT:
            self._give_up(host, answer if isinstance(answer, Failure) else _status(answer))

    def leave(self, host: str, request: Request, wait_s: float, until: float) -> None:
        """Give up a host that is not to be asked for too long, until a Unix time."""
        self._give_up(host, _not_before(request, wait_s, until))

    def _give_up(self, host: str, failure: Failure) -> None:
        _LOG.info("%s is given up for this run: %s: %s", host, failure.reason, failure.detail)
        self._points.pop(host, None)
        self._refusals.pop(host, None)
        self._keep(self.given_up, host, replace(failure, was_asked=False))

    def _keep(self, hosts: dict[str, Kept], host: str, kept: Kept) -> None:
        """Remember a host, in place of the first one when there are too many."""
        with self._lock:
            if len(hosts) >= _MAX_REMEMBERED:
                hosts.pop(next(iter(hosts)), None)
            hosts[host] = kept


def _status(response: Response) -> Failure:
    return Failure(
        request=response.request,
        reason=Reason.HTTP_STATUS,
        detail=f"given up: status {response.status} again and again",
        outcome=Outcome.FAILED,
        is_temporary=True,
    )


def _refused(request: Request) -> Failure:
    return _not_due(request, "the host says that it is asked too often (status 429), again")


def _not_before(request: Request, wait_s: float, until: float) -> Failure:
    time = f"{datetime.fromtimestamp(until, UTC):%Y-%m-%d %H:%M:%S} UTC"
    return _not_due(
        request, f"the host is not to be asked for another {wait_s:.0f} s, not before {time}"
    )


def _not_due(request: Request, detail: str) -> Failure:
    return Failure(
        request=request,
        reason=Reason.NOT_DUE,
        detail=detail,
        outcome=Outcome.SKIPPED,
        is_temporary=True,
    )
