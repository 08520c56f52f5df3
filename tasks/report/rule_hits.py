"""How often the rules of extraction fired: in the run, at its sources, over the lake."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from tasks.report.rows import Capped, capped, fetch
from tasks.rule_hits import ANY, PLAIN_TEXT, PREFIX, RULES, RULES_OF_PAGES, RULES_OF_PLAIN_TEXT

RISES_SHOWN = 30
NAMES_COUNTED = 120
"""More than there are rules; a bound all the same."""
NAME_LENGTH = 200

ARTICLES_FOR_NEVER = 1_000
"""Articles that a rule was tried on from which on it is worth a warning that it never fired: one
that hits as few as three in a thousand is then silent by chance in one lake of twenty."""

NOT_LISTED = "Not among this version's rules"


@dataclass(frozen=True, slots=True)
class Hits:
    """On how many articles one rule fired: of this run, by how many of its sources, of the lake."""

    rule: str
    meaning: str
    in_run: int
    sources: int
    in_lake: int


@dataclass(frozen=True, slots=True)
class Rise:
    """A rule that suddenly fired on most articles of a source; `usual` is its share before."""

    rule: str
    source_id: str
    hits: int
    articles: int
    usual: float


@dataclass(frozen=True, slots=True)
class RuleHits:
    """All rules, and the articles they were tried on: extracted and valid, each time they were."""

    in_run: int
    in_lake: int
    rules: tuple[Hits, ...]
    rises: Capped[Rise]

    @property
    def never_fired(self) -> tuple[Hits, ...]:
        """Rules without a hit in the lake, of those that had articles enough to fire on."""
        return tuple(
            rule
            for rule in self.rules
            if not rule.in_lake and self._tried_on(rule.rule) >= ARTICLES_FOR_NEVER
        )

    def _tried_on(self, rule: str) -> int:
        plain_text = next(hits.in_lake for hits in self.rules if hits.rule == PLAIN_TEXT)
        if rule in RULES_OF_PLAIN_TEXT:
            return plain_text
        return self.in_lake - plain_text if rule in RULES_OF_PAGES else self.in_lake


def read_rule_hits(connection: duckdb.DuckDBPyConnection, run_id: str) -> RuleHits:
    """Add the hits of each rule up: those of the run first, the most frequent first."""
    # Not in one query: to tell the run's rows among a year's costs ten times what adding them does.
    in_run = _add_up(connection, "run_id = ?", run_id)
    in_lake = _add_up(connection, "true")
    nothing = _Sums(0, 0, 0)
    names = [*RULES, *(name for name in in_lake if name not in RULES and name != ANY)]
    rules = [
        Hits(
            rule=name,
            meaning=RULES.get(name, NOT_LISTED),
            in_run=in_run.get(name, nothing).hits,
            sources=in_run.get(name, nothing).sources,
            in_lake=in_lake.get(name, nothing).hits,
        )
        for name in names
    ]
    return RuleHits(
        in_run=in_run.get(ANY, nothing).articles,
        in_lake=in_lake.get(ANY, nothing).articles,
        rules=tuple(sorted(rules, key=lambda rule: (-rule.in_run, -rule.in_lake))),
        rises=read_rises(connection, run_id),
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    hits: int
    sources: int
    articles: int


def _add_up(
    connection: duckdb.DuckDBPyConnection, condition: str, *values: object
) -> dict[str, _Sums]:
    rows = fetch(
        connection,
        f"""
        select left(metric[{len(PREFIX) + 1}:], {NAME_LENGTH}), sum(value)::bigint, count(*),
               sum(n)::bigint
        from metrics where starts_with(metric, '{PREFIX}') and {condition}
        group by metric order by sum(n) desc, metric limit {NAMES_COUNTED}
        """,
        *values,
    )
    return {name: _Sums(*sums) for name, *sums in rows}


def read_rises(connection: duckdb.DuckDBPyConnection, run_id: str) -> Capped[Rise]:
    """List the rules that suddenly fire on most articles of a source, the largest sources first."""
    rows = fetch(
        connection,
        f"""
        select left(metric[{len(PREFIX) + 1}:], {NAME_LENGTH}), left(source_id, {NAME_LENGTH}),
               value::bigint, n, baseline, count(*) over ()
        from metrics
        where run_id = ? and starts_with(metric, '{PREFIX}') and verdict = 'warn'
        order by n desc, metric, source_id limit {RISES_SHOWN}
        """,
        run_id,
    )
    return capped((Rise(*row[:-1]) for row in rows), rows[0][-1] if rows else 0)
