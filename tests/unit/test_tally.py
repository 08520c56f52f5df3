"""The tally that progress is drawn from."""

from concurrent.futures import ThreadPoolExecutor

from tasks.tally import Tallier, Tally


def test_what_several_threads_count_adds_up() -> None:
    tallier = Tallier()
    with ThreadPoolExecutor(8) as threads:
        for _ in range(2_000):
            threads.submit(tallier.add, articles=1, rejected=2, skipped=3, read=6)
    assert tallier.now() == Tally(read=12_000, articles=2_000, rejected=4_000, skipped=6_000)
    assert tallier.now().done == 12_000


def test_articles_that_validation_rejects_are_moved_not_counted_twice() -> None:
    tallier = Tallier()
    tallier.add(articles=10)
    tallier.add(articles=-3, rejected=3)
    assert tallier.now().done == 10


def test_a_new_run_begins_at_nothing() -> None:
    tallier = Tallier()
    tallier.add(articles=1)
    tallier.expect(5)
    tallier.reset()
    assert tallier.now() == Tally()
