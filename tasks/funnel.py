"""The funnel: every item that enters a run leaves it as exactly one outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from expectations.records import FunnelCount, Outcome, Stage

NO_EXAMPLES: Mapping[Fate, str] = {}


@dataclass(frozen=True, slots=True, order=True)
class Fate:
    """What became of an item, and where and why."""

    source_id: str
    stage: Stage
    outcome: Outcome
    reason: str | None = None


def funnel_rows(
    fates: Mapping[Fate, int],
    discovered: Mapping[str, int],
    *,
    run_id: str,
    shard: str,
    examples: Mapping[Fate, str] = NO_EXAMPLES,
) -> list[FunnelCount]:
    """Count fates beside the items that were discovered, which `check_sums` compares.

    Args:
        fates: How many items had each.
        discovered: Items that came in, by source, counted apart from the fates.
        run_id: The run.
        shard: The shard.
        examples: In words, one of the items with a fate.
    """
    counts = Counter(fates)
    for source_id, items in discovered.items():
        counts[Fate(source_id, Stage.READ, Outcome.DISCOVERED)] = items
    return [
        FunnelCount(
            run_id=run_id,
            shard=shard,
            source_id=fate.source_id,
            stage=fate.stage,
            outcome=fate.outcome,
            reason=fate.reason,
            items=items,
            example=examples.get(fate),
        )
        for fate, items in sorted(counts.items(), key=lambda pair: _sortable(pair[0]))
    ]


def _sortable(fate: Fate) -> tuple[str, str, str, str]:
    return fate.source_id, fate.stage, fate.outcome, fate.reason or ""


def items_by_outcome(rows: Iterable[FunnelCount]) -> Mapping[Outcome, int]:
    """Sum the items of each outcome over all sources; outcomes that did not occur are 0."""
    totals = dict.fromkeys(Outcome, 0)
    for row in rows:
        totals[row.outcome] += row.items
    return totals


def check_sums(rows: Iterable[FunnelCount]) -> None:
    """Hold the promise that nothing is lost.

    Raises:
        AssertionError: if a source's outcomes do not add up to what was discovered.
    """
    balance = Counter[str]()
    for row in rows:
        balance[row.source_id] += row.items if row.outcome is Outcome.DISCOVERED else -row.items
    lost = {source_id: items for source_id, items in balance.items() if items}
    if lost:
        raise AssertionError(f"items without an outcome, by source: {lost}")
