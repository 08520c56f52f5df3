"""Judge articles by the article suite, and a whole run by the table suite.

Great Expectations is imported inside the functions, by way of `expectations.checkpoint`: it costs
seconds, which a flow spends in the background.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.columns import UTC_MICROSECONDS, rows_to_table, to_row
from expectations.records import Article, Rejection, Severity, Stage
from expectations.suites import article_rules, load_suite

if TYPE_CHECKING:
    from expectations.checkpoint import RuleResult

RECORD_BYTES = 100_000
"""Largest JSON of a rejected record; `raw_ref` leads to the rest."""
DETAIL_VALUE_CHARACTERS = 200

# Fewer letters than this are an acronym, such as "IAEA: 5 Q&A".
TITLE_LETTERS_TO_JUDGE = 10

# Fewer items make a share of rejections noise: one bad item of three is a third.
ITEMS_TO_JUDGE = 20

# C0, DEL and C1, but tab, line feed, carriage return and NEL, which are white space.
CONTROL_CHARACTERS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{84}\x{86}-\x{9f}]"

MICROSECONDS_PER_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """How often the articles of one source broke one rule."""

    source_id: str
    rule: str
    severity: Severity
    checked: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """A batch of articles, split. Each article is in `passed` or in `rejections`, in order."""

    passed: tuple[Article, ...]
    rejections: tuple[Rejection, ...]
    outcomes: tuple[RuleCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCounts:
    """What became of a run's items of one source; `passed` are new, updated and unchanged.

    `not_due` are those among the skipped that were left alone because they are known.
    """

    source_id: str
    discovered: int
    passed: int
    rejected: int
    skipped: int
    failed: int
    not_due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """Verdict of one gate on one source, or on the whole run where `source_id` is None."""

    gate: str
    source_id: str | None
    severity: Severity
    passed: bool
    detail: str


def validate(articles: Sequence[Article], *, now: datetime) -> Validated:
    """Split articles by the article suite.

    An article that breaks a critical rule becomes a rejection. The others pass, with the warning
    rules that they broke added to `cleaning.warnings`.

    Args:
        articles: A shard's, in any state that their types allow.
        now: Aware; what a publication in the future is measured by.
    """
    if not articles:
        return Validated(passed=(), rejections=(), outcomes=())
    from expectations.checkpoint import run_suite

    rows = [to_row(article) for article in articles]
    lone_surrogates = [_count_surrogates(row) for row in rows]
    if any(lone_surrogates):
        rows = [_replace_surrogates(row) for row in rows]
    table = _article_frame(rows, lone_surrogates, now=now)
    results = run_suite(table, article_rules())
    broken: list[list[RuleResult]] = [[] for _ in articles]
    for result in results:
        for position in result.failed_rows:
            broken[position].append(result)

    passed: list[Article] = []
    rejections: list[Rejection] = []
    for position, (article, failures) in enumerate(zip(articles, broken, strict=True)):
        if any(failure.severity is Severity.CRITICAL for failure in failures):
            values = {f.rule.column: _value(table, f.rule.column, position) for f in failures}
            rejections.append(_rejection(article, rows[position], failures, values))
        else:
            passed.append(_with_warnings(article, failures))
    return Validated(
        passed=tuple(passed),
        rejections=tuple(rejections),
        outcomes=_rule_counts([article.place.source_id for article in articles], results),
    )


def _article_frame(
    rows: Sequence[Mapping[str, Any]], lone_surrogates: Sequence[int], *, now: datetime
) -> pa.Table:
    """Columns of the articles and those computed from them; long ones only as present or not."""
    table = rows_to_table(Article, rows)
    text, title, published_at = table["text"], table["title"], table["published_at"]
    computed = {
        "author_count": pc.list_value_length(table["authors"]),
        "control_characters": pc.count_substring_regex(text, CONTROL_CHARACTERS),
        "lone_surrogates": pa.array(lone_surrogates, pa.int64()),
        "published_days_ahead": _days_between(pa.scalar(now, UTC_MICROSECONDS), published_at),
        "published_year": pc.year(published_at),
        "replacement_share": _share(pc.count_substring(text, "\ufffd"), pc.utf8_length(text)),
        "title_is_publisher": pc.equal(_folded(title), _folded(table["publisher"])),
        "title_uppercase_share": _uppercase_share(title),
    }
    for name in table.column_names:
        if name == "text" or pa.types.is_list(table.schema.field(name).type):
            computed[name] = _presence(table[name])
            table = table.drop_columns(name)
    for name, column in computed.items():
        table = table.append_column(name, column)
    return table


def _presence(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.is_valid(column), pa.scalar(value=True), pa.scalar(None, pa.bool_()))


def _share(part: pa.ChunkedArray, whole: pa.ChunkedArray, *, at_least: int = 1) -> pa.ChunkedArray:
    """Share of `part` in `whole`; null where `whole` is less than `at_least`."""
    judged = pc.if_else(pc.greater_equal(whole, at_least), whole, pa.scalar(None, whole.type))
    return pc.divide(pc.cast(part, pa.float64()), pc.cast(judged, pa.float64()))


def _uppercase_share(title: pa.ChunkedArray) -> pa.ChunkedArray:
    capitals = pc.count_substring_regex(title, r"\p{Lu}")
    letters = pc.count_substring_regex(title, r"[\p{Lu}\p{Ll}]")
    return _share(capitals, letters, at_least=TITLE_LETTERS_TO_JUDGE)


def _folded(names: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_lower(pc.utf8_trim_whitespace(names))


def _days_between(start: pa.Scalar, end: pa.ChunkedArray) -> pa.ChunkedArray:
    microseconds = pc.cast(pc.subtract(end, start), pa.int64())
    # Unsafe, for years before 1741 are too many microseconds to be exact as a float.
    return pc.divide(pc.cast(microseconds, pa.float64(), safe=False), MICROSECONDS_PER_DAY)


def _count_surrogates(value: object) -> int:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return len(value) - len(value.encode(errors="ignore").decode())
        return 0
    if isinstance(value, Mapping):
        value = value.values()
    if isinstance(value, Iterable):
        return sum(map(_count_surrogates, value))
    return 0


def _replace_surrogates(value: Any) -> Any:  # noqa: ANN401 - any part of a row, same type returned
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {key: _replace_surrogates(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_replace_surrogates(part) for part in value]
    return value


def _value(table: pa.Table, column: str, position: int) -> object:
    """Value that broke a rule; None too where the rule's column is missing."""
    return table[column][position].as_py() if column in table.column_names else None


def _rejection(
    article: Article,
    row: dict[str, Any],
    failures: Sequence[RuleResult],
    values: Mapping[str, object],
) -> Rejection:
    critical = [failure for failure in failures if failure.severity is Severity.CRITICAL]
    return Rejection(
        source_id=article.place.source_id,
        url=row["url"],
        stage=Stage.VALIDATE,
        rule=critical[0].rule.name,
        severity=Severity.CRITICAL,
        failed_rules=tuple(failure.rule.name for failure in failures),
        detail="; ".join(_detail(f, values[f.rule.column]) for f in critical),
        raw_ref=row["raw_ref"],
        record=_record_json(row),
    )


def _detail(failure: RuleResult, value: object) -> str:
    if failure.error:
        return f"{failure.rule.name}: {failure.observed}"
    if value is None:
        return f"{failure.rule.column} is missing"
    shown = repr(value) if isinstance(value, str) else str(value)
    if len(shown) > DETAIL_VALUE_CHARACTERS:
        shown = shown[:DETAIL_VALUE_CHARACTERS] + "…"
    return f"{failure.rule.column} is {shown} ({failure.rule.name})"


def _record_json(row: dict[str, Any]) -> str:
    """The record as JSON of at most RECORD_BYTES; if it was cut, `record_cut` says so."""
    record = json.dumps(_plain(row), ensure_ascii=False)
    # The last limit always fits: under 200 strings of 100 characters, 6 bytes each at most.
    for limit in (50_000, 10_000, 1_000, 100):
        if len(record.encode()) <= RECORD_BYTES:
            break
        cut = _plain(row, characters=limit, items=20)
        record = json.dumps(cut | {"record_cut": True}, ensure_ascii=False)
    return record


def _plain(value: Any, *, characters: int | None = None, items: int | None = None) -> Any:  # noqa: ANN401 - any part of a row
    """Make a part of a row JSON, with strings and lists cut to a length."""
    if isinstance(value, str):
        return value[:characters]
    if isinstance(value, dict):
        return {k: _plain(v, characters=characters, items=items) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v, characters=characters, items=items) for v in value[:items]]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no NaN
    return value


def _with_warnings(article: Article, failures: Sequence[RuleResult]) -> Article:
    broken = [f.rule.name for f in failures if f.severity is Severity.WARNING]
    if not broken:
        return article
    warnings = tuple(dict.fromkeys((*article.cleaning.warnings, *broken)))
    return replace(article, cleaning=replace(article.cleaning, warnings=warnings))


def _rule_counts(source_ids: Sequence[str], results: Sequence[RuleResult]) -> tuple[RuleCount, ...]:
    checked = Counter(source_ids)
    failed = {
        result.rule.name: Counter(source_ids[position] for position in result.failed_rows)
        for result in results
    }
    return tuple(
        RuleCount(
            source_id=source_id,
            rule=result.rule.name,
            severity=result.severity,
            checked=items,
            failed=failed[result.rule.name][source_id],
        )
        for source_id, items in checked.items()
        for result in results
    )


def judge_run(counts: Sequence[SourceCounts]) -> tuple[GateResult, ...]:
    """Judge a run by the table suite: each gate on the whole run, then on each source.

    A critical gate is critical for the whole run only; for a source it is a warning.
    """
    from expectations.checkpoint import run_suite

    table = _run_frame(counts)
    results = run_suite(table, load_suite("table"))
    return tuple(
        _gate_result(result, position, source_id, _value(table, result.rule.column, position))
        for position, source_id in enumerate(table["source_id"].to_pylist())
        for result in results
    )


def _run_frame(counts: Sequence[SourceCounts]) -> pa.Table:
    """One row for the run, whose `source_id` is null, then one per source."""
    names = ("discovered", "passed", "rejected", "skipped", "failed", "not_due")
    columns = {
        name: pa.array([sum(own := [getattr(c, name) for c in counts]), *own], pa.int64())
        for name in names
    }
    attempted = pc.subtract(columns["discovered"], columns["skipped"])
    # Where all else is known already, a second try that fails again says nothing of the run.
    is_quiet = pc.and_(pc.equal(columns["passed"], 0), pc.greater(columns["not_due"], 0))
    passed_share = _share(columns["passed"], attempted)
    return pa.table(
        {
            "source_id": pa.array([None, *(c.source_id for c in counts)], pa.string()),
            **columns,
            "passed_share": pc.if_else(is_quiet, None, passed_share),
            "rejected_share": _share(columns["rejected"], attempted, at_least=ITEMS_TO_JUDGE),
        }
    )


def _gate_result(
    result: RuleResult, position: int, source_id: str | None, value: object
) -> GateResult:
    severity = result.severity
    if source_id is not None and severity is Severity.CRITICAL:
        severity = Severity.WARNING
    if result.error:
        detail = result.observed
    elif value is None:
        detail = "too few items to judge"
    else:
        shown = f"{value:.3g}" if isinstance(value, float) else str(value)
        detail = f"{result.rule.column} is {shown}"
    return GateResult(
        gate=result.rule.name,
        source_id=source_id,
        severity=severity,
        passed=position not in result.failed_rows,
        detail=detail,
    )
