"""Commits to a lake's tables: what is in stays, once, and the rest nobody sees."""

import errno
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import DeltaError

from expectations.columns import to_table
from expectations.records import ArticleVersion, Run, Version
from tasks.catalog import publish
from tasks.errors import LakeError, LakeFullError
from tasks.lake import active_files, append, explained_errors
from tasks.opening import open_or_create_lake
from tasks.query import open_catalog
from tasks.storage import Lake
from tasks.versions import version_key
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
    names = [sha256(f"{number}".encode()).hexdigest() for number in range(len(months))]
    return to_table(
        ArticleVersion,
        [
            ArticleVersion(
                version=Version(
                    version_id=names[number],
                    version_hash=names[number],
                    revision=1,
                    supersedes=None,
                    version_key=version_key(names[number]),
                    retires=None,
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
        "import os, sys; from tasks import lake; from tasks.opening import open_lake\n"
        "from tests.unit.test_lake import runs\n"
        "lake.DeltaTable.create_write_transaction = lambda *a, **k: os._exit(9)\n"
        "lake.append(open_lake(sys.argv[1]), 'runs', runs('lost'), app_id='run')\n",
        lake.home,
    )
    assert dead.returncode == 9, dead.stderr
    assert len(list((lake.home / "runs").glob("*.parquet"))) == 2, "the orphan lies there"
    assert committed(lake) == ["before"]
    publish(lake, "run")
    with open_catalog(lake) as connection:
        assert connection.execute("select run_id from runs").fetchall() == [("before",)]
    assert append(lake, "runs", runs("lost"), app_id="run")
    assert committed(lake) == ["before", "lost"]


def test_two_processes_that_append_at_once_lose_nothing(lake: Lake) -> None:
    code = (
        "import sys; from tasks.lake import append; from tasks.opening import open_lake\n"
        "from tests.unit.test_lake import runs\n"
        "opened, name = open_lake(sys.argv[1]), sys.argv[2]\n"
        "for n in range(12):\n"
        "    append(opened, 'runs', runs(f'{name}{n}'), app_id=f'{name}/{n}')\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(lake.home), name], cwd=ROOT)
        for name in "xy"
    ]
    assert [process.wait() for process in started] == [0, 0]
    assert committed(lake) == sorted(f"{name}{n}" for name in "xy" for n in range(12))


def test_a_log_of_many_commits_gets_checkpoints_and_stays_readable(lake: Lake) -> None:
    # By delta-rs alone, which is quicker: what counts here is that its log is read back.
    table = DeltaTable(str(lake.home / "runs"))
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
    assert (lake.home / "runs" / "_delta_log" / "_last_checkpoint").exists()
    assert len(committed(lake)) == 101
    assert not append(lake, "runs", runs("again"), app_id="3")


# Partitions


def test_rows_lie_in_the_folder_of_their_month(lake: Lake) -> None:
    months = ["2026-06", "unknown", "2026-06", "0033-04", "9999-12"]
    append(lake, "articles", versions(*months), app_id="a")
    names = {Path(file).parent.name for file in active_files(lake, "articles")}
    assert "published_month=2026-06" in names
    assert "published_month=unknown" in names
    publish(lake, "run")
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


# Failures


@contextmanager
def failing(error: Exception) -> Iterator[None]:
    with explained_errors(Lake("/lake", Path("/lake"))):
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
    (entry,) = (lake.home / "runs" / "_delta_log").glob("*.json")
    entry.write_text("{ no json")
    with pytest.raises(LakeError) as raised:
        append(lake, "runs", runs("a"), app_id="a")
    assert "\n" not in str(raised.value)
    assert str(lake.home) in str(raised.value)


def test_a_month_reads_only_its_files(lake: Lake) -> None:
    append(lake, "articles", versions("2026-06", "2026-07", "unknown"), app_id="a")
    publish(lake, "run")
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
    publish(lake, "run")
    with open_catalog(lake) as connection:
        ((title,),) = connection.execute("select title from articles").fetchall()
    assert title == an_article().content.title
