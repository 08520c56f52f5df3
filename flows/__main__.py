"""The command line. Thin: what a command needs is imported when it is called.

Results go to stdout, messages and progress to stderr. Exit codes: 0 done, 1 failed, 2 usage,
3 done, but a critical quality gate failed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from traceback import clear_frames
from typing import Annotated, Literal

import typer

from flows import sources
from flows.options import DelayOption, JsonOption, LakeOption, PrivateOption
from tasks.errors import BroadsheetError
from tasks.settings import default_workers

FAILED = 1
GATE_FAILED = 3

Kind = Literal["html", "text", "jsonl", "parquet", "warc", "urls"]
Format = Literal["table", "csv", "json", "jsonl", "parquet", "markdown"]

app = typer.Typer(
    name="broadsheet",
    help="News articles in, tables you can trust out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(sources.app, name="sources")


@app.command()
def ingest(  # noqa: PLR0913 - one parameter an option
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Files, folders, globs, addresses, cc-news:YYYY-MM[-DD][?host=HOST,...], @NAME.",
        ),
    ],
    *,
    lake: LakeOption,
    source_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Name of the source (default: of the path).")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, default_factory=default_workers, help="Extraction processes.")
    ],
    limit: Annotated[int | None, typer.Option(min=0, help="Most items to read.")] = None,
    as_kind: Annotated[
        Kind | None, typer.Option("--as", help="Kind of the input (default: by content).")
    ] = None,
    delay: DelayOption = 2.0,
    allow_private: PrivateOption = False,
    as_json: JsonOption = False,
) -> None:
    """Run the ingest flow: read, extract, validate, commit, report."""
    from flows import commands

    summary = commands.run_ingest(
        sources,
        lake=lake,
        source_id=source_id,
        workers=workers,
        limit=limit,
        as_kind=as_kind,
        delay=delay,
        allow_private=allow_private,
    )
    commands.print_summary(summary, as_json=as_json)
    if summary.failed_gates:
        raise typer.Exit(GATE_FAILED)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One statement that reads.")],
    *,
    lake: LakeOption,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="TIME_OR_RUN", help="The lake as it was then: ISO 8601, or a run."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write the answer.")] = "table",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a file.")
    ] = None,
) -> None:
    """Ask the lake in SQL. Read-only; times are in UTC."""
    from flows import commands

    commands.run_sql(query, lake=lake, as_of=as_of, form=form, output=output)


@app.command()
def status(*, lake: LakeOption, as_json: JsonOption = False) -> None:
    """Show the lake at a glance: rows, sources, last runs, open alerts, damage."""
    from flows import commands

    if commands.print_status(lake=lake, as_json=as_json).damage:
        raise typer.Exit(FAILED)


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID_OR_URL", help="An article's URL; an id, or its first 6 or more digits."
        ),
    ],
    *,
    lake: LakeOption,
    as_json: JsonOption = False,
) -> None:
    """Show one article: fields, evidence, duplicates, text, versions with what changed."""
    from flows import commands

    commands.show_article(name=name, lake=lake, as_json=as_json)


@app.command()
def report(
    *,
    lake: LakeOption,
    run: Annotated[
        str | None, typer.Option(metavar="ID", help="The run (default: the latest).")
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Build the quality report of a run."""
    from flows import commands

    commands.build_report(lake=lake, run_id=run, open_it=open_it, as_json=as_json)


@app.command()
def reprocess(
    *,
    lake: LakeOption,
    since_version: Annotated[
        str | None,
        typer.Option(
            metavar="V",
            help="Only articles that Broadsheet V or a later one wrote: all of a faulty release.",
        ),
    ] = None,
    source_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Only articles of this source.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, default_factory=default_workers, help="Extraction processes.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Extract archived pages again without fetching; say what changed."""
    from flows import commands

    summary = commands.reprocess_lake(
        lake=lake,
        source_id=source_id,
        since_version=since_version,
        workers=workers,
        as_json=as_json,
    )
    if summary.failed_gates:
        raise typer.Exit(GATE_FAILED)


@app.command()
def compact(
    *,
    lake: LakeOption,
    retention_days: Annotated[
        int | None,
        typer.Option(
            min=1, max=36_500, metavar="N", help="How far back `sql --as-of` can go (default: 30)."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Merge small files into few, and remove what nobody has needed for N days."""
    from flows import commands

    commands.compact_lake(lake=lake, retention_days=retention_days, as_json=as_json)


def main() -> None:
    """Run a command; say what went wrong in one line."""
    try:
        app()
    except BroadsheetError as error:
        _forget_frames(error)
        _fail(str(error), error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has read enough; Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        from flows.commands import explain_os_error

        _fail(explain_os_error(error), 1)


def _forget_frames(error: BaseException | None) -> None:
    """Let go of what an error's frames hold: DuckDB prints pages about objects that outlive it."""
    while error is not None:
        clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def _fail(message: str, exit_code: int) -> None:
    sys.stderr.write(f"broadsheet: {message}\n")
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
