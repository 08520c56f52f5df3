"""Many hosts at once: threads, second tries, and a bounded number of pages under way."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from typing import Generic

from expectations.records import Outcome, Reason
from tasks.fetch.clients import Clients, Exchanger
from tasks.fetch.frontier import Frontier, Host, Visit
from tasks.fetch.messages import Answer, Failure, Request
from tasks.fetch.pace import Pace, host_of
from tasks.fetch.queues import Results, Streams
from tasks.fetch.robots import Robots
from tasks.fetch.trouble import Trouble
from tasks.fetch.visits import Exchange, Fetched, Payload, Target, Turn, Visitor

__all__ = ["CrawlRules", "Exchanger", "Fetched", "Target", "crawl", "is_out_of_time"]

_LOG = logging.getLogger(__name__)

_TRIES_AT_ONCE = 64  # targets pulled before the consumer gets a result that is ready
_MANY = 10  # a host with more than this part of `max_waiting` has many waiting
_TIME_IS_UP = "the time of this run is up"
_LONG_WAIT_S = 10.0  # that nobody set, and that a user may wonder about


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRules:
    """Bounds of a crawl.

    At most `threads` exchanges are under way. At most `max_waiting` targets are held; those of a
    host that has a tenth of that waiting are only taken while half of it is free, so that one
    host cannot keep the others out. At most `max_results`, or results of `max_result_bytes`, wait
    for the consumer. Temporary failures are tried `retries` times more, after about `retry_s`,
    then twice that. `stop_s` is how long the end waits for exchanges that are under way. `speed`
    is how many seconds of the clock a real second has: 1, but in simulations.
    """

    threads: int = 24
    max_waiting: int = 10_000
    max_results: int = 64
    max_result_bytes: int = 64 << 20
    retries: int = 2
    retry_s: float = 5.0
    stop_s: float = 5.0
    speed: float = 1.0


DEFAULT_CRAWL = CrawlRules()


def crawl(
    *streams: Iterable[Target[Payload] | None],
    connect: Callable[[], Exchanger],
    robots: Robots | None,
    pace: Pace,
    rules: CrawlRules = DEFAULT_CRAWL,
) -> Generator[Fetched[Payload], None, None]:
    """Fetch targets, many hosts at once, each host at its pace, and yield them as they end.

    Every target comes out once. A host has one exchange at a time; one that waits for its pace
    holds no thread. A host that fails again and again, or that is not to be asked for long, is
    given up: its remaining targets come out at once, with the reason, and so do those whose
    `not_after` their host's pace does not allow. Close the iterator to stop
    early.

    Args:
        streams: Targets, best a stream for each source: they are pulled in turn, and one that is
            at a host with many targets waiting does not hold up the others. They are pulled
            lazily, in the consumer's thread, while it asks for results, so they should not wait
            long. None says: nothing now, ask again after the next result of this stream; where none
            is to come, it is its end.
        connect: Opens a client; a host has one (`tasks.fetch.clients`). All are closed at the end.
        robots: Asked before each exchange; None: nobody is asked.
        pace: Asked before each exchange, those for robots.txt included.
        rules: Bounds.

    Raises:
        BaseException: what a stream, a client or a store raises: broken machinery.
    """
    return _Crawl(streams, connect=connect, robots=robots, pace=pace, rules=rules).run()


class _Crawl(Generic[Payload]):
    def __init__(
        self,
        streams: Iterable[Iterable[Target[Payload] | None]],
        *,
        connect: Callable[[], Exchanger],
        robots: Robots | None,
        pace: Pace,
        rules: CrawlRules,
    ) -> None:
        self._rules = rules
        self._robots = robots
        self._pace = pace
        self._trouble = Trouble()
        self._streams = Streams(streams)
        self._visitor = Visitor(
            robots=robots,
            given_up=self._trouble.given_up,
            retries=rules.retries,
            retry_s=rules.retry_s,
            now=pace.now,
            chance=random.Random(),  # noqa: S311 - spreads second tries, guards nothing
        )
        self._frontier: Frontier[Payload] = Frontier(self._begin, now=pace.now, speed=rules.speed)
        self._results: Results[Payload] = Results(
            max_number=rules.max_results, max_bytes=rules.max_result_bytes
        )
        self._clients = Clients(connect, rules.threads)
        self._is_stopping = threading.Event()
        self._outstanding = 0  # targets that were taken and have not been yielded

    def run(self) -> Generator[Fetched[Payload], None, None]:
        # They are ended and joined below. Daemons, so that an iterator that nobody closes (the
        # traceback of a crash holds it) cannot keep the interpreter from ending.
        threads = [
            threading.Thread(target=self._work, name=f"fetch-{number}", daemon=True)
            for number in range(self._rules.threads)
        ]
        try:
            for thread in threads:
                thread.start()
            while True:
                is_filled = self._fill()
                if not self._outstanding and self._streams.have_ended:
                    return
                fetched = self._results.get(wait=is_filled)
                if fetched is not None:
                    self._outstanding -= 1
                    yield fetched
                    self._streams.ask_again(fetched.target)
        finally:
            self._stop(threads)

    def _fill(self) -> bool:
        """Take some targets; False if there may be more to take."""
        for _ in range(_TRIES_AT_ONCE):
            if self._outstanding >= self._rules.max_waiting:
                return True
            target = self._streams.pull(self._may_take)
            if target is None:
                return True
            self._outstanding += 1
            self._frontier.add(target)
        return False

    def _may_take(self, target: Target[Payload]) -> bool:
        if self._outstanding <= self._rules.max_waiting // 2:
            return True
        return self._frontier.waiting(target) < self._rules.max_waiting // _MANY

    def _stop(self, threads: list[threading.Thread]) -> None:
        self._is_stopping.set()
        self._frontier.stop()
        self._results.stop()
        self._clients.close()
        deadline = time.monotonic() + self._rules.stop_s
        for thread in threads:
            if thread.ident is not None:
                thread.join(max(deadline - time.monotonic(), 0.0))
        still = sum(thread.is_alive() for thread in threads)
        if still:
            _LOG.warning("%d exchanges are still under way; each ends at its own deadline", still)

    def _begin(self, target: Target[Payload]) -> Visit[Payload]:
        return Visit(target, self._visitor.visit(target))

    def _work(self) -> None:
        try:
            while (host := self._frontier.next_host()) is not None:
                try:
                    self._work_for(host)
                finally:
                    self._clients.give_back(host.key)
                self._frontier.release(host)
        except BaseException as error:  # noqa: BLE001 - raised in the consumer's thread
            self._results.fail(error)

    def _work_for(self, host: Host[Payload]) -> None:
        """Make a host's next exchange, if it may go now."""
        while not self._is_stopping.is_set():
            visit = self._frontier.take(host)
            if visit is None:
                return
            step = self._bring_to_exchange(host, visit)
            if step is None:
                continue
            delay = self._delay(host, visit)
            at = self._pace.ask(host.key, delay)
            wait_s = at - self._pace.now()
            # A delay that was set is kept to, however long it is.
            if wait_s > max(self._pace.rules.longest_wait_s, delay):
                self._trouble.leave(host.key, step.request, wait_s, at)
                self._frontier.stage(host, visit, at)  # to be answered with that
            elif not step.is_for_robots and at > visit.target.not_after:
                visit.advance(_too_late(step.request))
                self._frontier.stage(host, visit, 0.0)
            elif wait_s > 0:
                if wait_s > max(_LONG_WAIT_S, delay):
                    _LOG.info(
                        "%s is not asked for %.0f s: it is slow, or asks for it", host.key, wait_s
                    )
                self._frontier.stage(host, visit, at)
                return
            else:
                self._make_exchange(host, visit, step)
                return

    def _bring_to_exchange(self, host: Host[Payload], visit: Visit[Payload]) -> Exchange | None:
        """Bring a visit to its next exchange with a host; None if it waits or ends elsewhere."""
        while True:
            step = visit.step
            if isinstance(step, Exchange) and step.is_for_robots:
                self._frontier.hold(host, visit)
            else:
                self._frontier.let_go(visit)
            if step is None:
                if visit.fetched is None:
                    raise AssertionError("a visit ended with nothing")
                self._results.put(visit.fetched)
                return None
            if isinstance(step, Turn):
                if step.host != host.key or host.awaits_robots:
                    self._frontier.put(visit)
                    return None
                visit.advance(None)
                continue
            key = host_of(step.request.url)
            given_up = self._trouble.given_up.get(key)
            if given_up is not None:
                visit.advance(replace(given_up, request=step.request))
            elif key != host.key or step.not_before > self._pace.now():
                self._frontier.put(visit)
                return None
            else:
                return step

    def _make_exchange(self, host: Host[Payload], visit: Visit[Payload], step: Exchange) -> None:
        answer = self._clients.take(host.key).get(step.request)
        if self._is_stopping.is_set():
            return  # the exchange was cut off by us, which says nothing of the host
        self._trouble.count(host.key, answer, is_first_try=step.not_before == 0)
        visit.advance(answer)
        if self._robots is not None:
            host.crawl_delay = max(host.crawl_delay, self._robots.crawl_delay(step.request.url))
        self._pace.tell(host.key, answer, self._delay(host, visit))
        if self._bring_to_exchange(host, visit) is not None:
            self._frontier.stage(host, visit, 0.0)

    def _delay(self, host: Host[Payload], visit: Visit[Payload]) -> float:
        delay = self._pace.rules.delay_s
        target = visit.target
        if target.delay_s is not None and host_of(target.request.url) == host.key:
            delay = target.delay_s  # a source's own, so it is not for hosts it redirects to
        return max(delay, host.crawl_delay)


def is_out_of_time(answer: Answer) -> bool:
    """Whether a target was not asked for because of its `not_after`."""
    return isinstance(answer, Failure) and answer.detail == _TIME_IS_UP


def _too_late(request: Request) -> Failure:
    return Failure(
        request=request,
        reason=Reason.NOT_DUE,
        detail=_TIME_IS_UP,
        outcome=Outcome.SKIPPED,
        is_temporary=True,
    )
