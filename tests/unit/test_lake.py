"""The lake: what is committed stays, the rest is invisible, and no folder is taken by force."""

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import DeltaError

from expectations.columns import to_table
from expectations.records import ArticleVersion, Run, Version
from tasks.catalog import publish_catalog
from tasks.errors import LakeError, LakeFullError
from tasks.lake import (
    TABLES,
    Lake,
    active_files,
    append,
    explained_errors,
    merge_small_files,
    open_lake,
    open_or_create_lake,
)
from tasks.query import open_catalog
from tasks.settings import LAKE_MARKER
from tests.builders import an_article

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_or_create_lake(tmp_path / "lake")


def runs(*names: str) -> pa.Table:
    return to_table(
        Run,
        [
            Run(
                run_id=name,
                flow="ingest",
                status="completed",
                started_at=NOW,
                ended_at=NOW,
                sources=("a", "b"),
                detail=None,
                pipeline_version="1",
            )
            for name in names
        ],
    )


def versions(*months: str, publisher: str | None = "P") -> pa.Table:
    return to_table(
        ArticleVersion,
        [
            ArticleVersion(
                version=Version(
                    version_id=f"v{number}",
                    version_hash="h",
                    revision=1,
                    supersedes=None,
                    first_seen_at=NOW,
                ),
                article=an_article(url=f"https://example.org/{number}", publisher=publisher),
                run_id="r",
                ingested_at=NOW,
                pipeline_version="1",
                published_month=month,
            )
            for number, month in enumerate(months)
        ],
    )


def committed(lake: Lake, table: str = "runs", column: str = "run_id") -> list[str]:
    files = active_files(lake, table)
    return sorted(v for f in files for v in pq.ParquetFile(f).read([column])[column].to_pylist())


def in_a_process(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


# Which folder is a lake


@pytest.mark.parametrize("name", ["thesis.doc", ".git", "articles", "lake.json.bak"])
def test_a_folder_that_holds_something_else_is_refused_and_left_untouched(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(LakeError, match="is not a lake"):
        open_or_create_lake(tmp_path)
    with pytest.raises(LakeError, match="is not a lake"):
        open_lake(tmp_path)
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {name: "mine"}


def test_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(LakeError, match="is a file"):
        open_or_create_lake(file)
    with pytest.raises(LakeError, match="is not a lake"):
        open_lake(file)
    assert file.read_text() == "mine"


def test_an_address_in_s3_is_refused_and_makes_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LakeError, match="S3"):
        open_or_create_lake(Path("s3://bucket/lake"))
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_becomes_a_lake_and_what_systems_leave_there_does_not_matter(
    tmp_path: Path,
) -> None:
    (tmp_path / ".DS_Store").touch()
    (tmp_path / f".{LAKE_MARKER}.4711").touch()
    lake = open_or_create_lake(tmp_path)
    assert open_lake(tmp_path) == lake
    assert all(active_files(lake, table) == [] for table in TABLES)


def test_a_missing_lake_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="broadsheet ingest SOURCE --lake"):
        open_lake(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ('{"broadsheet_lake": 2}', "update Broadsheet"),
        ('{"broadsheet_lake": "2"}', "damaged"),
        ('{"broadsheet_lake": null}', "damaged"),
        ("{}", "damaged"),
        ("[]", "damaged"),
        ("", "damaged"),
        ("\xff", "damaged"),
    ],
)
def test_a_lake_that_is_newer_or_damaged_is_refused(lake: Lake, marker: str, message: str) -> None:
    (lake.root / LAKE_MARKER).write_bytes(marker.encode("latin-1"))
    for opened in (open_lake, open_or_create_lake):
        with pytest.raises(LakeError, match=message):
            opened(lake.root)


def test_a_lake_whose_making_was_interrupted_is_completed(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / LAKE_MARKER).write_text('{"broadsheet_lake": 1}')
    with pytest.raises(LakeError, match="cannot be read"):
        active_files(open_lake(tmp_path / "lake"), "runs")
    assert active_files(open_or_create_lake(tmp_path / "lake"), "runs") == []


def test_two_processes_may_make_the_same_lake_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tasks.lake import open_or_create_lake\n"
        "open_or_create_lake(Path(sys.argv[1]))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "lake")], cwd=ROOT)
        for _ in range(3)
    ]
    assert [process.wait() for process in started] == [0, 0, 0]
    open_lake(tmp_path / "lake")


# Commits


def test_a_commit_is_in_once_however_often_it_is_tried(lake: Lake) -> None:
    assert append(lake, "runs", runs("a"), app_id="run/1")
    assert not append(lake, "runs", runs("a"), app_id="run/1")
    assert append(lake, "runs", runs("b"), app_id="run/1", sequence=2)
    assert not append(lake, "runs", runs("a"), app_id="run/1", sequence=1)
    assert append(lake, "runs", runs("c"), app_id="run/2")
    assert committed(lake) == ["a", "b", "c"]


def test_no_rows_make_no_commit(lake: Lake) -> None:
    assert not append(lake, "runs", runs(), app_id="x")
    assert active_files(lake, "runs") == []


def test_a_process_killed_between_file_and_log_leaves_nothing_to_see_and_loses_nothing(
    lake: Lake,
) -> None:
    append(lake, "runs", runs("before"), app_id="before")
    dead = in_a_process(
        "import os, sys; from pathlib import Path; from tasks import lake\n"
        "from tests.unit.test_lake import runs\n"
        "lake.DeltaTable.create_write_transaction = lambda *a, **k: os._exit(9)\n"
        "lake.append(lake.open_lake(Path(sys.argv[1])), 'runs', runs('lost'), app_id='run')\n",
        lake.root,
    )
    assert dead.returncode == 9, dead.stderr
    assert len(list((lake.root / "runs").glob("*.parquet"))) == 2, "the orphan lies there"
    assert committed(lake) == ["before"]
    publish_catalog(lake)
    with open_catalog(lake) as connection:
        assert connection.execute("select run_id from runs").fetchall() == [("before",)]
    assert append(lake, "runs", runs("lost"), app_id="run")
    assert committed(lake) == ["before", "lost"]


def test_two_processes_that_append_at_once_lose_nothing(lake: Lake) -> None:
    code = (
        "import sys; from pathlib import Path; from tasks import lake\n"
        "from tests.unit.test_lake import runs\n"
        "opened, name = lake.open_lake(Path(sys.argv[1])), sys.argv[2]\n"
        "for n in range(12):\n"
        "    lake.append(opened, 'runs', runs(f'{name}{n}'), app_id=f'{name}/{n}')\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(lake.root), name], cwd=ROOT)
        for name in "xy"
    ]
    assert [process.wait() for process in started] == [0, 0]
    assert committed(lake) == sorted(f"{name}{n}" for name in "xy" for n in range(12))


def test_a_log_of_many_commits_gets_checkpoints_and_stays_readable(lake: Lake) -> None:
    # By delta-rs alone, which is quicker: what counts here is that its log is read back.
    table = DeltaTable(str(lake.root / "runs"))
    for number in range(99):
        action = Transaction(f"{number}", 1)
        write_deltalake(
            table,
            runs(f"{number:03}"),
            mode="append",
            commit_properties=CommitProperties(app_transactions=[action]),
        )
    append(lake, "runs", runs("099"), app_id="99")
    append(lake, "runs", runs("100"), app_id="100")
    assert (lake.root / "runs" / "_delta_log" / "_last_checkpoint").exists()
    assert len(committed(lake)) == 101
    assert not append(lake, "runs", runs("again"), app_id="3")


# Partitions


def test_rows_lie_in_the_folder_of_their_month(lake: Lake) -> None:
    months = ["2026-06", "unknown", "2026-06", "0033-04", "9999-12"]
    append(lake, "articles", versions(*months), app_id="a")
    names = {file.parent.name for file in active_files(lake, "articles")}
    assert "published_month=2026-06" in names
    assert "published_month=unknown" in names
    publish_catalog(lake)
    with open_catalog(lake) as connection:
        found = connection.execute("select published_month from article_versions").fetchall()
    assert sorted(month for (month,) in found) == sorted(months)


def test_files_are_sorted_compressed_and_have_a_filter_for_look_ups(lake: Lake) -> None:
    rows = pa.concat_tables(
        [
            versions("2026-06", publisher="Z"),
            versions("2026-06", publisher=None),
            versions("2026-06"),
        ]
    )
    append(lake, "articles", rows, app_id="a")
    (file,) = active_files(lake, "articles")
    read = pq.ParquetFile(file)
    assert read.read(["publisher"])["publisher"].to_pylist() == ["P", "Z", None]
    column = read.metadata.row_group(0).column(read.schema_arrow.names.index("article_id"))
    assert column.compression == "ZSTD"
    assert "published_month" not in read.schema_arrow.names


def test_merging_small_files_keeps_rows_columns_and_layout(lake: Lake) -> None:
    for number in range(4):
        rows = versions("2026-06", "unknown", publisher=f"P{number}")
        append(lake, "articles", rows, app_id=str(number))
    publish_catalog(lake)
    query = "select * from article_versions order by publisher, url"
    with open_catalog(lake) as connection:
        before = connection.sql(query).to_arrow_table()
    assert merge_small_files(lake, "articles") == 6
    assert len(active_files(lake, "articles")) == 2
    with open_catalog(lake) as connection:
        assert connection.sql(query).to_arrow_table() == before, "the old catalog still reads"
    publish_catalog(lake)
    with open_catalog(lake) as connection:
        assert connection.sql(query).to_arrow_table() == before
    column = pq.ParquetFile(active_files(lake, "articles")[0]).metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"
    assert not append(lake, "articles", rows, app_id="3"), "it is known what was committed"


def test_merging_removes_what_no_snapshot_of_the_last_week_needs(lake: Lake) -> None:
    append(lake, "runs", runs("a"), app_id="a")
    old, new = (lake.root / "runs" / f"{name}.parquet" for name in ("old", "new"))
    for orphan in (old, new):
        orphan.write_bytes(b"of a commit that never was")
    eight_days_ago = time.time() - 8 * 24 * 3600
    os.utime(old, (eight_days_ago, eight_days_ago))
    merge_small_files(lake, "runs")
    assert not old.exists()
    assert new.exists(), "its commit may still be at work"
    assert committed(lake) == ["a"]


# Failures


@contextmanager
def failing(error: Exception) -> Iterator[None]:
    with explained_errors(Lake(Path("/lake"))):
        yield
        raise error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        OSError("Generic LocalFileSystem error: Unable to write: No space left on device (os 28)"),
        DeltaError("Failed to commit: No space left on device"),
    ],
)
def test_a_full_disk_is_told_as_one(error: Exception) -> None:
    message = "the disk of /lake is full: free some space"
    with pytest.raises(LakeFullError, match=message), failing(error):
        pass


def test_what_the_system_refuses_otherwise_passes_for_the_command_line_to_tell() -> None:
    with pytest.raises(PermissionError), failing(PermissionError(errno.EACCES, "denied")):
        pass


def test_what_delta_says_is_one_line(lake: Lake) -> None:
    (entry,) = (lake.root / "runs" / "_delta_log").glob("*.json")
    entry.write_text("{ no json")
    with pytest.raises(LakeError) as raised:
        append(lake, "runs", runs("a"), app_id="a")
    assert "\n" not in str(raised.value)
    assert str(lake.root) in str(raised.value)


@pytest.mark.parametrize(
    "name",
    ["with space", "100% b", "Käse – ایران", "it's", "a#b", "[a]*{b}", "x=y", 'a"b', "a;b&c"],
)
def test_the_lake_may_lie_at_a_path_with_any_characters(tmp_path: Path, name: str) -> None:
    lake = open_or_create_lake(tmp_path / name / "lake")
    append(lake, "articles", versions("2026-06", "unknown"), app_id="a")
    append(lake, "runs", runs("a"), app_id="a")
    publish_catalog(lake)
    with open_catalog(lake) as connection:
        assert connection.execute("select count(*) from articles").fetchone() == (2,)
        assert connection.execute("select run_id from runs").fetchall() == [("a",)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize("name", ["per%20cent", "a\\b", "a\tb", "who?", "\udcff"])
def test_a_path_that_delta_or_duckdb_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LakeError, match="would misread"):
        open_or_create_lake(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_month_reads_only_its_files(lake: Lake) -> None:
    append(lake, "articles", versions("2026-06", "2026-07", "unknown"), app_id="a")
    publish_catalog(lake)
    with open_catalog(lake) as connection:
        ((_, plan),) = connection.execute(
            "explain analyze select url from article_versions where published_month = '2026-07'"
        ).fetchall()
    assert "Scanning Files: 1/3" in plan


@pytest.mark.parametrize("value", ["a/b", "a b", "", "..", "a%2Fb", "é"])
def test_a_partition_value_that_would_need_escaping_is_a_mistake_of_the_program(
    lake: Lake, value: str
) -> None:
    with pytest.raises(ValueError, match="cannot be a partition"):
        append(lake, "articles", versions(value), app_id="a")


def test_a_path_that_looks_like_a_partition_does_not_overwrite_a_column(tmp_path: Path) -> None:
    lake = open_or_create_lake(tmp_path / "title=Wrong" / "lake")
    append(lake, "articles", versions("2026-06"), app_id="a")
    publish_catalog(lake)
    with open_catalog(lake) as connection:
        ((title,),) = connection.execute("select title from articles").fetchall()
    assert title == an_article().content.title


def test_a_link_to_a_lake_is_the_lake(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(lake.root)
    assert open_lake(tmp_path / "link") == lake


def test_the_marker_says_which_format_it_is(lake: Lake) -> None:
    assert json.loads((lake.root / LAKE_MARKER).read_text()) == {"broadsheet_lake": 1}
