"""A few rows for each rule and reason, bounded however many there are and however long."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import duckdb

from tasks.report.display import LINK_LENGTH
from tasks.report.rows import fetch

EXAMPLES_SHOWN = 5
GROUPS_SHOWN = 200
URL_LENGTH = LINK_LENGTH + 1
"""Too long for a link, so that a cut URL is never taken for a whole one."""
TEXT_LENGTH = 500

# Samples are taken by the id, a hash: the same rows each time, and not the first of one file.
_REJECTION = f"""{{
    'title': null::varchar,
    'url': left(url, {URL_LENGTH}),
    'raw_ref': left(raw_ref, {TEXT_LENGTH}),
    'detail': left(detail, {TEXT_LENGTH}),
    'run_id': run_id
}}"""
_ARTICLE = f"""{{
    'title': left(title, {TEXT_LENGTH}),
    'url': left(url, {URL_LENGTH}),
    'raw_ref': left(raw_ref, {TEXT_LENGTH}),
    'detail': null::varchar,
    'run_id': run_id
}}"""


@dataclass(frozen=True, slots=True)
class Example:
    """One row that broke a rule; `run_id` is the run that met it first."""

    title: str | None
    url: str | None
    raw_ref: str | None
    detail: str | None
    run_id: str


@dataclass(frozen=True, slots=True)
class Warned:
    """How many of a run's versions carry one warning, and some of them."""

    versions: int
    examples: tuple[Example, ...]


Samples = Mapping[tuple[str, str], tuple[Example, ...]]
"""Examples by stage and rule."""


def sample_rejections(connection: duckdb.DuckDBPyConnection, run_id: str) -> Samples:
    """Take examples of what this run was the first to reject."""
    rows = fetch(
        connection,
        f"""
        select stage, failed, min_by({_REJECTION}, rejection_id, {EXAMPLES_SHOWN})
        from (select *, unnest(failed_rules) as failed from rejections where run_id = ?)
        group by stage, failed order by count(*) desc limit {GROUPS_SHOWN}
        """,
        run_id,
    )
    return {(stage, rule): _examples(found) for stage, rule, found in rows}


def sample_earlier_rejections(
    connection: duckdb.DuckDBPyConnection, run_id: str, wanted: Collection[tuple[str, str]]
) -> Samples:
    """Take examples from the run's sources that an earlier run had rejected already.

    What is rejected again adds no row, so a run may have rejected items and no rows of its own.
    """
    if not wanted:
        return {}
    rows = fetch(
        connection,
        f"""
        select stage, failed, max_by({_REJECTION}, run_id, {EXAMPLES_SHOWN})
        from (
            select *, unnest(failed_rules) as failed from rejections
            where run_id < ? and source_id in (
                select source_id from funnel where run_id = ? and outcome = 'rejected'
            )
        )
        where stage || '/' || failed in (select unnest(?))
        group by stage, failed
        """,
        run_id,
        run_id,
        [f"{stage}/{rule}" for stage, rule in wanted],
    )
    return {(stage, rule): _examples(found) for stage, rule, found in rows}


def sample_warnings(connection: duckdb.DuckDBPyConnection, run_id: str) -> Mapping[str, Warned]:
    """Count and sample the run's new versions by the warnings that they carry."""
    rows = fetch(
        connection,
        f"""
        select warning, count(*), min_by({_ARTICLE}, version_id, {EXAMPLES_SHOWN})
        from (
            select version_id, title, url, raw_ref, run_id, unnest(warnings) as warning
            from article_versions where run_id = ?
        )
        group by warning order by count(*) desc, warning limit {GROUPS_SHOWN}
        """,
        run_id,
    )
    return {warning: Warned(count, _examples(found)) for warning, count, found in rows}


def _examples(found: list[dict[str, str | None]]) -> tuple[Example, ...]:
    return tuple(Example(**example) for example in found)  # type: ignore[arg-type]
