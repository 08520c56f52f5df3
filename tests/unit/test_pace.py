"""When the next request to a host may go, by a clock that stands still until it is set."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Outcome, Reason
from tasks.fetch.messages import Answer, Failure, Request, Response
from tasks.fetch.pace import (
    KEPT_AT_MOST_S,
    InMemoryPaceStore,
    Pace,
    PaceRules,
    host_of,
    retry_after,
)

START = 1_800_000_000.0
REQUEST = Request(url="https://a.example/", max_bytes=1)
HOST = "a.example"


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(InMemoryPaceStore(), now=clock)


def responded(status: int = 200, seconds: float = 0.1, **fields: str) -> Response:
    return Response(
        request=REQUEST,
        status=status,
        header=b"",
        fields=tuple((name.replace("_", "-"), value) for name, value in fields.items()),
        wire_body=b"",
        body=b"",
        address="192.0.2.1",
        fetched_at=datetime(2026, 11, 23, tzinfo=UTC),
        seconds=seconds,
    )


TIMED_OUT = Failure(
    request=REQUEST,
    reason=Reason.TIMEOUT,
    detail="",
    outcome=Outcome.FAILED,
    is_temporary=True,
)


def pause_after(pace: Pace, answer: Answer, delay: float = 2.0) -> float:
    """Make one exchange with that answer, and tell how long the host is left alone after it."""
    now = pace.now()
    assert pace.ask(HOST, delay) == now, "the test asks too soon"
    pace.tell(HOST, answer, delay)
    return pace.ask(HOST, delay) - now


def test_a_host_is_asked_again_after_the_delay(pace: Pace, clock: Clock) -> None:
    assert pace.ask(HOST, 2.0) == START
    assert pace.ask(HOST, 2.0) == START + 2
    clock.now += 2
    assert pace.ask(HOST, 2.0) == START + 2


def test_hosts_do_not_wait_for_each_other(pace: Pace) -> None:
    assert pace.ask(HOST, 2.0) == START
    assert pace.ask("b.example", 2.0) == START


def test_the_delay_begins_when_the_exchange_ends(pace: Pace, clock: Clock) -> None:
    pace.ask(HOST, 2.0)
    clock.now += 1.5
    pace.tell(HOST, responded(), 2.0)
    assert pace.ask(HOST, 2.0) == START + 3.5


def test_a_slow_server_gets_as_much_rest_as_it_took(pace: Pace) -> None:
    assert pause_after(pace, responded(seconds=7.0)) == 7


def test_a_server_that_drips_for_hours_does_not_set_the_pace(pace: Pace) -> None:
    assert pause_after(pace, responded(seconds=9_000.0)) == pace.rules.longest_delay_s


@pytest.mark.parametrize("trouble", [responded(500), responded(502), TIMED_OUT])
def test_the_delay_doubles_with_trouble_and_halves_with_success(
    pace: Pace, clock: Clock, trouble: Answer
) -> None:
    pauses = []
    for answer in [trouble, trouble, trouble, responded(), responded(), responded()]:
        pauses.append(pause_after(pace, answer))
        clock.now += pauses[-1]
    assert pauses == [4, 8, 16, 8, 4, 2]


def test_the_delay_grows_to_a_bound(pace: Pace, clock: Clock) -> None:
    for _ in range(10):
        clock.now += pause_after(pace, TIMED_OUT)
    assert pause_after(pace, TIMED_OUT) == pace.rules.longest_delay_s


def test_a_429_without_a_time_is_half_a_minute(pace: Pace) -> None:
    assert pause_after(pace, responded(429)) == 30


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_kept_to(pace: Pace, status: int) -> None:
    assert pause_after(pace, responded(status, Retry_After="120")) == 120


def test_retry_after_may_be_a_date(pace: Pace) -> None:
    date = format_datetime(datetime.fromtimestamp(START + 90, UTC), usegmt=True)
    assert pause_after(pace, responded(503, Retry_After=date)) == 90


def test_a_short_retry_after_does_not_shorten_the_delay(pace: Pace) -> None:
    assert pause_after(pace, responded(429, Retry_After="0")) == 4


def test_a_retry_after_of_years_is_a_day(pace: Pace) -> None:
    assert pause_after(pace, responded(503, Retry_After="9" * 4000)) == KEPT_AT_MOST_S


def test_a_good_answer_with_retry_after_is_a_good_answer(pace: Pace) -> None:
    assert pause_after(pace, responded(200, Retry_After="120")) == 2


def test_no_delay_is_no_pause(pace: Pace) -> None:
    assert pause_after(pace, responded(seconds=3.0), 0.0) == 0
    assert pause_after(pace, TIMED_OUT, 0.0) == 0


def test_without_a_delay_what_a_server_asks_for_still_holds(pace: Pace, clock: Clock) -> None:
    assert pause_after(pace, responded(429), 0.0) == 30
    clock.now += 30
    assert pause_after(pace, responded(), 0.0) == 0


def test_without_a_delay_the_next_run_keeps_to_what_a_server_asked_for(clock: Clock) -> None:
    store = InMemoryPaceStore()
    Pace(store, now=clock).tell(HOST, responded(429, Retry_After="3600"), 0.0)
    clock.now += 600
    pace = Pace(store, now=clock)
    assert pace.ask(HOST, 0.0) == START + 3_600
    clock.now += 3_000
    assert pause_after(pace, responded(), 0.0) == 0


def test_a_pause_that_was_asked_for_holds_for_those_without_a_delay(pace: Pace) -> None:
    pause_after(pace, responded(), 0.0)
    pace.tell(HOST, responded(429), 2.0)
    assert pace.ask(HOST, 0.0) == START + 30


def test_two_processes_share_a_store(clock: Clock) -> None:
    store = InMemoryPaceStore()
    here, there = Pace(store, now=clock), Pace(store, now=clock)
    assert here.ask(HOST, 2.0) == START
    assert there.ask(HOST, 2.0) == START + 2
    here.tell(HOST, responded(429), 2.0)
    assert there.ask(HOST, 2.0) == START + 30


def test_what_a_wrong_clock_left_behind_is_forgotten(clock: Clock) -> None:
    store = InMemoryPaceStore()
    store.settle(HOST, START + 30 * 86_400, 0.0)
    pace = Pace(store, now=clock)
    assert pause_after(pace, responded()) == 2


@given(
    st.lists(
        st.tuples(
            st.sampled_from([responded(), responded(500), responded(429), TIMED_OUT]),
            st.floats(0, 100),
        ),
        max_size=40,
    ),
    st.floats(0.1, 10),
)
def test_no_two_requests_are_closer_than_the_delay(
    events: list[tuple[Answer, float]], delay: float
) -> None:
    clock = Clock()
    pace = Pace(InMemoryPaceStore(), now=clock, rules=PaceRules(delay_s=delay))
    ended_at = None
    for answer, later in events:
        clock.now += later
        if pace.ask(HOST, delay) > clock.now:
            continue
        assert ended_at is None or clock.now - ended_at >= delay - 1e-6
        pace.tell(HOST, answer, delay)
        ended_at = clock.now


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("١٢٠", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0),
        ("Fri, 32 Dec 1999 23:59:59 GMT", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value, START) == seconds


@given(st.text())
def test_no_retry_after_breaks_the_reader(value: str) -> None:
    pause = retry_after(value, START)
    assert pause is None or pause >= 0


def test_a_host_is_a_name_with_its_port() -> None:
    assert host_of("https://a.example/x") == host_of("http://a.example/") == "a.example"
    assert host_of("HTTP://A.example:80") == host_of("https://a.example:443/x") == "a.example"
    assert host_of("http://a.example:8080/") == "a.example:8080"
    assert host_of("http://a.example:443/") == "a.example:443"
    assert host_of("http://[2001:db8::80]/") == "[2001:db8::80]"


def test_many_threads_get_one_turn() -> None:
    store = InMemoryPaceStore()
    with ThreadPoolExecutor(16) as threads:
        turns = list(threads.map(lambda _: store.reserve(HOST, START, 2.0), range(500)))
    assert turns.count(START) == 1
