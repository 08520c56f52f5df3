"""The catalog: `broadsheet.duckdb`, views over exactly the files of the newest snapshots.

A new file is built beside the old one and renamed over it, so a reader sees one snapshot of all
tables or the next, and one that holds the old file open is never disturbed.
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa

from expectations.columns import arrow_schema
from expectations.records import Snapshot
from tasks.connect import connect, open_database
from tasks.durable import exclusive, replace_durably
from tasks.errors import StaleTableError
from tasks.heads import TableFiles, current_files, files_of
from tasks.lake import explained_errors, open_table
from tasks.snapshots import SHOWN, newest_snapshot, record_snapshot
from tasks.storage import Lake
from tasks.tables import TABLES, schema_tag

MOST_TRIES = 50  # as many machines may publish at once
READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
STORAGE_VERSION = "v1.0.0"  # the oldest format, so that DuckDB 1.x opens the file too

TABLE_VIEWS = {
    "article_versions": "articles",
    "rejections": "quarantine",
    "run_events": "runs",
    "funnel_counts": "funnel",
    "metrics": "metrics",
    "snapshots": "snapshots",
}

# From the file's own folder, by which DuckDB still chooses the files to read. Its hive_partitioning
# would take all folders of a path for columns: a lake below `language=en/` would lose `language`.
PARTITIONS = {
    "published_month": "regexp_extract(filename, '/published_month=([^/]*)/[^/]*$', 1) "
    "as published_month"
}

# In order: later views use earlier ones.
DERIVED_VIEWS = {
    # By `supersedes`, in 8 bytes: joining a million versions by their names costs twice as much as
    # a count of them, by these keys a quarter more. Commits see to it that one version stays.
    "articles": """
        select v.* from article_versions v
        anti join (select retires from article_versions where retires is not null) r
        on v.version_key = r.retires
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


def publish(lake: Lake, run_id: str) -> Snapshot:
    """Take a snapshot of all tables and let readers see it.

    One at a time, so that no catalog of an older snapshot replaces one of a newer; nor does a
    snapshot follow one that knew more, though another machine may take one at the same moment.
    """
    with explained_errors(lake), exclusive(lake.lock):
        for tries_left in reversed(range(MOST_TRIES)):
            snapshots = open_table(lake, "snapshots")
            # Last committed, first read: another machine's funnel is not seen before its articles.
            heads = {table: current_files(lake, table) for table in reversed(SHOWN)}
            try:
                snapshot = record_snapshot(lake, run_id, heads, read=snapshots)
                break
            except StaleTableError:
                if not tries_left:
                    raise
        heads["snapshots"] = current_files(lake, "snapshots")
        _replace_catalog(lake, snapshot, heads)
    return snapshot


def rebuild_catalog(lake: Lake) -> None:
    """Make the file of views anew, of the newest snapshot: it can be lost without loss."""
    with explained_errors(lake), exclusive(lake.lock):
        snapshot = newest_snapshot(lake)
        _replace_catalog(lake, snapshot, snapshot_files(lake, snapshot))


def snapshot_files(lake: Lake, snapshot: Snapshot | None) -> dict[str, TableFiles]:
    """Data files of each table in a snapshot; none before the first one.

    What a process wrote that was killed before it could publish anything is half a commit.

    Raises:
        LakeError: if a log cannot be read, or does not reach so far back any more.
    """
    versions = {table: getattr(snapshot, table, 0) for table in SHOWN}
    files = {table: files_of(lake, table, version) for table, version in versions.items()}
    return {**files, "snapshots": current_files(lake, "snapshots")}


def _replace_catalog(
    lake: Lake, snapshot: Snapshot | None, files: Mapping[str, TableFiles]
) -> None:
    temporary = lake.home / ".broadsheet.duckdb.new"
    log = temporary.with_name(f"{temporary.name}.wal")  # DuckDB would replay a dead process's
    for leftover in (temporary, log):
        leftover.unlink(missing_ok=True)
    try:
        _build(temporary, lake, snapshot, files)
        temporary.chmod(READ_ONLY)
        replace_durably(temporary, lake.catalog)
    finally:
        temporary.unlink(missing_ok=True)


def _build(
    path: Path, lake: Lake, snapshot: Snapshot | None, files: Mapping[str, TableFiles]
) -> None:
    try:
        with connect(lake) as connection:
            version = f"storage_version {_quoted(STORAGE_VERSION)}"
            connection.execute(f"attach {_quoted(path)} as catalog ({version})")
            connection.execute("use catalog")
            define_views(connection, lake, snapshot, files)
            connection.execute("use memory")
            connection.execute("detach catalog")
    except (duckdb.OperationalError, duckdb.FatalException, duckdb.InvalidInputException) as error:
        raise OSError(str(error)) from error  # a full disk, most often; or a data file is damaged


def define_views(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    snapshot: Snapshot | None,
    files: Mapping[str, TableFiles],
) -> None:
    """Create all views of a snapshot in the connection's current database.

    DuckDB opens files when a view is made, and derived views scan `articles` several times: they
    are made on empty tables of the same types, which then get their files.
    """
    for view, table in TABLE_VIEWS.items():
        connection.execute(f"create view {view} as {_empty_scan(table)}")
    for view, query in DERIVED_VIEWS.items():
        connection.execute(f"create view {view} as {query}")
    for view, table in TABLE_VIEWS.items():
        if addresses := files[table].addresses(lake, table):
            scan = _scan(connection, addresses, table)
            connection.execute(f"create or replace view {view} as {scan}")
    connection.execute(
        "create table lake_location as "
        "select ? as root, ? as definitions, ?::timestamptz as taken_at",
        [lake.uri, _definitions(), snapshot.taken_at if snapshot else None],
    )


def _definitions() -> str:
    """Name what this program's views show: those of an older one lack what has come since."""
    columns = {table: schema_tag(table) for table in TABLES}
    return sha256(repr((columns, DERIVED_VIEWS)).encode()).hexdigest()[:8]


def is_current(lake: Lake) -> bool:
    """Whether the catalog can be read as it is.

    It names the places of files, so a lake that was moved needs another; so does one whose catalog
    another version of Broadsheet made. That of a bucket is this machine's own, and others may have
    committed since.
    """
    if not lake.catalog.exists():
        return False
    try:
        with open_database(lake.catalog) as connection:
            row = connection.execute(
                "select root, definitions, taken_at from lake_location"
            ).fetchone()
    except duckdb.Error:
        return False
    if row is None or row[:2] != (lake.uri, _definitions()):
        return False
    newest = None if lake.is_local else newest_snapshot(lake)
    return newest is None or row[2] == newest.taken_at


def _scan(connection: duckdb.DuckDBPyConnection, files: Sequence[str], table: str) -> str:
    """Query over data files: those of this program's columns as they are, others made equal.

    To compare the columns of all files DuckDB would open each (0.3 s for 2,000 of them), whenever
    a view is made or used; the files' names say which are alike.
    """
    tag = f"/{schema_tag(table)}-"
    alike = [file for file in files if tag in file]
    others = [file for file in files if tag not in file]
    scans = []
    if alike:
        scans.append(_read(alike, [_column(name) for name in _columns(table)], union=False))
    if others:
        query = f"describe {_read(others, ['*'], union=True)}"
        present = {row[0] for row in connection.execute(query).fetchall()}
        scans.append(
            _read(
                others, [_column_or_default(table, n, present) for n in _columns(table)], union=True
            )
        )
    return " union all ".join(scans)


def _read(files: Sequence[str], columns: Sequence[str], *, union: bool) -> str:
    listed = ", ".join(_quoted(file) for file in files)
    by_name = ", union_by_name = true" if union else ""
    return (
        f"select {', '.join(columns)} from read_parquet([{listed}], "
        f"hive_partitioning = false, filename = true{by_name})"
    )


def _columns(table: str) -> Sequence[str]:
    return [str(name) for name in arrow_schema(TABLES[table].record_type).names]


def _column(name: str) -> str:
    return PARTITIONS.get(name) or f'"{name}"'


def _column_or_default(table: str, name: str, present: Collection[str]) -> str:
    """A column that files of an older Broadsheet may lack: null, or the empty list."""
    if name in present or name in PARTITIONS:
        return _column(name)
    field = arrow_schema(TABLES[table].record_type).field(name)
    default = "[]" if pa.types.is_list(field.type) else "null"
    return f'{default}::{_sql_type(field.type)} as "{name}"'


def _empty_scan(table: str) -> str:
    schema = arrow_schema(TABLES[table].record_type)
    nulls = ", ".join(f'null::{_sql_type(field.type)} as "{field.name}"' for field in schema)
    return f"select {nulls} where false"


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
