"""The catalog: `broadsheet.duckdb`, views over exactly the files of the newest snapshots.

A new file is built beside the old one and renamed over it, so a reader sees one snapshot of all
tables or the next, and one that holds the old file open is never disturbed.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from expectations.columns import arrow_schema
from tasks.durable import exclusive, replace_durably
from tasks.lake import TABLES, Lake, active_files, explained_errors
from tasks.versions import OBSERVED_AT

READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
STORAGE_VERSION = "v1.0.0"  # the oldest format, so that DuckDB 1.x opens the file too

TABLE_VIEWS = {
    "article_versions": "articles",
    "rejections": "quarantine",
    "run_events": "runs",
    "funnel_counts": "funnel",
    "metrics": "metrics",
}

# From the file's own folder, by which DuckDB still chooses the files to read. Its hive_partitioning
# would take all folders of a path for columns: a lake below `language=en/` would lose `language`.
PARTITIONS = {
    "published_month": "regexp_extract(filename, '/published_month=([^/]*)/[^/]*$', 1) "
    "as published_month"
}

# In order: later views use earlier ones.
DERIVED_VIEWS = {
    # Of each article the version observed last, as in look_up_versions. Not by `supersedes`: two
    # machines may have revised the same version, and an older state may have come in late. Only
    # narrow columns are sorted, and only of articles with several versions.
    "articles": f"""
        select v.* from article_versions v
        anti join (
            select version_id, ingested_at from article_versions
            where article_id in (
                select article_id from article_versions group by article_id having count(*) > 1
            )
            qualify rank() over (
                partition by article_id order by {OBSERVED_AT} desc, revision desc, ingested_at
            ) > 1
        ) s on v.version_id = s.version_id and v.ingested_at = s.ingested_at
    """,
    "unique_articles": """
        select a.* from articles a
        semi join (
            select arg_min(article_id, (first_seen_at, article_id)) as article_id
            from articles where duplicate_of is null group by content_hash
        ) u on a.article_id = u.article_id
    """,
    "runs": """
        select * from run_events
        qualify row_number() over (partition by run_id order by ended_at desc nulls last) = 1
    """,
    "funnel": """
        select run_id, source_id, stage, outcome, reason, sum(items)::bigint as items
        from funnel_counts group by all
    """,
    "sources": """
        select source_id, count(*) as articles, count(distinct publisher) as publishers,
            min(first_seen_at) as first_seen_at, max(published_at) as newest_published_at,
            max(ingested_at) as newest_ingested_at
        from articles group by source_id
    """,
    "source_daily": """
        select source_id, (published_at at time zone 'UTC')::date as day, count(*) as articles,
            count(title) as with_title, avg(text_length) as mean_text_length
        from articles group by all
    """,
    "license_mix": """
        select license, license_source, license_scope, count(*) as articles,
            count(distinct publisher) as publishers
        from articles group by all
    """,
    "freshness": """
        select source_id, max(published_at) as newest_published_at,
            max(ingested_at) as newest_ingested_at,
            median(epoch(ingested_at - published_at)) / 3600 as median_lag_hours
        from articles group by source_id
    """,
    "duplicate_clusters": """
        select content_hash, count(*) as articles, min(first_seen_at) as first_seen_at,
            list(article_id order by first_seen_at, article_id) as article_ids,
            list(url order by first_seen_at, article_id) as urls
        from articles group by content_hash having count(*) > 1
    """,
}


def publish_catalog(lake: Lake) -> Path:
    """Build `broadsheet.duckdb` anew from the tables' newest snapshots and put it in place.

    One at a time, so that no catalog of an older snapshot replaces one of a newer.
    """
    temporary = lake.root / ".broadsheet.duckdb.new"
    log = temporary.with_name(f"{temporary.name}.wal")  # DuckDB would replay a dead process's
    with explained_errors(lake), exclusive(lake.lock):
        for leftover in (temporary, log):
            leftover.unlink(missing_ok=True)
        _build(temporary, lake)
        temporary.chmod(READ_ONLY)
        replace_durably(temporary, lake.catalog)
    return lake.catalog


def _build(path: Path, lake: Lake) -> None:
    try:
        with duckdb.connect() as connection:
            version = f"storage_version {_quoted(STORAGE_VERSION)}"
            connection.execute(f"attach {_quoted(path)} as catalog ({version})")
            connection.execute("use catalog")
            define_views(connection, lake)
            connection.execute("use memory")
            connection.execute("detach catalog")
    except (duckdb.OperationalError, duckdb.FatalException) as error:
        raise OSError(str(error)) from error  # a full disk, most often


def define_views(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Create all views of the lake's newest snapshots in the connection's current database.

    DuckDB opens every file of every scan when a view is made, and derived views scan `articles`
    several times: they are made on empty tables of the same types, which then get their files.
    """
    scans = {view: arrow_schema(TABLES[table].record_type) for view, table in TABLE_VIEWS.items()}
    for view, schema in scans.items():
        connection.execute(f"create view {view} as {_scan([], schema)}")
    for view, query in DERIVED_VIEWS.items():
        connection.execute(f"create view {view} as {query}")
    for view, schema in scans.items():
        files = active_files(lake, TABLE_VIEWS[view])
        if files:
            connection.execute(f"create or replace view {view} as {_scan(files, schema)}")
    connection.execute("create table lake_location as select ? as root", [str(lake.root)])


def is_current_location(lake: Lake) -> bool:
    """Whether the catalog exists and was built where the lake now lies (its paths are absolute)."""
    if not lake.catalog.exists():
        return False
    try:
        with duckdb.connect(str(lake.catalog), read_only=True) as connection:
            row = connection.execute("select root from lake_location").fetchone()
    except duckdb.Error:
        return False
    return row is not None and row[0] == str(lake.root)


def _scan(files: Sequence[Path], schema: pa.Schema) -> str:
    if not files:
        nulls = ", ".join(f'null::{_sql_type(field.type)} as "{field.name}"' for field in schema)
        return f"select {nulls} where false"
    columns = ", ".join(PARTITIONS.get(field.name) or f'"{field.name}"' for field in schema)
    listed = ", ".join(_quoted(file) for file in files)
    return (
        f"select {columns} from read_parquet([{listed}], "
        "union_by_name = true, hive_partitioning = false, filename = true)"
    )


def _sql_type(arrow_type: pa.DataType) -> str:
    if pa.types.is_list(arrow_type):
        return f"{_sql_type(arrow_type.value_type)}[]"
    if pa.types.is_struct(arrow_type):
        fields = ", ".join(f'"{f.name}" {_sql_type(f.type)}' for f in arrow_type)
        return f"struct({fields})"
    if pa.types.is_timestamp(arrow_type):
        return "timestamptz"
    return {"string": "varchar", "int64": "bigint", "double": "double", "bool": "boolean"}[
        str(arrow_type)
    ]


def _quoted(value: Path | str) -> str:
    return "'" + str(value).replace("'", "''") + "'"
