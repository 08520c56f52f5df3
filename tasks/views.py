"""The views that people query, over exactly the data files of one snapshot."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256

import duckdb
import pyarrow as pa

from expectations.columns import arrow_schema
from expectations.records import Snapshot
from tasks.connect import quoted
from tasks.heads import TableFiles
from tasks.retired import fill_retired
from tasks.storage import Lake
from tasks.tables import TABLES, schema_tag

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
    # All but what `supersedes` names, and the older states that came in late. Joining a million
    # versions by their names costs more than a count of them; by these keys a quarter of it.
    "articles": """
        select v.* from article_versions v
        anti join retired r on v.version_key = r.version_key
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
        select run_id, source_id, stage, outcome, reason, sum(items)::bigint as items,
            min(example) as example
        from funnel_counts group by run_id, source_id, stage, outcome, reason
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


def define_views(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    snapshot: Snapshot | None,
    files: Mapping[str, TableFiles],
) -> None:
    """Create all views of a snapshot in the connection's current, empty database.

    DuckDB opens files when a view is made, and derived views scan `articles` several times: they
    are made on empty tables of the same types, which then get their files.
    """
    connection.execute("create table retired (version_key bigint)")
    for view, table in TABLE_VIEWS.items():
        connection.execute(f"create view {view} as {_empty_scan(table)}")
    for view, query in DERIVED_VIEWS.items():
        connection.execute(f"create view {view} as {query}")
    for view, table in TABLE_VIEWS.items():
        if addresses := files[table].addresses(lake, table):
            scan = _scan(connection, addresses, table)
            connection.execute(f"create or replace view {view} as {scan}")
    articles = files["articles"]
    fill_retired(connection, lake, articles)
    connection.execute(
        "create table lake_location as select ? as root, ? as definitions, "
        "?::timestamptz as taken_at, ? as articles_version, ? as articles_entry",
        [
            lake.uri,
            definitions(),
            snapshot.taken_at if snapshot else None,
            articles.version,
            articles.digest,
        ],
    )


def definitions() -> str:
    """Name what this program's views show: those of an older one lack what has come since."""
    columns = {table: schema_tag(table) for table in TABLES}
    return sha256(repr((columns, DERIVED_VIEWS)).encode()).hexdigest()[:8]


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
    listed = ", ".join(quoted(file) for file in files)
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
