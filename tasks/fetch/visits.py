"""One target's way: robots.txt, redirects and second tries, as steps that wait for their turn."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from tasks.fetch.messages import Answer, Failure, Request, Response
from tasks.fetch.pace import host_of, is_trouble
from tasks.fetch.redirects import REDIRECTS, follow_in_steps
from tasks.fetch.robots import Robots, Verdict

Payload = TypeVar("Payload")

_MAX_REDIRECT_BYTES = 16 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Generic[Payload]):
    """What is to be fetched, for whom, and whatever the caller wants back with it.

    `delay_s` is the source's own pace on the host of `request.url`; None: that of the rules. It is
    not asked for after `not_after`, Unix time in seconds.
    """

    request: Request
    source_id: str
    payload: Payload
    delay_s: float | None = None
    not_after: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched(Generic[Payload]):
    """What became of a target.

    `redirects` are the responses on the way, in order; bodies of over 16 KiB are dropped from
    them. `answer` is what stood at the end, a response of any status or a failure;
    `answer.request.url` is the address of that. `reserved` are the signals of robots.txt, ai.txt
    and tdmrep.json for that address.
    """

    target: Target[Payload]
    redirects: tuple[Response, ...]
    answer: Response | Failure
    reserved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A step: wait until it is this visit's turn at a host."""

    host: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A step: make an exchange; a second try, not before a time, which is 0 for the first."""

    request: Request
    is_for_robots: bool
    not_before: float


Step = Turn | Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """What all visits share.

    `robots`: None asks nobody. `given_up`: hosts that are not asked any more, and why. Second tries
    come after about `retry_s`, then twice that, by chance up to half less or more, so that what
    failed together does not come back together.
    """

    robots: Robots | None
    given_up: Mapping[str, Failure]
    retries: int
    retry_s: float
    now: Callable[[], float]
    chance: random.Random

    def visit(self, target: Target[Payload]) -> Generator[Step, Answer | None, Fetched[Payload]]:
        """Fetch a target. Each `Turn` is sent None, each `Exchange` its answer."""
        reserved: tuple[str, ...] = ()
        hops = follow_in_steps(target.request)
        try:
            request = next(hops)
            while True:
                answer, reserved = yield from self._hop(request)
                request = hops.send(_without_long_body(answer))
        except StopIteration as end:
            return Fetched(
                target=target,
                redirects=end.value.redirects,
                answer=end.value.result,
                reserved=reserved,
            )

    def _hop(
        self, request: Request
    ) -> Generator[Step, Answer | None, tuple[Answer, tuple[str, ...]]]:
        host = host_of(request.url)
        yield Turn(host)
        given_up = self.given_up.get(host)
        if given_up is not None:
            return replace(given_up, request=request), ()
        if self.robots is None:
            return (yield from self._exchange(request)), ()
        checking = self.robots.check(request)
        try:
            needed = next(checking)
            while True:
                answer = yield from self._exchange(needed, is_for_robots=True)
                needed = checking.send(answer)
        except StopIteration as end:
            verdict: Verdict = end.value
        given_up = self.given_up.get(host)
        if given_up is not None:  # over its robots.txt
            return replace(given_up, request=request), verdict.reserved
        if verdict.failure is not None:
            return verdict.failure, verdict.reserved
        return (yield from self._exchange(request)), verdict.reserved

    def _exchange(
        self, request: Request, *, is_for_robots: bool = False
    ) -> Generator[Step, Answer | None, Answer]:
        host = host_of(request.url)
        pause = self.retry_s
        answer = yield Exchange(request, is_for_robots, 0.0)
        for _ in range(self.retries):
            if answer is None or not is_trouble(answer) or host in self.given_up:
                break
            not_before = self.now() + pause * self.chance.uniform(0.5, 1.5)
            pause *= 2
            answer = None  # nobody needs an error page while its visit waits
            answer = yield Exchange(request, is_for_robots, not_before)
        if answer is None:
            raise AssertionError("an exchange was sent no answer")
        return answer


def _without_long_body(answer: Answer) -> Answer:
    """Drop what some send beside a redirect: the visit may wait long for its next turn."""
    if isinstance(answer, Failure) or answer.status not in REDIRECTS:
        return answer
    is_long = max(len(answer.body), len(answer.wire_body)) > _MAX_REDIRECT_BYTES
    return replace(answer, body=b"", wire_body=b"", is_cut=True) if is_long else answer
