"""The index: whatever has become of it, it says what the tables say."""

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import example, given, settings
from hypothesis import strategies as st

from expectations.records import Article, Rejection
from tasks import commit, index
from tasks.commit import rejection_id
from tasks.compaction import merge_small_files
from tasks.durable import exclusive
from tasks.errors import LakeError
from tasks.index import open_index
from tasks.lake import active_files, open_table
from tasks.opening import open_or_create_lake
from tasks.storage import Lake
from tasks.versions import Known, KnownVersion
from tests.builders import a_rejection, an_article
from tests.lakes import another_machine, ask, put

START = datetime(2026, 1, 1, tzinfo=UTC)
REJECTIONS = [a_rejection(raw_ref=f"a#{number}") for number in range(3)]
Contents = tuple[dict[str, Known], set[str]]


def story(number: int, day: int | None = 0, **changes: Any) -> Article:
    fetched_at = None if day is None else START + timedelta(days=day)
    return an_article(url=f"https://example.org/{number}", fetched_at=fetched_at, **changes)


STORIES = [story(number) for number in range(4)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_or_create_lake(tmp_path / "lake")


def index_of(lake: Lake) -> Contents:
    """All that the index knows, after it has caught up."""
    with (
        exclusive(lake.lock),
        open_index(lake) as opened,
    ):
        return (
            opened.versions([article.article_id for article in STORIES]),
            opened.rejections([rejection_id(rejection) for rejection in REJECTIONS]),
        )


def tables_of(lake: Lake) -> Contents:
    """The same, read from the rows."""
    found: dict[str, list[KnownVersion]] = {}
    for file in active_files(lake, "articles"):
        for row in pq.ParquetFile(file).read().to_pylist():
            is_file = row["fetched_at_source"] == "file"
            fetched_at = None if is_file else row["fetched_at"]
            version = KnownVersion(
                version_id=row["version_id"],
                version_hash=row["version_hash"],
                revision=row["revision"],
                version_key=row["version_key"],
                retires=row["retires"],
                first_seen_at=row["first_seen_at"],
                observed_at=min(fetched_at or row["ingested_at"], row["ingested_at"]),
                fetched_at=row["fetched_at"] and min(row["fetched_at"], row["ingested_at"]),
                raw_hash=row["raw_hash"],
                fields_hash=row["fields_hash"],
            )
            found.setdefault(row["article_id"], []).append(version)
    rejections = {
        name
        for file in active_files(lake, "quarantine")
        for name in pq.ParquetFile(file).read()["rejection_id"].to_pylist()
    }
    return {name: known(versions) for name, versions in found.items()}, rejections


def known(versions: list[KnownVersion]) -> Known:
    in_order = sorted(versions, key=lambda version: version.revision)
    retired = {version.retires for version in versions}
    current = [version for version in in_order if version.version_key not in retired]
    return Known(
        current=(current or in_order)[-1],
        revisions=in_order[-1].revision,
        first_seen_at=in_order[0].first_seen_at,
        version_hashes=frozenset(version.version_hash for version in versions),
    )


def from_scratch(lake: Lake, home: Path) -> Contents:
    return index_of(another_machine(lake, home))


Step = Callable[[Lake], object]


def ingest(items: Sequence[Article | Rejection], name: UUID) -> Step:
    return lambda lake: put(lake, *items, run_id=str(name))


def compact(lake: Lake) -> None:
    for table in ("articles", "quarantine"):
        merge_small_files(lake, table)


def delete_a_version(lake: Lake) -> None:
    DeltaTable(lake.address("articles")).delete("revision = 2")


shards = st.lists(
    st.one_of(
        st.builds(
            story,
            st.integers(0, 2),
            st.sampled_from([None, 0, 1, 2, 3, 400]),  # 400: in the future
            title=st.sampled_from(["A", "B"]),
            fetched_at_source=st.sampled_from(["warc", "file"]),
            published_at=st.sampled_from([None, START]),
        ),
        st.sampled_from(REJECTIONS),
    ),
    min_size=1,
    max_size=6,
)
steps = st.one_of(
    st.builds(ingest, shards, st.uuids()),
    st.builds(ingest, shards, st.uuids()),
    st.just(compact),
    st.just(delete_a_version),
    st.just(index_of),
)


A_LATE_STATE_AND_A_CLOCK_IN_THE_FUTURE = [
    ingest([story(0, 5, title="Now"), story(1, 400)], UUID(int=1)),
    ingest([story(0, 1, title="Then"), REJECTIONS[0]], UUID(int=2)),
    ingest([story(2, 3, fetched_at_source="file")], UUID(int=3)),
]


@settings(max_examples=12)
@example(history=A_LATE_STATE_AND_A_CLOCK_IN_THE_FUTURE)
@given(history=st.lists(steps, min_size=2, max_size=6))
def test_to_catch_up_comes_to_the_same_as_to_begin_anew(
    tmp_path_factory: pytest.TempPathFactory, history: list[Step]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    lake = open_or_create_lake(folder / "lake")
    index_of(lake)
    for step in history:
        step(lake)
    assert index_of(lake) == from_scratch(lake, folder / "other") == tables_of(lake)


# What becomes of the file


def delete_it(lake: Lake) -> None:
    lake.index.unlink()


def empty_it(lake: Lake) -> None:
    lake.index.write_bytes(b"")


def cut_it_in_half(lake: Lake) -> None:
    content = lake.index.read_bytes()
    lake.index.write_bytes(content[: len(content) // 2])


def write_over_it(lake: Lake) -> None:
    lake.index.write_bytes(b"not a database, but long enough to look like one" * 100)


def change(statements: str) -> Callable[[Lake], None]:
    def run(lake: Lake) -> None:
        connection = sqlite3.connect(lake.index, isolation_level=None)
        connection.executescript(statements)
        connection.close()

    return run


def put_that_of_another_lake_there(lake: Lake) -> None:
    other = open_or_create_lake(lake.home.with_name("other"))
    put(other, story(0, title="Of the other"), story(3))
    shutil.copy(other.index, lake.index)


def leave_the_journal_of_a_dead_process(lake: Lake) -> None:
    lake.index.with_name(f"{lake.index.name}-journal").write_bytes(b"\xd9\xd5\x05\xf9 half")


@pytest.mark.parametrize(
    "happens",
    [
        delete_it,
        empty_it,
        cut_it_in_half,
        write_over_it,
        put_that_of_another_lake_there,
        leave_the_journal_of_a_dead_process,
        pytest.param(
            change("update versions set revision = 7; pragma user_version = 99"),
            id="another layout",
        ),
        pytest.param(change("drop table versions"), id="a table is missing"),
        pytest.param(change("delete from reached"), id="it forgot how far it was"),
    ],
)
def test_an_index_that_is_lost_damaged_or_foreign_is_made_anew(
    lake: Lake, happens: Callable[[Lake], None]
) -> None:
    put(lake, story(0), REJECTIONS[0])
    index_of(lake)
    happens(lake)
    again = put(lake, story(0), story(1), REJECTIONS[0], run_id="run-b")
    assert again == {"discovered": 3, "unchanged": 1, "new": 1, "rejected": 1}
    assert ask(lake, "select count(*), max(revision) from article_versions") == [(2, 1)]
    assert ask(lake, "select count(*) from rejections") == [(1,)]
    assert index_of(lake) == tables_of(lake)


def test_damage_that_shows_only_when_it_is_read_does_not_stop_a_commit(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.lake.LONGEST_PAUSE_S", 0.0)
    many = [story(number) for number in range(300)]
    put(lake, *many)
    index_of(lake)
    content = bytearray(lake.index.read_bytes())
    page = 4096  # the size of a page of SQLite
    for start in range(4 * page, len(content), page):  # the leaves of the large table
        content[start : start + page] = b"\xff" * page
    lake.index.write_bytes(content)
    assert put(lake, *many, run_id="run-b") == {"discovered": 300, "unchanged": 300}
    assert ask(lake, "select count(*) from article_versions") == [(300,)]


def test_an_index_that_cannot_be_opened_is_told_in_a_line(lake: Lake) -> None:
    put(lake, story(0))
    lake.index.unlink()
    lake.index.mkdir()
    with pytest.raises(LakeError, match="unable to open") as raised:
        put(lake, story(1), name="1")
    assert "\n" not in str(raised.value)
    lake.index.rmdir()
    assert put(lake, story(1), name="1")["new"] == 1


def test_a_data_file_that_is_missing_is_named(lake: Lake) -> None:
    put(lake, story(0))
    (data,) = active_files(lake, "articles")
    Path(data).unlink()
    lake.index.unlink()
    with pytest.raises(LakeError, match=r"cannot be read.*restore it from a backup") as raised:
        put(lake, story(1), name="1")
    assert data in str(raised.value)
    assert "\n" not in str(raised.value)


# What becomes of the tables


def test_an_index_ahead_of_tables_that_were_restored_from_an_older_copy_is_made_anew(
    lake: Lake, tmp_path: Path
) -> None:
    put(lake, story(0))
    shutil.copytree(lake.home, tmp_path / "copy")
    put(lake, story(1), REJECTIONS[0], name="1")
    index_of(lake)
    _restore(lake, tmp_path / "copy")
    assert index_of(lake) == tables_of(lake)
    assert put(lake, story(1), REJECTIONS[0], run_id="run-b") == {
        "discovered": 2,
        "new": 1,
        "rejected": 1,
    }
    assert ask(lake, "select count(*) from articles") == [(2,)]
    assert ask(lake, "select count(*) from rejections") == [(1,)]


def test_tables_that_were_restored_and_have_grown_as_long_again_are_told_apart(
    lake: Lake, tmp_path: Path
) -> None:
    put(lake, story(0))
    shutil.copytree(lake.home, tmp_path / "copy")
    put(lake, story(1), name="1")
    index_of(lake)
    _restore(lake, tmp_path / "copy")
    put(another_machine(lake, tmp_path / "other"), story(2), run_id="run-b")
    assert open_table(lake, "articles").version() == 2
    assert put(lake, story(1), story(2), run_id="run-c") == {
        "discovered": 2,
        "new": 1,
        "unchanged": 1,
    }
    assert index_of(lake) == tables_of(lake)


def _restore(lake: Lake, copy: Path) -> None:
    """Put the tables back as they were, and leave the index as it is."""
    for table in ("articles", "quarantine", "funnel", "snapshots"):
        shutil.rmtree(lake.home / table)
        shutil.copytree(copy / table, lake.home / table)


def test_a_version_that_somebody_deletes_is_forgotten(lake: Lake) -> None:
    put(lake, story(0), story(1), REJECTIONS[0])
    put(lake, story(0, 1, title="Corrected"), name="1")
    DeltaTable(lake.address("articles")).delete("url like '%/1'")
    DeltaTable(lake.address("articles")).delete("title = 'Corrected'")
    DeltaTable(lake.address("quarantine")).delete()
    assert index_of(lake) == tables_of(lake)
    assert put(lake, story(0), story(1), REJECTIONS[0], run_id="run-b") == {
        "discovered": 3,
        "unchanged": 1,
        "new": 1,
        "rejected": 1,
    }
    assert ask(lake, "select count(*) from rejections") == [(1,)]
    assert put(lake, story(0, 2, title="Corrected"), run_id="run-c")["updated"] == 1
    assert ask(lake, "select title, revision from articles where url like '%/0'") == [
        ("Corrected", 2)
    ]


def test_of_an_article_whose_current_version_was_deleted_the_late_one_is_superseded(
    lake: Lake,
) -> None:
    put(lake, story(0, 5, title="Now"))
    put(lake, story(0, 1, title="Then"), name="1")
    DeltaTable(lake.address("articles")).delete("title = 'Now'")
    assert put(lake, story(0, 6, title="Later"), name="2")["updated"] == 1
    assert ask(lake, "select title, revision from articles") == [("Later", 3)]


def test_an_index_that_is_behind_what_is_left_of_the_log_is_made_anew(
    lake: Lake, tmp_path: Path
) -> None:
    put(lake, story(0))
    other = another_machine(lake, tmp_path / "other")
    for number in range(1, 4):
        put(other, story(number), name=str(number))
    DeltaTable(lake.address("articles")).create_checkpoint()
    for number in range(4):  # as clean-up does a month later
        (lake.home / "articles" / "_delta_log" / f"{number:020}.json").unlink()
    assert index_of(lake) == tables_of(lake)
    assert put(lake, *STORIES, run_id="run-b") == {"discovered": 4, "unchanged": 4}


def test_what_compaction_did_to_the_files_is_no_news(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        put(lake, story(number), REJECTIONS[number % 3], name=str(number))
    before = index_of(lake)
    compact(lake)
    assert len(active_files(lake, "articles")) == 1
    with monkeypatch.context() as patch:
        patch.delattr(index.pq, "ParquetFile")  # no data file is opened
        assert index_of(lake) == before
    assert index_of(lake) == tables_of(lake)


# A shard that is tried again


@pytest.mark.parametrize("index_is_lost", [False, True])  # as for a machine that is new
@pytest.mark.parametrize("others_come_between", [False, True])
@pytest.mark.parametrize("dies_at", ["quarantine", "funnel"])
def test_a_shard_tried_again_after_a_crash_comes_to_the_outcomes_of_its_first_try(
    lake: Lake,
    monkeypatch: pytest.MonkeyPatch,
    dies_at: str,
    *,
    others_come_between: bool,
    index_is_lost: bool,
) -> None:
    put(lake, story(0), story(1, title="A"), REJECTIONS[0])
    shard = (
        story(0),
        story(1, 1, title="B"),
        story(2),
        story(2, 1, title="Corrected at once"),
        *REJECTIONS[:2],
    )
    real = commit.append

    def dies(lake: Lake, table: str, *rest: Any, **names: Any) -> bool:
        if table == dies_at:
            raise KeyboardInterrupt
        return real(lake, table, *rest, **names)

    monkeypatch.setattr(commit, "append", dies)
    with pytest.raises(KeyboardInterrupt):
        put(lake, *shard, run_id="run-b")
    monkeypatch.undo()
    if others_come_between:
        put(lake, story(2, 5, title="C"), story(1, 6, title="D"), REJECTIONS[1], run_id="run-c")
    if index_is_lost:
        lake.index.unlink()
    again = put(lake, *shard, run_id="run-b")
    assert again == {"discovered": 6, "unchanged": 1, "updated": 2, "new": 1, "rejected": 2}
    assert ask(lake, "select count(*) from rejections") == [(2,)]
    current = "select title, revision from articles where url not like '%/0' order by url"
    assert ask(lake, current) == (
        [("D", 3), ("C", 3)] if others_come_between else [("B", 2), ("Corrected at once", 2)]
    )
    assert index_of(lake) == tables_of(lake)
