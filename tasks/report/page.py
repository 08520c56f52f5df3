"""Put a run's report together and put it in its place."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path

import duckdb
import jinja2
from markupsafe import Markup, escape

from expectations.records import Outcome, Severity, Stage
from tasks.durable import replace_durably, write_text
from tasks.errors import LakeError, LakeFullError
from tasks.report import charts, display
from tasks.report.contents import (
    FIELDS,
    LENGTH_EDGES,
    Mix,
    read_completeness,
    read_lengths,
    read_mix,
    read_months,
    read_totals,
)
from tasks.report.examples import (
    sample_earlier_rejections,
    sample_rejections,
    sample_warnings,
)
from tasks.report.outcomes import (
    RuleCount,
    SourceCounts,
    find_run,
    read_funnel,
    read_gates,
    read_measures,
    read_reasons,
    read_rules,
)
from tasks.report.rule_hits import read_rule_hits
from tasks.report.summary import judge

CHARTED_SOURCES = 12


def build_report(connection: duckdb.DuckDBPyConnection, run_id: str) -> str:
    """Build a run's report: one HTML page that needs no other file and runs no script.

    `connection` offers the views of `broadsheet.duckdb`. The page stays under a megabyte
    however large the run, and is the same for the same lake.

    Raises:
        LakeError: if the lake has no runs, or cannot be read.
        UsageError: if it has no run of this name.
    """
    run = find_run(connection, run_id)
    funnel = read_funnel(connection, run_id)
    rules = read_rules(connection, run_id)
    gates = read_gates(connection, run_id)
    lost = read_reasons(connection, run_id)
    rule_hits = read_rule_hits(connection, run_id)
    rejections = sample_rejections(connection, run_id)
    rejected = {(r.stage, r.reason) for r in lost.shown if r.outcome == Outcome.REJECTED}
    rejected |= {(Stage.VALIDATE, rule.name) for rule in rules if _quarantines(rule)}
    completeness, completeness_by_source = read_completeness(connection, run_id)
    months = read_months(connection, run_id)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            summary=judge(
                run, funnel, rules=rules, gates=gates.shown, lost=lost.shown, rises=rule_hits.rises
            ),
            funnel=funnel,
            funnel_chart=charts.stacked_bars(
                "Outcomes by source",
                [
                    _stack(counts)
                    for counts in (funnel.total, *funnel.sources.shown[:CHARTED_SOURCES])
                ],
            ),
            outcomes=list(Outcome)[1:],
            rules=rules,
            gates=gates,
            lost=lost,
            rejections=rejections,
            earlier=sample_earlier_rejections(connection, run_id, rejected - rejections.keys()),
            warnings=sample_warnings(connection, run_id),
            totals=read_totals(connection, run_id),
            fields=list(FIELDS),
            completeness=completeness,
            completeness_by_source=completeness_by_source,
            licenses=_chart(
                "Versions by license", read_mix(connection, run_id, "license"), "says nothing"
            ),
            languages=_chart(
                "Versions by language", read_mix(connection, run_id, "language"), "unknown"
            ),
            months=_chart("Versions by month of publication", months, "no date"),
            lengths=charts.histogram(
                "Versions by length of text",
                list(zip(map(_edge, LENGTH_EDGES), read_lengths(connection, run_id), strict=True)),
            ),
            rule_hits=rule_hits,
            measures=read_measures(connection, run_id),
        )
    )


def write_report(connection: duckdb.DuckDBPyConnection, reports: Path, run_id: str) -> Path:
    """Build a run's report as `<reports>/<run_id>/index.html`, whole or not at all.

    `<reports>/latest` then leads to the newest run that has a report: a link, or, where the system
    has none, a copy.

    Raises:
        LakeError: if the lake has no runs, cannot be read, or the report cannot be written.
        UsageError: if it has no run of this name.
    """
    page = build_report(connection, run_id)
    if Path(run_id).name != run_id or run_id.startswith(".") or run_id == "latest":
        raise LakeError(f"run {run_id!r} cannot name a folder: the table of runs is damaged")
    index = reports / run_id / "index.html"
    try:
        index.parent.mkdir(parents=True, exist_ok=True)
        write_text(index, page)
        _repoint(reports / "latest")
    except OSError as error:
        cause = f"the report {index} cannot be written: {error.strerror or error}"
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise (LakeFullError if full else LakeError)(cause) from error
    return index


def _repoint(latest: Path) -> None:
    # Names of runs sort by time of start, so the newest is the last, even when the report of an
    # older run was built again just now.
    built = (child for child in latest.parent.iterdir() if not child.name.startswith("."))
    newest = max(c.name for c in built if c != latest and (c / "index.html").is_file())
    temporary = latest.with_name(f".latest.{os.getpid()}")
    with suppress(FileNotFoundError):
        temporary.unlink()
    try:
        temporary.symlink_to(newest, target_is_directory=True)
        temporary.replace(latest)
    except OSError:
        with suppress(FileNotFoundError):
            temporary.unlink()
        if latest.is_symlink():
            latest.unlink()
        latest.mkdir(exist_ok=True)
        copy = latest / f".index.html.{os.getpid()}"
        shutil.copyfile(latest.with_name(newest) / "index.html", copy)
        replace_durably(copy, latest / "index.html")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "shown": display.shown,
        "duration": display.duration,
        "moment": display.moment,
        "marked": _marked,
    }
    environment.globals |= {
        "link_target": display.link_target,
        "percent": display.percent,
        "matching": display.matching,
        "sql_command": display.sql_command,
    }
    return environment


def _quarantines(rule: RuleCount) -> bool:
    return rule.failed > 0 and rule.severity == Severity.CRITICAL


def _stack(counts: SourceCounts) -> charts.Stack:
    segments = (
        charts.Segment(outcome, outcome, counts.items[outcome]) for outcome in list(Outcome)[1:]
    )
    label = "All sources" if counts.source_id is None else counts.source_id
    return charts.Stack(label, tuple(segments))


def _chart(title: str, mix: Mix, unlabelled: str) -> Markup:
    rows = [(count.label, count.items) for count in mix.counts if count.label is not None]
    if mix.others:
        rows.append((f"{mix.values - len(mix.counts):,} more", mix.others))
    rows += [(unlabelled, count.items) for count in mix.counts if count.label is None]
    return charts.bars(title, rows, whole=sum(items for _, items in rows))


def _edge(length: int) -> str:
    return f"{length // 1_000}k" if length >= 1_000 else str(length)  # noqa: PLR2004 - thousands


def _marked(text: str) -> Markup:
    """Our own prose: `code` in backticks as such, everything else escaped."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )
