"""The ingest flow: sources -> shards -> articles -> lake -> report."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from pydantic import Field

from expectations.records import Page, Rejection, Skip
from flows.shards import RUNNER, ingest_shards
from tasks.cc_news.read import open_cc_news
from tasks.estimate import with_estimate
from tasks.intake import input_sizes, open_sources, without_secrets
from tasks.network.run import FetchRules, fetch_sites
from tasks.opening import open_or_create_lake
from tasks.runs import RunSummary, finish_run, recorded_run
from tasks.settings import (
    LONGEST_DELAY_S,
    default_registry,
    default_workers,
    pipeline_version,
)
from tasks.shard_steps import RunContext
from tasks.shards import stage_shards
from tasks.sources import SourceKind
from tasks.tally import TALLY

FETCHED_PAGES = 250  # of the first shard, so that extraction begins while the rest is fetched

# Types of parameters, with what Prefect checks when a run is submitted.
Workers = Annotated[int, Field(ge=1)]
Limit = Annotated[int, Field(ge=0)]
Delay = Annotated[float, Field(ge=0, le=LONGEST_DELAY_S)]


@flow(name="ingest", task_runner=RUNNER)
def ingest(  # noqa: PLR0913, PLR0917 - the parameters of a deployment, each with its default
    sources: list[str],
    lake: str = "./lake",
    source_id: str | None = None,
    as_kind: SourceKind | None = None,
    workers: Workers | None = None,
    limit: Limit | None = None,
    delay: Delay = 2.0,
    allow_private: bool = False,  # noqa: FBT001, FBT002 - a deployment's parameter
) -> RunSummary:
    """Ingest sources into a lake, judge the run and report on it.

    Args:
        sources: Files, folders, globs, web addresses, `cc-news:YYYY-MM[-DD]`, `@NAME` of the
            registry, or `@all` for its folders and verified sites.
        lake: Folder or s3://bucket/prefix of the lake, made if need be.
        source_id: Name for the pages of ad-hoc sources, instead of the file's or folder's own.
        as_kind: Kind of every file, instead of what its content says.
        workers: Extraction processes; by default one a core.
        limit: Most items to read.
        delay: Seconds between two requests to one host.
        allow_private: Fetch from private addresses, too.
    """
    registry = default_registry()
    sources = without_secrets(sources)
    intake = open_sources(sources, registry=registry, source_id=source_id, as_kind=as_kind)
    TALLY.reset()
    store = open_or_create_lake(lake)
    with recorded_run(store, flow="ingest", sources=sources) as run:
        context = RunContext(
            run_id=run.run_id,
            lake=store.uri,
            workers=workers or default_workers(),
            now=datetime.now(UTC),
            pipeline_version=pipeline_version(),
        )
        fetched = fetch_sites(
            store,
            intake.sites,
            run_id=run.run_id,
            rules=FetchRules(delay_s=delay, allow_private=allow_private, limit=limit),
        )
        crawls = [open_cc_news(news, lake=store, source_id=source_id) for news in intake.cc_news]
        network = intake.with_licenses(chain(fetched, *crawls))
        items = with_estimate(
            islice(chain(intake.files, network), limit),
            input_sizes(sources, registry=registry),
            TALLY.expect,
        )
        shards = _closing_at_end(
            fetched,
            stage_shards(
                items,
                store.staging / run.run_id,
                first_pages=FETCHED_PAGES if intake.sites else None,
            ),
        )
        summary, markdown = finish_run(store, run, ingest_shards(shards, context))
    create_markdown_artifact(markdown, key="ingest-summary", description=f"Run {run.run_id}")
    return summary


def _closing_at_end(
    fetched: Generator[Page | Rejection | Skip], shards: Iterable[Path]
) -> Iterator[Path]:
    """Let nothing more be fetched once all shards are made: --limit may leave it in mid-run."""
    with closing(fetched):
        yield from shards
