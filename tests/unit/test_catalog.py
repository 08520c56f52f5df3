"""The catalog: the contract's views and columns, always readable."""

import stat
from pathlib import Path
from threading import Event, Thread
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from expectations.columns import arrow_schema
from tasks.catalog import is_current, rebuild_catalog
from tasks.commit import commit_shard
from tasks.opening import open_lake, open_or_create_lake
from tasks.query import open_catalog
from tasks.storage import Lake
from tasks.tables import TABLES
from tasks.views import DERIVED_VIEWS, TABLE_VIEWS
from tests.builders import a_rejection, a_shard, an_article

# Written out here a second time on purpose: this is the public contract, which no change of a
# record type may break unnoticed. (T: time, L: list of strings)
VERSION_COLUMNS = """
    article_id:VARCHAR version_id:VARCHAR revision:BIGINT supersedes:VARCHAR
    source_id:VARCHAR url:VARCHAR canonical_url:VARCHAR host:VARCHAR publisher:VARCHAR
    title:VARCHAR description:VARCHAR authors:L section:VARCHAR tags:L image_url:VARCHAR
    language:VARCHAR language_score:DOUBLE text:VARCHAR text_length:BIGINT word_count:BIGINT
    published_at:T published_at_precision:VARCHAR published_at_source:VARCHAR date_conflict:BOOLEAN
    modified_at:T first_seen_at:T fetched_at:T
    dateline_place:VARCHAR dateline_date:VARCHAR agency:VARCHAR
    license:VARCHAR license_url:VARCHAR license_scope:VARCHAR license_source:VARCHAR
    license_evidence:VARCHAR license_conflict:BOOLEAN rights_holder:VARCHAR attribution:VARCHAR
    rights_reserved:L
    removed:R extractor:VARCHAR warnings:L
    content_hash:VARCHAR duplicate_of:VARCHAR duplicate_relation:VARCHAR similarity:DOUBLE
    cluster_id:VARCHAR
    run_id:VARCHAR raw_ref:VARCHAR ingested_at:T pipeline_version:VARCHAR
"""
CONTRACT = {
    "article_versions": VERSION_COLUMNS,
    "articles": VERSION_COLUMNS,
    "unique_articles": VERSION_COLUMNS,
    "rejections": """
        rejection_id:VARCHAR run_id:VARCHAR source_id:VARCHAR url:VARCHAR stage:VARCHAR rule:VARCHAR
        severity:VARCHAR failed_rules:L detail:VARCHAR raw_ref:VARCHAR record:VARCHAR rejected_at:T
        status:VARCHAR
    """,
    "funnel": """
        run_id:VARCHAR source_id:VARCHAR stage:VARCHAR outcome:VARCHAR reason:VARCHAR items:BIGINT
    """,
    "metrics": """
        run_id:VARCHAR source_id:VARCHAR metric:VARCHAR value:DOUBLE n:BIGINT baseline:DOUBLE
        verdict:VARCHAR at:T
    """,
    "snapshots": """
        taken_at:T run_id:VARCHAR articles:BIGINT quarantine:BIGINT funnel:BIGINT metrics:BIGINT
        runs:BIGINT
    """,
    "runs": "run_id:VARCHAR",
    "sources": "source_id:VARCHAR",
    "source_daily": "source_id:VARCHAR",
    "license_mix": "license:VARCHAR",
    "freshness": "source_id:VARCHAR",
    "duplicate_clusters": "content_hash:VARCHAR",
}
SHORT = {
    "T": "TIMESTAMP WITH TIME ZONE",
    "L": "VARCHAR[]",
    "R": 'STRUCT(kind VARCHAR, "text" VARCHAR)[]',
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = open_or_create_lake(tmp_path_factory.mktemp("empty") / "lake")
    rebuild_catalog(lake)
    return lake


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = open_or_create_lake(tmp_path_factory.mktemp("filled") / "lake")
    put(lake, an_article(), a_rejection())
    return lake


def put(lake: Lake, *items: Any, name: str = "00000") -> None:
    commit_shard(lake, a_shard(*items, name=name), pipeline_version="1")


def columns(lake: Lake, view: str) -> dict[str, str]:
    with open_catalog(lake) as connection:
        return {
            name: kind
            for name, kind, *_ in connection.execute(f"describe select * from {view}").fetchall()
        }


@pytest.mark.parametrize("state", ["empty", "filled"])
@pytest.mark.parametrize("view", CONTRACT)
def test_every_column_of_the_contract_exists_with_its_type(
    view: str, state: str, request: pytest.FixtureRequest
) -> None:
    found = columns(request.getfixturevalue(state), view)
    wanted = dict(column.split(":") for column in CONTRACT[view].split())
    assert {name: found.get(name) for name in wanted} == {
        name: SHORT.get(kind, kind) for name, kind in wanted.items()
    }


@pytest.mark.parametrize("view", TABLE_VIEWS)
def test_an_empty_view_has_the_types_of_the_declared_columns(empty: Lake, view: str) -> None:
    schema = arrow_schema(TABLES[TABLE_VIEWS[view]].record_type)
    with open_catalog(empty) as connection:
        found = connection.sql(f"select * from {view}").to_arrow_table()
    assert found.num_rows == 0
    assert [(f.name, plain(f.type)) for f in found.schema] == [
        (f.name, plain(f.type)) for f in schema
    ]


def plain(kind: pa.DataType) -> str:
    """An Arrow type without the names and nullability of its inner fields."""
    if pa.types.is_list(kind):
        return f"list<{plain(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return str([(field.name, plain(field.type)) for field in kind])
    return str(kind)


@pytest.mark.parametrize("view", [*TABLE_VIEWS, *DERIVED_VIEWS])
def test_a_view_has_the_same_types_empty_and_filled(empty: Lake, filled: Lake, view: str) -> None:
    assert columns(empty, view) == columns(filled, view)


@pytest.mark.parametrize("view", [*TABLE_VIEWS, *DERIVED_VIEWS])
def test_every_view_of_an_empty_lake_answers(empty: Lake, view: str) -> None:
    with open_catalog(empty) as connection:
        assert connection.execute(f"select * from {view}").fetchall() == []


def test_the_file_may_be_read_by_all_and_written_by_none(filled: Lake) -> None:
    assert stat.S_IMODE(filled.catalog.stat().st_mode) == 0o444


def test_readers_never_see_half_a_commit_and_keep_what_they_opened(tmp_path: Path) -> None:
    lake = open_or_create_lake(tmp_path / "lake")
    put(lake, an_article(url="https://example.org/0"))
    ended = Event()
    seen: list[tuple[int, int]] = []
    failures: list[Exception] = []

    def read() -> None:
        while not ended.is_set():
            try:
                with duckdb.connect(str(lake.catalog), read_only=True) as connection:
                    first, again = (
                        connection.execute(
                            "select (select count(*) from article_versions), "
                            "(select sum(items) from funnel where outcome = 'new')"
                        ).fetchone()
                        for _ in range(2)
                    )
                    assert first == again
                    seen.append(first)
            except Exception as error:  # noqa: BLE001 - gathered for the test's own thread
                failures.append(error)

    reader = Thread(target=read)
    with duckdb.connect(str(lake.catalog), read_only=True) as held:
        reader.start()
        for number in range(1, 8):
            put(lake, an_article(url=f"https://example.org/{number}"), name=str(number))
        ended.set()
        reader.join()
        assert held.execute("select count(*) from articles").fetchone() == (1,)
    assert failures == []
    assert seen
    assert all(versions == new for versions, new in seen)


def test_a_lake_that_was_moved_works_again(tmp_path: Path) -> None:
    put(open_or_create_lake(tmp_path / "here"), an_article())
    (tmp_path / "here").rename(tmp_path / "there")
    lake = open_lake(tmp_path / "there")
    assert not is_current(lake)
    with open_catalog(lake) as connection:
        assert connection.execute("select count(*) from articles").fetchone() == (1,)
    assert is_current(lake)


def test_a_catalog_that_is_missing_or_damaged_is_built_anew(tmp_path: Path) -> None:
    lake = open_or_create_lake(tmp_path / "lake")
    put(lake, an_article())
    lake.catalog.unlink()
    for _ in range(2):
        with open_catalog(lake) as connection:
            assert connection.execute("select count(*) from articles").fetchone() == (1,)
        lake.catalog.chmod(0o644)
        lake.catalog.write_bytes(b"not a database")


def test_what_a_killed_process_left_of_a_catalog_is_in_nobodys_way(tmp_path: Path) -> None:
    lake = open_or_create_lake(tmp_path / "lake")
    (lake.home / ".broadsheet.duckdb.new").write_bytes(b"half")
    (lake.home / ".broadsheet.duckdb.new.wal").write_bytes(b"half")
    put(lake, an_article())
    with open_catalog(lake) as connection:
        assert connection.execute("select count(*) from articles").fetchone() == (1,)
    assert not list(lake.home.glob(".broadsheet*"))


def test_unique_articles_show_one_of_each_text(tmp_path: Path) -> None:
    lake = open_or_create_lake(tmp_path / "lake")
    put(
        lake,
        an_article(url="https://a.example/1"),
        an_article(url="https://b.example/1"),
        an_article(url="https://b.example/2", text="Another text about something else entirely."),
    )
    with open_catalog(lake) as connection:
        assert connection.execute("select count(*) from articles").fetchone() == (3,)
        assert connection.execute("select count(*) from unique_articles").fetchone() == (2,)
        ((articles, urls),) = connection.execute(
            "select articles, urls from duplicate_clusters"
        ).fetchall()
    assert (articles, sorted(urls)) == (2, ["https://a.example/1", "https://b.example/1"])


def test_days_are_days_in_utc_whatever_the_readers_time_zone(filled: Lake) -> None:
    with duckdb.connect(str(filled.catalog), read_only=True) as connection:
        connection.execute("set timezone = 'Pacific/Kiritimati'")  # UTC+14
        ((day,),) = connection.execute("select day::varchar from source_daily").fetchall()
    assert day == "2026-06-21"
