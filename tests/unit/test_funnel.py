"""The funnel: every item leaves a run as exactly one outcome."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Outcome, Stage
from tasks.funnel import Fate, check_sums, funnel_rows, items_by_outcome

fates = st.builds(
    Fate,
    source_id=st.sampled_from(["a", "b"]),
    stage=st.sampled_from(Stage),
    outcome=st.sampled_from([o for o in Outcome if o is not Outcome.DISCOVERED]),
    reason=st.sampled_from([None, "binary", "empty"]),
)


@given(st.lists(fates))
def test_outcomes_add_up_to_what_was_discovered(fates: list[Fate]) -> None:
    discovered = Counter(fate.source_id for fate in fates)
    rows = funnel_rows(Counter(fates), discovered, run_id="run", shard="00000")
    check_sums(rows)
    totals = items_by_outcome(rows)
    assert totals[Outcome.DISCOVERED] == len(fates)
    assert sum(totals.values()) == 2 * len(fates)


@given(st.lists(fates, min_size=1), st.data())
def test_a_lost_item_is_noticed(fates: list[Fate], data: st.DataObject) -> None:
    discovered = Counter(fate.source_id for fate in fates)
    lost = data.draw(st.sampled_from(fates))
    fates.remove(lost)
    with pytest.raises(AssertionError, match=f"'{lost.source_id}': 1"):
        check_sums(funnel_rows(Counter(fates), discovered, run_id="run", shard="00000"))


def test_an_item_counted_twice_is_noticed() -> None:
    fate = Fate("a", Stage.COMMIT, Outcome.NEW)
    with pytest.raises(AssertionError, match="'a': -1"):
        check_sums(funnel_rows(Counter([fate, fate]), {"a": 1}, run_id="run", shard="00000"))


def test_a_gain_in_one_source_does_not_hide_a_loss_in_another() -> None:
    fates = [Fate("a", Stage.COMMIT, Outcome.NEW)] * 2
    with pytest.raises(AssertionError):
        check_sums(funnel_rows(Counter(fates), {"a": 1, "b": 1}, run_id="run", shard="00000"))


def test_rows_of_equal_fate_are_counted_together_in_a_fixed_order() -> None:
    fates = [
        Fate("b", Stage.READ, Outcome.REJECTED, "empty"),
        Fate("a", Stage.COMMIT, Outcome.NEW),
        Fate("b", Stage.READ, Outcome.REJECTED, "empty"),
    ]
    rows = funnel_rows(Counter(fates), {"b": 2, "a": 1}, run_id="run", shard="7")
    assert [(r.source_id, r.outcome, r.reason, r.items) for r in rows] == [
        ("a", "new", None, 1),
        ("a", "discovered", None, 1),
        ("b", "discovered", None, 2),
        ("b", "rejected", "empty", 2),
    ]
    assert {(r.run_id, r.shard) for r in rows} == {("run", "7")}
