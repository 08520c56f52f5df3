"""Results that wait for a crawl's consumer: all of them come, whoever waits for whom."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tasks.fetch.queues import Results
from tasks.fetch.visits import Fetched, Target
from tests.unit.test_archive import response

RESPONSE = response(1)


def fetched(number: int, size: int) -> Fetched[int]:
    target = Target(request=RESPONSE.request, source_id="example", payload=number)
    return Fetched(
        target=target, redirects=(), answer=replace(RESPONSE, body=b"x" * size, wire_body=b"")
    )


@pytest.mark.parametrize("seed", range(20))
def test_each_result_comes_once_whatever_its_size(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable
    threads, each = chance.randint(2, 12), 200
    results = Results[int](
        max_number=chance.randint(1, 4), max_bytes=chance.choice((1, 100, 5_000))
    )
    sizes = [chance.choice((0, 10, 90, 6_000)) for _ in range(threads * each)]

    def put(thread: int) -> None:
        for number in range(thread * each, (thread + 1) * each):
            results.put(fetched(number, sizes[number]))

    with ThreadPoolExecutor(threads + 1) as pool:
        work = [pool.submit(put, thread) for thread in range(threads)]
        taking = pool.submit(lambda: [results.get(wait=True) for _ in sizes])
        try:
            came = taking.result(timeout=20)
        finally:  # nobody is to wait for ever, should a wake-up be lost
            results.stop()
            results.fail(TimeoutError())
        for done in work:
            done.result()
    assert sorted(result.target.payload for result in came if result) == list(range(len(sizes)))


def test_who_waits_for_room_goes_on_when_all_is_to_stop() -> None:
    results = Results[int](max_number=1, max_bytes=100)
    with ThreadPoolExecutor(3) as pool:
        work = [pool.submit(results.put, fetched(number, 10)) for number in range(3)]
        results.stop()
        assert [done.result(timeout=20) for done in work] == [None] * 3


def test_what_a_thread_died_of_is_raised_where_results_are_waited_for() -> None:
    results = Results[int](max_number=1, max_bytes=100)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(results.get, wait=True)
        results.fail(ZeroDivisionError())
        with pytest.raises(ZeroDivisionError):
            waiting.result(timeout=20)
