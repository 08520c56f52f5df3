"""Memory for long bodies: bounded for all together, and nobody waits for ever."""

import threading
import time
from collections.abc import Callable

from tasks.fetch.room import FREE_BYTES, Room

MIB = 1 << 20


def never() -> bool:
    return False


def at_once() -> bool:
    return True


def in_a_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_what_is_short_is_free_however_many_there_are() -> None:
    room = Room(2 * MIB)
    assert all(room.hold(object(), FREE_BYTES, is_over=at_once) for _ in range(100))


def test_one_may_have_more_than_there_is_and_a_second_waits_until_it_has_released_all() -> None:
    room = Room(10 * MIB)
    assert room.hold("one", 300 * MIB, is_over=at_once)
    assert room.hold("one", 9 * MIB, is_over=at_once)
    assert not room.hold("two", 2 * MIB, is_over=at_once)
    has_it = threading.Event()

    def work() -> None:
        assert room.hold("two", 2 * MIB, is_over=never)
        has_it.set()

    thread = in_a_thread(work)
    time.sleep(0.05)
    assert not has_it.is_set()
    room.release("one")
    assert has_it.wait(1)
    thread.join()
    assert room.hold("three", 8 * MIB, is_over=at_once)
    assert room.hold("four", 8 * MIB, is_over=at_once), "which is the one beyond now"
    assert not room.hold("five", 8 * MIB, is_over=at_once)


def test_who_gives_up_waiting_keeps_what_it_held() -> None:
    room = Room(10 * MIB)
    assert room.hold("one", 6 * MIB, is_over=at_once)
    assert room.hold("two", 20 * MIB, is_over=at_once)
    assert not room.hold("one", 7 * MIB, is_over=at_once)
    room.release("two")
    assert room.hold("one", 5 * MIB, is_over=at_once)
    assert room.hold("three", 5 * MIB, is_over=at_once)


def test_those_that_grow_together_all_come_to_an_end_within_the_bound() -> None:
    room = Room(20 * MIB)
    held: dict[str, int] = {}
    most = 0
    lock = threading.Lock()

    def work(name: str) -> None:
        nonlocal most
        for size in range(2, 11):
            assert room.hold(name, size * MIB, is_over=never)
            with lock:
                held[name] = size
                most = max(most, sum(held.values()))
            time.sleep(0.001)
        with lock:
            del held[name]
        room.release(name)

    threads = [in_a_thread(lambda name=str(n): work(name)) for n in range(24)]
    for thread in threads:
        thread.join(20)
    assert not held
    assert 10 < most <= 20 + 10
