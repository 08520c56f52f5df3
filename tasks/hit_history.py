"""What is usual: how often each rule fired on a source's earlier articles."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from tasks.query import open_catalog
from tasks.rule_hits import ANY, PREFIX, SourceHits
from tasks.storage import Lake

RUNS = 30
"""Runs of a source, the newest in which it had articles, by which the usual is known. So what has
changed for good is usual after some eight of them, whether they are hourly or monthly."""

REACH = timedelta(days=400)
"""No further back is looked, however old the lake is; monthly runs have their last twelve."""


def read_earlier_hits(
    lake: Lake, run_id: str, sources: Collection[str], *, now: datetime
) -> dict[str, SourceHits]:
    """Add up the hits of these sources in the runs before this one, by source.

    Runs that no snapshot shows yet are not seen. A source without earlier articles is left out.
    """
    if not sources:
        return {}
    with open_catalog(lake) as connection:
        rows = connection.execute(
            f"""
            with newest as (
                select run_id, source_id from metrics
                where metric = '{PREFIX}{ANY}' and run_id < ? and "at" >= ?
                    and source_id in (select unnest(?))
                qualify row_number() over (partition by source_id order by run_id desc) <= {RUNS}
            )
            select source_id, metric[{len(PREFIX) + 1}:], sum(value)::bigint, sum(n)::bigint
            from metrics semi join newest using (run_id, source_id)
            where starts_with(metric, '{PREFIX}')
            group by source_id, metric
            """,
            [run_id, now - REACH, list(sources)],
        ).fetchall()
    articles = {source: looked_at for source, rule, _, looked_at in rows if rule == ANY}
    hits: dict[str, dict[str, int]] = {source: {} for source in articles}
    for source, rule, fired, _ in rows:
        hits[source][rule] = fired
    return {source: SourceHits(source, articles[source], hits[source]) for source in articles}
