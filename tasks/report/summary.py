"""The run in a few lines: its verdict, why, and the counts behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import duckdb

from expectations.records import Outcome, Run, Severity
from tasks.report.display import duration, percent, shown
from tasks.report.outcomes import (
    Funnel,
    Gate,
    ReasonCount,
    RuleCount,
    find_run,
    read_funnel,
    read_gates,
    read_reasons,
    read_rules,
)
from tasks.report.rows import Capped
from tasks.report.rule_hits import Rise, read_rises

REASONS_SHOWN = 5
"""Reasons of one kind that a verdict gives; the rest is counted."""

_MARKS = re.compile(
    r"[!-+/<-@\[-^`{-~]"
    r"|(?<![a-zA-Z0-9])[_-]|[_-](?![a-zA-Z0-9])"
    r"|(?<![a-zA-Z])[.:;]|[.:;](?! |$)"
)
"""ASCII punctuation; but for commas, marks inside a word and those at the end of one."""


class Verdict(StrEnum):
    """How a run came out."""

    PASSED = "passed"
    WARNINGS = "passed with warnings"
    GATE_FAILED = "gate failed"
    UNFINISHED = "unfinished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a run came to. Texts are as stored: neither escaped nor cut."""

    run_id: str
    flow: str
    verdict: Verdict
    reasons: tuple[str, ...]
    outcomes: Mapping[Outcome, int]
    source_count: int
    rules_failed: tuple[RuleCount, ...]
    top_reasons: tuple[ReasonCount, ...]
    took: timedelta | None


def summarise(connection: duckdb.DuckDBPyConnection, run_id: str) -> Summary:
    """Sum a run up.

    Raises:
        LakeError: if the lake has no runs, or cannot be read.
        UsageError: if it has no run of this name.
    """
    run = find_run(connection, run_id)
    return judge(
        run,
        read_funnel(connection, run_id),
        rules=read_rules(connection, run_id),
        gates=read_gates(connection, run_id).shown,
        lost=read_reasons(connection, run_id).shown,
        rises=read_rises(connection, run_id),
    )


def judge(  # noqa: PLR0913 - all that was read of a run, named at the calls
    run: Run,
    funnel: Funnel,
    *,
    rules: tuple[RuleCount, ...],
    gates: tuple[Gate, ...],
    lost: tuple[ReasonCount, ...],
    rises: Capped[Rise],
) -> Summary:
    """Reach a verdict: the worst that anything gives reason for."""
    failures = [*_unbalanced(run, funnel), *_gates(gates, "fail")]
    warnings = [*_warnings(run, funnel, rules, gates), *_sudden(rises)]
    verdict, reasons = Verdict.PASSED, []
    if run.status == "running":
        verdict = Verdict.UNFINISHED
        reasons = ["The run has no recorded end: it is still going, or it was killed."]
    elif run.status == "failed":
        verdict, reasons = Verdict.FAILED, [run.detail or "The run stopped and left no reason."]
    elif failures or run.status == "gate-failed":
        verdict = Verdict.GATE_FAILED
        reasons = [] if failures else [run.detail or "A gate failed; which one was not recorded."]
    elif warnings:
        verdict = Verdict.WARNINGS
    return Summary(
        run_id=run.run_id,
        flow=run.flow,
        verdict=verdict,
        reasons=(*reasons, *failures, *warnings),
        outcomes=funnel.total.items,
        source_count=funnel.source_count,
        rules_failed=tuple(rule for rule in rules if rule.failed),
        top_reasons=lost[:REASONS_SHOWN],
        took=run.ended_at - run.started_at if run.ended_at else None,
    )


def _unbalanced(run: Run, funnel: Funnel) -> Iterator[str]:
    """Sources whose outcomes do not add up; an unfinished run's need not."""
    if run.status not in {"completed", "gate-failed"}:
        return
    wrong = [counts for counts in funnel.sources.shown if counts.discovered != counts.accounted]
    sentences = (
        f"The funnel of {counts.source_id} does not add up: {counts.discovered:,} discovered, "
        f"{counts.accounted:,} accounted for."
        for counts in wrong
    )
    yield from _at_most(sentences, funnel.unbalanced, "sources do not add up")


def _gates(gates: tuple[Gate, ...], verdict: str) -> Iterator[str]:
    # What the run as a whole did not pass is not repeated for each of its sources.
    of_run = {gate.name for gate in gates if gate.source_id is None and gate.verdict != "ok"}
    judged = {
        gate.name: gate
        for gate in gates
        if gate.verdict == verdict and (gate.source_id is None or gate.name not in of_run)
    }
    sentences = (
        f"{_whose(gate)} did not pass {gate.name}: {gate.meaning}" for gate in judged.values()
    )
    yield from _at_most(sentences, len(judged), "gates were not passed")


def _whose(gate: Gate) -> str:
    if gate.source_id is None:
        return "The run"
    return gate.source_id if gate.alike == 1 else f"{gate.alike:,} sources"


def _warnings(
    run: Run, funnel: Funnel, rules: tuple[RuleCount, ...], gates: tuple[Gate, ...]
) -> Iterator[str]:
    if run.flow == "ingest" and run.status == "completed" and funnel.total.discovered == 0:
        yield "The run discovered nothing."
    if failed := funnel.total.items[Outcome.FAILED]:
        yield f"{_items(failed)} failed on broken machinery."
    yield from _gates(gates, "warn")
    broken = [
        rule
        for rule in rules
        if rule.failed and rule.verdict != "ok" and rule.severity != Severity.INFO
    ]
    yield from _at_most(
        (
            f"{rule.failed:,} of {rule.checked:,} rows broke the {rule.severity} rule {rule.name}."
            for rule in broken
        ),
        len(broken),
        "rules were broken",
    )


def _sudden(rises: Capped[Rise]) -> Iterator[str]:
    sentences = (
        f"{rise.rule} suddenly fires on {percent(rise.hits, rise.articles)} of the articles of "
        f"{rise.source_id}, before on {rise.usual:.1%}."
        for rise in rises.shown
    )
    yield from _at_most(
        sentences, len(rises.shown) + rises.more, "rules fire on most articles of a source"
    )


def _at_most(sentences: Iterable[str], total: int, what: str) -> Iterator[str]:
    for number, sentence in enumerate(sentences):
        if number == REASONS_SHOWN:
            break
        yield sentence
    if total > REASONS_SHOWN:
        yield f"{total - REASONS_SHOWN:,} more {what}."


def _items(number: int) -> str:
    return f"{number:,} item{'' if number == 1 else 's'}"


def summary_markdown(summary: Summary) -> str:
    """Write a summary as Markdown, in which strangers' words stay words."""
    outcomes = summary.outcomes
    lines = [
        f"# Run {_text(summary.run_id)}: {summary.verdict}",
        "",
        *(f"- {_text(reason, 300)}" for reason in summary.reasons),
        "",
        f"{_items(outcomes[Outcome.DISCOVERED])} discovered in {summary.source_count:,} "
        f"source{'' if summary.source_count == 1 else 's'}"
        + (f", {duration(summary.took)}." if summary.took else "."),
        "",
        "| outcome | items |",
        "|---|--:|",
        *(f"| {outcome} | {outcomes[outcome]:,} |" for outcome in list(Outcome)[1:]),
    ]
    if summary.top_reasons:
        lines += ["", "| not in the lake | stage | reason | items |", "|---|---|---|--:|"]
        lines += [
            f"| {_text(lost.outcome)} | {_text(lost.stage)} | {_text(lost.reason or '–')} "
            f"| {lost.items:,} |"
            for lost in summary.top_reasons
        ]
    if summary.rules_failed:
        lines += ["", "| rule | severity | failed | checked |", "|---|---|--:|--:|"]
        lines += [
            f"| {_text(rule.name)} | {rule.severity} | {rule.failed:,} | {rule.checked:,} |"
            for rule in summary.rules_failed
        ]
    return "\n".join(lines) + "\n"


def _text(value: str, length: int = 120) -> str:
    # CommonMark 2.5: a numeric character reference never marks structure; so neither emphasis,
    # link, table cell, list, bare URL nor HTML can begin in what is written this way. What is left
    # as it is, to keep names and sentences legible, means nothing where it stands.
    return _MARKS.sub(lambda found: f"&#{ord(found[0])};", shown(value, length))
