"""What the commands do, each in a few lines; imports Prefect and the rest only where needed."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from threading import Thread

from flows.console import progress
from flows.embedded import prefect_api
from tasks.answers import Answer, Format, write_answer, write_parquet
from tasks.damage import refuse_damaged
from tasks.errors import InterruptedRunError, LakeError, UsageError
from tasks.opening import check_place, open_lake
from tasks.pool import close_shared_pools, shared_pool
from tasks.query import check_query, open_catalog, open_snapshot, query_errors
from tasks.runs import RunSummary
from tasks.settings import default_registry
from tasks.snapshots import find_snapshot
from tasks.staging.process import staging_ahead
from tasks.status import LakeStatus, lake_status
from tasks.tally import TALLY


def run_ingest(  # noqa: PLR0913 - the flow's parameters
    sources: list[str],
    *,
    lake: str,
    source_id: str | None,
    workers: int,
    limit: int | None,
    as_kind: str | None,
    delay: float,
    allow_private: bool,
) -> RunSummary:
    """Run the ingest flow here, with all that is slow to start starting at once."""
    from tasks.intake import as_handed_on, open_sources
    from tasks.sources import SourceKind

    # Mistakes show before anything starts.
    kind = SourceKind(as_kind) if as_kind else None
    sources = as_handed_on(sources)  # Prefect keeps what its flows are called with
    open_sources(sources, registry=default_registry(), source_id=source_id, as_kind=kind)
    check_place(lake)
    _refuse_damaged(lake)
    with staging_ahead(), _pipeline(workers):
        from flows.ingest import ingest

        return ingest(
            sources,
            lake=lake,
            source_id=source_id,
            as_kind=kind,
            workers=workers,
            limit=limit,
            delay=delay,
            allow_private=allow_private,
        )


@contextmanager
def _pipeline(workers: int) -> Iterator[None]:
    """All that a run through the shards needs, starting at once, and ended with it."""
    with prefect_api() as api:
        try:
            shared_pool(workers)
            # No daemon: ended in the midst of an import, it has DuckDB print pages about leaks.
            Thread(target=import_module, args=("expectations.checkpoint",)).start()
            with progress(TALLY.now):
                api.wait_until_ready()
                yield
        except KeyboardInterrupt:
            raise InterruptedRunError(
                "interrupted: what was committed stays; run it again to go on"
            ) from None
        finally:
            close_shared_pools()


def reprocess_lake(
    *,
    lake: str,
    source_id: str | None,
    since_version: str | None,
    workers: int,
    as_json: bool,
) -> RunSummary:
    """Run the reprocess flow and print what it did and what changed by field."""
    from tasks.reprocess import choose_pages

    opened = open_lake(lake)
    check_place(lake)
    refuse_damaged(opened)
    choose_pages(opened, source_id=source_id, since_version=since_version)  # mistakes show here
    with _pipeline(workers):
        from flows.reprocess import reprocess

        done = reprocess(
            lake=lake, source_id=source_id, since_version=since_version, workers=workers
        )
    if as_json:
        _print_json(
            {**asdict(done.summary), "changed": asdict(done.changes), "outside": done.outside}
        )
        return done.summary
    from tasks.reprocess_changes import write_changes

    print_summary(done.summary, as_json=False)
    write_changes(done.changes, done.outside, sys.stdout)
    return done.summary


def _refuse_damaged(lake: str) -> None:
    """As each run does by itself, before Prefect takes its seconds to start."""
    try:
        opened = open_lake(lake)
    except LakeError:  # there is none yet: the run makes it
        return
    refuse_damaged(opened)


def print_summary(summary: RunSummary, *, as_json: bool) -> None:
    """Print what a run did."""
    if as_json:
        _print_json(asdict(summary))
        return
    items = summary.items
    outcomes = ", ".join(f"{n:,} {name}" for name, n in items.items() if name != "discovered" and n)
    sys.stdout.write(
        f"run      {summary.run_id}: {summary.status}, {summary.seconds:.1f} s\n"
        f"items    {items['discovered']:,} discovered = {outcomes or 'nothing'}\n"
    )
    for reason, count in summary.reasons.items():
        outcome, stage, rule = reason.split("/", 2)
        sys.stdout.write(f"         {count:,} {outcome} at {stage}: {rule}\n")
    for failure in summary.failures:
        sys.stdout.write(f"failed   {failure}\n")
    for gate in summary.failed_gates:
        sys.stdout.write(f"gate     {gate}: FAILED\n")
    sys.stdout.write(f"lake     {summary.lake}\nreport   {summary.report}\n")


def run_sql(query: str, *, lake: str, as_of: str | None, form: str, output: Path | None) -> None:
    """Answer a query on stdout or into a file, of the lake as it is or as it was."""
    chosen = Format(form)
    if chosen is Format.PARQUET and output is None:
        raise UsageError("parquet is no text: name a file with -o FILE")
    check_query(query)
    opened = open_lake(lake)
    views = (
        open_catalog(opened)
        if as_of is None
        else open_snapshot(opened, find_snapshot(opened, as_of))
    )
    with views as connection:
        answer = Answer(connection, query)
        with query_errors(connection):
            if output is None:
                width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
                write_answer(answer, sys.stdout, chosen, width=width)
            else:
                _write_file(answer, output, chosen)


def _write_file(answer: Answer, path: Path, chosen: Format) -> None:
    """Write an answer to a file that appears whole, or stays what it was."""
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}: make it, or name another with -o")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if chosen is Format.PARQUET:
            write_parquet(answer, unfinished)
        else:
            with unfinished.open("w", encoding="utf-8", newline="") as out:
                write_answer(answer, out, chosen, width=None)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def print_status(*, lake: str, as_json: bool) -> LakeStatus:
    """Print the lake at a glance, and what is damaged."""
    status = lake_status(open_lake(lake))
    if as_json:
        _print_json(asdict(status))
    else:
        _print_status(status)
    return status


def _print_status(status: LakeStatus) -> None:
    out = sys.stdout.write
    out(
        f"lake     {status.lake}\n"
        f"rows     {_number(status.articles)} articles in {_number(status.article_versions)} "
        f"versions, {_number(status.open_rejections)} open rejections\n"
    )
    for source in status.sources:
        newest = _ago(source.newest_published_at) if source.newest_published_at else "undated"
        out(f"source   {source.source_id}: {source.articles:,} articles, newest {newest}\n")
    for run in status.last_runs:
        out(f"run      {run.run_id}: {run.flow} {run.status}\n")
    for alert in status.alerts:
        out(f"alert    {alert}\n")
    if not status.alerts and not status.damage:
        out("alerts   none\n")
    for damage in status.damage:
        out(f"damage   {damage.place}: {damage.problem}; {damage.advice}\n")


def _number(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"


def show_article(*, name: str, lake: str, as_json: bool) -> None:
    """Print one article with its evidence, versions and duplicates."""
    from tasks.show import history_as_json, read_history
    from tasks.show_text import write_history

    opened = open_lake(lake)
    with open_catalog(opened) as connection, query_errors(connection):
        history = read_history(connection, name, opened.uri)
    if as_json:
        _print_json(history_as_json(history))
    else:
        write_history(history, sys.stdout)


def _ago(moment: datetime) -> str:
    hours = (datetime.now(UTC) - moment).total_seconds() / 3600
    text = f"{moment:%Y-%m-%d %H:%M} UTC"
    return f"{text} ({hours:.0f} h ago)" if 0 <= hours < 100 else text  # noqa: PLR2004


def build_report(*, lake: str, run_id: str | None, open_it: bool, as_json: bool) -> None:
    """Build a run's report and print where it lies."""
    from tasks.report import keep_report
    from tasks.runs import latest_run_id

    opened = open_lake(lake)
    with open_catalog(opened) as connection, query_errors(connection):
        chosen = run_id or latest_run_id(connection)
        address, path = keep_report(connection, opened, chosen)
    if as_json:
        _print_json({"run_id": chosen, "report": address})
    else:
        sys.stdout.write(f"{address}\n")
    if open_it:
        import webbrowser

        webbrowser.open(path.as_uri())


def compact_lake(*, lake: str, retention_days: int | None, as_json: bool) -> None:
    """Run the compact flow and print what it did to each table."""
    from tasks.lake import RETENTION_DAYS

    opened = open_lake(lake)
    check_place(lake)
    refuse_damaged(opened)
    with prefect_api() as api:
        api.wait_until_ready()
        from flows.maintain import compact

        tables = compact(lake, retention_days or RETENTION_DAYS)
    if as_json:
        fewer = {done.table: done.files_before - done.files_after for done in tables}
        _print_json({"lake": lake, "files_fewer": fewer, "tables": [asdict(t) for t in tables]})
        return
    for done in tables:
        sys.stdout.write(
            f"{done.table:<10} {done.files_before:,} files to {done.files_after:,}, "
            f"{done.bytes_rewritten / 1e6:,.1f} MB rewritten, {done.files_removed:,} removed\n"
        )


def explain_os_error(error: OSError) -> str:
    """Say in one line what the system refused, and what to do."""
    place = f" ({error.filename})" if error.filename else ""
    if error.errno == errno.ENOSPC or "No space left on device" in str(error):
        return f"the disk is full{place}: free some space and run it again"
    if error.errno == errno.ENOENT:
        return f"there is no such file or folder{place}: check the path"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"permission denied{place}: check who owns it"
    if error.errno == errno.EROFS:
        return f"the disk is read-only{place}: name a lake that can be written with --lake"
    return f"the system refused: {error}"


def _print_json(value: object) -> None:
    text = json.dumps(value, default=_json_default, ensure_ascii=False)
    # JSON lets these stand; terminals obey some of them.
    sys.stdout.write(re.sub("[\x7f-\x9f]", lambda c: f"\\u{ord(c[0]):04x}", text) + "\n")


def _json_default(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
