"""What the commands do, each in a few lines; imports Prefect and the rest only where needed."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from threading import Thread

from flows.console import progress
from flows.embedded import prefect_api
from tasks.answers import Answer, Format, write_answer, write_parquet
from tasks.errors import InterruptedRunError, UsageError
from tasks.lake import check_folder, open_lake
from tasks.pool import close_shared_pools, shared_pool
from tasks.query import check_query, open_catalog, query_errors
from tasks.runs import RunSummary
from tasks.settings import default_registry
from tasks.status import LakeStatus, read_status
from tasks.tally import TALLY


def run_ingest(  # noqa: PLR0913 - the flow's parameters
    sources: list[str],
    *,
    lake: str,
    source_id: str | None,
    workers: int,
    limit: int | None,
    as_kind: str | None,
) -> RunSummary:
    """Run the ingest flow here, with all that is slow to start starting at once."""
    from tasks.intake import open_sources
    from tasks.sources import SourceKind

    # Mistakes show before anything starts.
    kind = SourceKind(as_kind) if as_kind else None
    open_sources(sources, registry=default_registry(), source_id=source_id, as_kind=kind)
    check_folder(Path(lake))
    with prefect_api() as api:
        try:
            shared_pool(workers)
            Thread(target=import_module, args=("expectations.checkpoint",), daemon=True).start()
            with progress(TALLY.now):
                api.wait_until_ready()
                from flows.ingest import ingest

                return ingest(
                    sources,
                    lake=lake,
                    source_id=source_id,
                    as_kind=kind,
                    workers=workers,
                    limit=limit,
                )
        except KeyboardInterrupt:
            raise InterruptedRunError(
                "interrupted: what was committed stays; run it again to go on"
            ) from None
        finally:
            close_shared_pools()


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
    for gate in summary.failed_gates:
        sys.stdout.write(f"gate     {gate}: FAILED\n")
    sys.stdout.write(f"lake     {summary.lake}\nreport   {summary.report}\n")


def run_sql(query: str, *, lake: str, form: str, output: Path | None) -> None:
    """Answer a query on stdout or into a file."""
    chosen = Format(form)
    if chosen is Format.PARQUET and output is None:
        raise UsageError("parquet is no text: name a file with -o FILE")
    check_query(query)
    with open_catalog(open_lake(Path(lake))) as connection:
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


def print_status(*, lake: str, as_json: bool) -> None:
    """Print the lake at a glance."""
    opened = open_lake(Path(lake))
    with open_catalog(opened) as connection:
        status = read_status(connection, str(opened.root))
    if as_json:
        _print_json(asdict(status))
    else:
        _print_status(status)


def _print_status(status: LakeStatus) -> None:
    out = sys.stdout.write
    out(
        f"lake     {status.lake}\n"
        f"rows     {status.articles:,} articles in {status.article_versions:,} versions, "
        f"{status.open_rejections:,} open rejections\n"
    )
    for source in status.sources:
        newest = _ago(source.newest_published_at) if source.newest_published_at else "undated"
        out(f"source   {source.source_id}: {source.articles:,} articles, newest {newest}\n")
    for run in status.last_runs:
        out(f"run      {run.run_id}: {run.flow} {run.status}\n")
    for alert in status.alerts:
        out(f"alert    {alert}\n")
    if not status.alerts:
        out("alerts   none\n")


def _ago(moment: datetime) -> str:
    hours = (datetime.now(UTC) - moment).total_seconds() / 3600
    text = f"{moment:%Y-%m-%d %H:%M} UTC"
    return f"{text} ({hours:.0f} h ago)" if 0 <= hours < 100 else text  # noqa: PLR2004


def build_report(*, lake: str, run_id: str | None, open_it: bool, as_json: bool) -> None:
    """Build a run's report and print where it lies."""
    from tasks.report import write_report
    from tasks.runs import latest_run_id

    opened = open_lake(Path(lake))
    with open_catalog(opened) as connection:
        chosen = run_id or latest_run_id(connection)
        path = write_report(connection, opened.reports, chosen)
    if as_json:
        _print_json({"run_id": chosen, "report": str(path)})
    else:
        sys.stdout.write(f"{path}\n")
    if open_it:
        import webbrowser

        webbrowser.open(path.as_uri())


def compact_lake(*, lake: str, as_json: bool) -> None:
    """Run the compact flow and print how many files fewer each table has."""
    open_lake(Path(lake))
    with prefect_api() as api:
        api.wait_until_ready()
        from flows.maintain import compact

        fewer = compact(lake)
    if as_json:
        _print_json({"lake": lake, "files_fewer": fewer})
    else:
        for table, files in fewer.items():
            sys.stdout.write(f"{table:<10} {files:,} files fewer\n")


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
    sys.stdout.write(json.dumps(value, default=_json_default, ensure_ascii=False) + "\n")


def _json_default(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
