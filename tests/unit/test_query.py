"""SQL for people: one statement, only reading, mistakes told in a line."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tasks.catalog import rebuild_catalog
from tasks.errors import QueryError
from tasks.opening import open_or_create_lake
from tasks.query import check_query, open_catalog, query_errors


@pytest.mark.parametrize(
    "query",
    [
        "select 1",
        "SELECT 1;",
        "-- a comment\nselect 1 /* ; drop */ ;",
        "from articles",
        "table articles",
        "values (1)",
        "with a as (select 1) select * from a",
        "describe articles",
        "summarize articles",
        "show tables",
        "pivot (select 'x' as k, 1 as v) on k using sum(v)",
        "explain select 1",
        "explain (format json) select 1",
        "explain analyze select 'é', 1",
        "/* explain */ explain -- analyze\n analyze select 1",
        "select 'a;b'",
    ],
)
def test_what_reads_passes(query: str) -> None:
    check_query(query)


@pytest.mark.parametrize(
    "query",
    [
        "copy (select 1) to '/tmp/never.csv'",
        "attach '/tmp/never.db'",
        "install fts",
        "load fts",
        "pragma database_list",
        "set threads = 1",
        "reset threads",
        "create table t as select 1",
        "create or replace temp view articles as select 1",
        "drop view articles",
        "insert into t values (1)",
        "update t set a = 1",
        "delete from t",
        "export database '/tmp/never'",
        "import database '/tmp/never'",
        "call pragma_version()",
        "checkpoint",
        "vacuum",
        "begin",
        "use memory",
        "prepare p as select 1",
        "explain analyze copy (select 1) to '/tmp/never.csv'",
        "explain /* */ analyze\ncopy (select 1) to '/tmp/never.csv'",
        "explain (analyze) copy (select 1) to '/tmp/never.csv'",
        "explain (format json, analyze) copy (select 1) to '/tmp/never.csv'",
        "select 1; drop view articles",
        "select 1; select 2",
        "",
        ";",
        "-- nothing",
        "selec 1",
        "select (",
        "explain",
    ],
)
def test_what_does_more_than_read_is_refused_in_one_line(query: str) -> None:
    with pytest.raises(QueryError) as raised:
        check_query(query)
    assert "\n" not in str(raised.value)
    assert str(raised.value)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    lake = open_or_create_lake(tmp_path / "lake")
    rebuild_catalog(lake)
    with open_catalog(lake) as opened:
        yield opened


def test_an_unknown_view_is_told_with_the_views_there_are(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    views = r"the views are .*articles.*rejections.*unique_articles"
    with pytest.raises(QueryError, match=views), query_errors(connection):
        connection.execute("select * from article")


@pytest.mark.parametrize(
    "query", ["select nothing from articles", "select 1/'a'", "select error('a\nb')"]
)
def test_other_mistakes_are_told_in_one_line(
    connection: duckdb.DuckDBPyConnection, query: str
) -> None:
    with pytest.raises(QueryError) as raised, query_errors(connection):
        connection.execute(query).fetchall()
    assert "\n" not in str(raised.value)


def test_answers_are_in_utc(connection: duckdb.DuckDBPyConnection) -> None:
    assert connection.execute("select current_setting('timezone')").fetchone() == ("UTC",)


def test_the_connection_itself_cannot_write(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error, match="read-only"):
        connection.execute("create table t (a int)")
