"""Maintenance: files get fewer, rows stay what they are, and nothing goes that a reader needs."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from expectations.columns import to_table
from expectations.records import ArticleVersion, Snapshot, Version
from flows.__main__ import app
from tasks import compaction
from tasks.catalog import publish
from tasks.compaction import (
    ALWAYS_MERGED_BYTES,
    LARGEST_JUMP,
    TARGET_BYTES,
    active_data_files,
    merge_small_files,
    plan_bins,
)
from tasks.errors import LakeError
from tasks.lake import active_files, append, open_table, replace_files
from tasks.opening import open_or_create_lake
from tasks.parquet import ROW_GROUP_ROWS, WrittenFile
from tasks.query import open_catalog, open_snapshot
from tasks.snapshots import SHOWN, find_snapshot
from tasks.storage import Lake
from tasks.sweep import remove_unneeded
from tasks.tables import TABLES, file_schema, schema_tag, table_schema
from tasks.versions import version_key
from tests.builders import an_article
from tests.lakes import ask

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)
ALL_ROWS = "select * from article_versions order by version_key"
MONTHS = ("2026-06", "2026-07", "unknown")
OURS = "0123abcd-00000000-0000-4000-8000-000000000000.parquet"  # as write_file names them


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_or_create_lake(tmp_path / "lake")


def versions(name: str, *months: str, publisher: str | None = "P") -> pa.Table:
    """One article version a month."""
    rows = []
    for month in months:
        url = f"https://example.org/{name}/{month}"
        version_id = sha256(url.encode()).hexdigest()
        version = Version(
            version_id=version_id,
            version_hash=version_id,
            revision=1,
            supersedes=None,
            version_key=version_key(version_id),
            retires=None,
            first_seen_at=NOW,
        )
        rows.append(
            ArticleVersion(
                version=version,
                article=an_article(url=url, publisher=publisher, text=f"{name} {month}"),
                run_id=name,
                ingested_at=NOW,
                pipeline_version="1",
                published_month=month,
            )
        )
    return to_table(ArticleVersion, rows)


def a_row(table: str) -> pa.Table:
    """A row that any table takes."""

    def column(kind: pa.DataType) -> pa.Array:
        if pa.types.is_list(kind):
            return pa.array([[]], kind)
        value = NOW if pa.types.is_timestamp(kind) else "x" if pa.types.is_string(kind) else 1
        return pa.array([value]).cast(kind)

    return pa.table([column(f.type) for f in table_schema(table)], schema=table_schema(table))


def fill(lake: Lake, *names: str) -> None:
    """Commit small files, one a name and month, and publish them."""
    for name in names:
        append(lake, "articles", versions(name, *MONTHS, publisher=f"P {name}"), app_id=name)
    publish(lake, names[-1])


def read(lake: Lake) -> pa.Table:
    with open_catalog(lake) as connection:
        return connection.sql(ALL_ROWS).to_arrow_table()


def read_as_of(lake: Lake, when: str) -> pa.Table:
    with open_snapshot(lake, find_snapshot(lake, when)) as connection:
        return connection.sql(ALL_ROWS).to_arrow_table()


def on_disk(lake: Lake, table: str = "articles") -> set[str]:
    """Data files, whoever may need them."""
    return {str(p) for p in (lake.home / table).rglob("*.parquet") if p.parent.name != "_delta_log"}


def age(paths: Iterable[str | Path], days: float) -> None:
    moment = time.time() - days * 86_400
    for path in paths:
        os.utime(path, (moment, moment), follow_symlinks=False)


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )


# Merging


def test_merging_small_files_keeps_rows_columns_and_layout(lake: Lake) -> None:
    fill(lake, "b", "c", "a", "d")
    before = read(lake)
    merged = merge_small_files(lake, "articles")
    assert (merged.files_before, merged.files_after) == (12, 3)
    files = active_files(lake, "articles")
    assert len(files) == 3
    assert merged.bytes_rewritten == sum(Path(file).stat().st_size for file in files)
    assert read(lake) == before, "the old catalog still reads"
    publish(lake, "compacted")
    assert read(lake) == before
    assert before.num_rows == 12
    for file in files:
        publishers = pq.ParquetFile(file).read(["publisher"])["publisher"].to_pylist()
        assert publishers == ["P a", "P b", "P c", "P d"]
    assert not append(lake, "articles", versions("a"), app_id="a"), "it is known what was committed"


def test_a_merged_file_has_the_layout_of_a_written_one(lake: Lake) -> None:
    rows = pa.concat_tables([versions("a", "2026-06", publisher=p) for p in ("Z", None, "P", "A")])
    half = pa.concat_tables([rows] * (ROW_GROUP_ROWS // 7)).combine_chunks()
    for name in ("x", "y"):
        append(lake, "articles", half, app_id=name)
    merge_small_files(lake, "articles")
    (file,) = active_files(lake, "articles")
    assert Path(file).name.startswith(schema_tag("articles"))
    data = pq.ParquetFile(file)
    assert data.schema_arrow.names == file_schema("articles").names
    groups = [data.metadata.row_group(number) for number in range(data.num_row_groups)]
    assert [g.num_rows for g in groups] == [ROW_GROUP_ROWS, 2 * half.num_rows - ROW_GROUP_ROWS]
    assert {group.column(0).compression for group in groups} == {"ZSTD"}
    identity = data.schema_arrow.names.index("article_id")
    assert all(group.column(identity).bloom_filter_offset for group in groups)
    publishers = data.read(["publisher"])["publisher"].to_pylist()
    assert publishers == sorted(publishers, key=lambda name: (name is None, name or ""))


@pytest.mark.parametrize("table", TABLES)
def test_every_table_can_be_merged_and_is_left_alone_until_it_has_grown(
    lake: Lake, table: str
) -> None:
    for number in range(3):
        append(lake, table, a_row(table), app_id=str(number))
    assert merge_small_files(lake, table).files_after == 1
    assert pq.read_table(active_files(lake, table), partitioning=None).num_rows == 3
    version = open_table(lake, table).version()
    again = merge_small_files(lake, table)
    assert (again.files_before, again.files_after, again.bytes_rewritten) == (1, 1, 0)
    assert open_table(lake, table).version() == version


def make_old(lake: Lake, file: WrittenFile, *, without: Iterable[str]) -> None:
    """Let a file be one that an older Broadsheet wrote, which had fewer columns."""
    name = file.relative_path.replace(schema_tag("articles"), "01d01d01")
    path = lake.home / "articles" / file.relative_path
    rows = pq.ParquetFile(path).read().drop_columns(list(without))
    pq.write_table(rows, path.with_name(Path(name).name))
    old = WrittenFile(name, file.size_bytes, file.rows, file.partition_values, file.written_at_ms)
    assert replace_files(lake, "articles", old=[file], new=[old], app_id="old")


def test_files_of_an_older_broadsheet_get_the_columns_that_have_come_since(lake: Lake) -> None:
    fill(lake, "a", "b")
    june = [f for f in active_data_files(lake, "articles") if "2026-06" in f.relative_path]
    (july, _) = [f for f in active_data_files(lake, "articles") if "2026-07" in f.relative_path]
    gone = ["tags", "removed", "fetched_at_source", "extractor", "similarity", "date_conflict"]
    for file in (june[0], july):
        make_old(lake, file, without=gone)
    publish(lake, "old")
    before = read(lake)
    assert before["extractor"].null_count == 2, "a column that is never null in rows of today"
    merge_small_files(lake, "articles")
    publish(lake, "compacted")
    assert read(lake) == before
    assert before["tags"].null_count == 0
    tag = schema_tag("articles")
    assert all(Path(file).name.startswith(tag) for file in active_files(lake, "articles"))


def test_an_old_file_that_has_nothing_to_merge_with_is_rewritten_once(lake: Lake) -> None:
    append(lake, "articles", versions("a", "2026-06"), app_id="a")
    make_old(lake, active_data_files(lake, "articles")[0], without=["tags"])
    assert merge_small_files(lake, "articles").bytes_rewritten > 0
    assert merge_small_files(lake, "articles").bytes_rewritten == 0
    publish(lake, "compacted")
    assert ask(lake, "select run_id, tags from article_versions") == [("a", [])]


def test_what_does_not_fit_in_memory_at_once_is_merged_in_parts(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(lake, *"abcdefg")
    before = read(lake)
    size = max(compaction._read(lake, "articles", f).nbytes for f in every_file(lake))
    monkeypatch.setattr(compaction, "MOST_IN_MEMORY", 3.5 * size)
    merged = merge_small_files(lake, "articles")
    assert (merged.files_before, merged.files_after) == (21, 9), "3 + 3 + 1 a month"
    publish(lake, "compacted")
    assert read(lake) == before


def every_file(lake: Lake) -> list[WrittenFile]:
    return active_data_files(lake, "articles")


def test_a_damaged_file_is_named_and_nothing_changes(lake: Lake) -> None:
    fill(lake, "a", "b")
    version, before = open_table(lake, "articles").version(), on_disk(lake)
    victim = Path(active_files(lake, "articles")[0])
    content = victim.read_bytes()
    for damage in (content[:-9], b"", None):
        victim.unlink()
        if damage is not None:
            victim.write_bytes(damage)
        with pytest.raises(LakeError, match=re.escape(victim.name)):
            merge_small_files(lake, "articles")
        victim.touch()
        assert (open_table(lake, "articles").version(), on_disk(lake)) == (version, before)


# Which files are merged

SIZES = st.integers(1, TARGET_BYTES) | st.integers(1, 40).map(lambda n: n * ALWAYS_MERGED_BYTES)
FILES = st.lists(st.tuples(SIZES, st.sampled_from(MONTHS)), max_size=60)


def files_of(sizes: Iterable[tuple[int, str]], tag: str = "tag") -> list[WrittenFile]:
    return [
        WrittenFile(f"{tag}-{number}", size, 1, {"month": month}, number)
        for number, (size, month) in enumerate(sizes)
    ]


@given(FILES)
def test_bins_are_of_small_files_of_one_partition_and_no_larger_than_the_target(
    sizes: list[tuple[int, str]],
) -> None:
    bins = plan_bins(files_of(sizes), "tag")
    chosen = [file.relative_path for bin_ in bins for file in bin_]
    assert len(chosen) == len(set(chosen))
    for bin_ in bins:
        total = sum(file.size_bytes for file in bin_)
        assert len(bin_) > 1
        assert total <= TARGET_BYTES
        assert len({file.partition_values["month"] for file in bin_}) == 1
        for file in bin_:
            assert file.size_bytes < TARGET_BYTES // 2
            # so a row moves to a file at least half as large again: O(log) times
            is_tiny = file.size_bytes < ALWAYS_MERGED_BYTES
            assert is_tiny or total >= file.size_bytes * (1 + 1 / LARGEST_JUMP)


@given(FILES)
def test_files_that_nobody_adds_to_come_to_rest_as_a_few(sizes: list[tuple[int, str]]) -> None:
    sizes = [(size, "2026-06") for size, _ in sizes]
    for _ in range(20):
        files = files_of(sizes)
        bins = plan_bins(files, "tag")
        if not bins:
            break
        chosen = {file.relative_path for bin_ in bins for file in bin_}
        sizes = [(f.size_bytes, "2026-06") for f in files if f.relative_path not in chosen]
        sizes += [(sum(file.size_bytes for file in bin_), "2026-06") for bin_ in bins]
    assert not bins
    # 1 MiB, 2, 4, ... to half the target, and one that is smaller.
    assert sum(size < TARGET_BYTES // 2 for size, _ in sizes) <= 7


@given(FILES)
def test_files_that_lack_columns_are_all_rewritten(sizes: list[tuple[int, str]]) -> None:
    files = files_of(sizes, tag="old")
    chosen = [file.relative_path for bin_ in plan_bins(files, "tag") for file in bin_]
    assert sorted(chosen) == sorted(file.relative_path for file in files)


def test_a_table_that_grows_by_a_file_a_day_is_rewritten_a_few_times_over_the_years() -> None:
    daily, days, rewritten = 300_000, 3 * 365, 0
    sizes: list[tuple[int, str]] = []
    for _ in range(days):
        files = files_of([*sizes, (daily, "unknown")])
        bins = plan_bins(files, "tag")
        chosen = {file.relative_path for bin_ in bins for file in bin_}
        merged = [sum(file.size_bytes for file in bin_) for bin_ in bins]
        rewritten += sum(merged)
        sizes = [(f.size_bytes, "unknown") for f in files if f.relative_path not in chosen]
        sizes += [(size, "unknown") for size in merged]
    assert rewritten < 10 * daily * days
    assert len(sizes) < 20


# Beside others


def test_of_two_compactions_of_the_same_files_one_is_refused_and_takes_its_files_away(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(lake, "a", "b")
    before, rewrite = read(lake), compaction._rewrite

    def rewrite_too_late(*arguments: object) -> WrittenFile:
        monkeypatch.setattr(compaction, "_rewrite", rewrite)
        assert merge_small_files(lake, "articles").files_after == 3
        return rewrite(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(compaction, "_rewrite", rewrite_too_late)
    late = merge_small_files(lake, "articles")
    assert (late.files_before, late.files_after, late.bytes_rewritten) == (6, 6, 0)
    assert len(on_disk(lake)) == 6 + 3
    publish(lake, "compacted")
    assert read(lake) == before


def test_a_commit_whose_answer_was_lost_keeps_the_files_that_it_named(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(lake, "a", "b")
    before = read(lake)

    def replace_and_seem_to_fail(*arguments: Any, **names: Any) -> bool:
        replace_files(*arguments, **names)
        return False

    monkeypatch.setattr(compaction, "replace_files", replace_and_seem_to_fail)
    assert merge_small_files(lake, "articles").files_after == 3
    publish(lake, "compacted")
    assert read(lake) == before


COMPACT_AGAIN_AND_AGAIN = """
import sys
from pathlib import Path
from tasks.compaction import merge_small_files
from tasks.opening import open_lake
lake, done = open_lake(sys.argv[1]), Path(sys.argv[2])
while not done.exists():
    merge_small_files(lake, "articles")
"""
COMMIT_SHARDS = """
import sys
from tasks.commit import commit_shard
from tasks.opening import open_lake
from tests.builders import a_shard, an_article
for n in range(8):
    articles = [an_article(url=f"https://e.org/{n + k}") for k in range(3)]
    commit_shard(open_lake(sys.argv[1]), a_shard(*articles, name=str(n)), pipeline_version="1")
"""


def test_two_compactions_beside_a_run_that_commits_lose_and_double_nothing(
    lake: Lake, tmp_path: Path
) -> None:
    done = tmp_path / "done"
    compactions = [start(COMPACT_AGAIN_AND_AGAIN, lake.uri, done) for _ in range(2)]
    run = start(COMMIT_SHARDS, lake.uri)
    try:
        assert run.wait(60) == 0, run.communicate()[1]
    finally:
        done.touch()
    assert [process.wait(60) for process in compactions] == [0, 0]
    merge_small_files(lake, "articles")
    publish(lake, "compacted")
    assert sorted(ask(lake, "select url from article_versions")) == sorted(
        (f"https://e.org/{n}",) for n in range(10)
    )
    log = [
        json.loads(e) for e in (lake.home / "articles/_delta_log").glob("*.json") for e in e.open()
    ]
    assert sum("remove" in action for action in log) > 3, "they met"
    assert len({action["remove"]["path"] for action in log if "remove" in action}) == sum(
        "remove" in action for action in log
    )


# Removal


def at(days_ago: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days_ago)


def show_readers(lake: Lake, run_id: str, days_ago: float) -> None:
    """Record that the tables as they are now were published some days ago."""
    shown = {table: open_table(lake, table).version() for table in SHOWN}
    snapshot = Snapshot(taken_at=at(days_ago), run_id=run_id, **shown)
    append(lake, "snapshots", to_table(Snapshot, [snapshot]), app_id=run_id)


def merge_in_the_past(lake: Lake, days_ago: float) -> None:
    """Merge the articles, and let it have happened some days ago."""
    assert merge_small_files(lake, "articles").bytes_rewritten
    entry = max((lake.home / "articles/_delta_log").glob("*.json"))
    stamp = int(at(days_ago).timestamp() * 1000)
    entry.write_text(
        re.sub(r'"deletionTimestamp":\d+', f'"deletionTimestamp":{stamp}', entry.read_text())
    )


def lake_with_a_past(lake: Lake, *, before: float, merged: float, after: float) -> pa.Table:
    """A lake whose articles were published, merged and published again, each some days ago."""
    for name in ("a", "b"):
        append(lake, "articles", versions(name, "2026-06"), app_id=name)
    show_readers(lake, "before", before)
    merge_in_the_past(lake, merged)
    show_readers(lake, "after", after)
    age(on_disk(lake), before)
    publish(lake, "now")
    return read(lake)


def sweep(lake: Lake, days: int = 30) -> int:
    return remove_unneeded(lake, days=days, now=datetime.now(UTC))["articles"]


def test_as_of_answers_are_the_same_before_and_after_a_compaction(lake: Lake) -> None:
    for name in "abc":
        fill(lake, name)
    answers = {name: read_as_of(lake, name) for name in "abc"}
    assert [answer.num_rows for answer in answers.values()] == [3, 6, 9]
    merge_small_files(lake, "articles")
    publish(lake, "compacted")
    sweep(lake, days=1)
    assert {name: read_as_of(lake, name) for name in "abc"} == answers
    assert read_as_of(lake, "compacted") == answers["c"]


def test_what_was_replaced_stays_within_the_retention_and_goes_after_it(lake: Lake) -> None:
    rows = lake_with_a_past(lake, before=36, merged=35, after=34)
    assert len(on_disk(lake)) == 3
    assert sweep(lake, days=36) == 0
    assert read_as_of(lake, "before") == rows
    assert sweep(lake, days=33) == 2
    assert [str(path) for path in active_files(lake, "articles")] == list(on_disk(lake))
    assert read_as_of(lake, "after") == rows
    assert read(lake) == rows
    with pytest.raises(LakeError, match="cannot be read"):
        read_as_of(lake, "before")


def test_what_readers_saw_when_the_retention_begins_stays_however_old_it_is(lake: Lake) -> None:
    # Merged, and killed before it was published: readers saw the old files for 40 days more.
    rows = lake_with_a_past(lake, before=60, merged=50, after=10)
    assert sweep(lake) == 0
    assert read_as_of(lake, at(30).isoformat()) == rows
    open_table(lake, "articles").create_checkpoint()  # which forgets what was replaced
    assert sweep(lake) == 0
    assert read_as_of(lake, at(30).isoformat()) == rows
    assert sweep(lake, days=9) == 2


def test_a_reader_of_an_old_catalog_is_not_disturbed(lake: Lake) -> None:
    fill(lake, "a", "b")
    before = read(lake)
    with open_catalog(lake) as connection:
        merge_small_files(lake, "articles")
        publish(lake, "compacted")
        sweep(lake, days=1)
        assert connection.sql(ALL_ROWS).to_arrow_table() == before


def test_orphans_of_killed_runs_go_after_a_day_and_fresh_ones_stay(lake: Lake) -> None:
    fill(lake, "a")
    age(on_disk(lake), 100)
    kept = on_disk(lake)
    folders = [lake.home / "articles", lake.home / "articles/published_month=2026-06"]
    log = lake.home / "articles/_delta_log"
    old = [folder / OURS for folder in folders]
    unfinished = [folders[1] / "x.parquet#1", log / "00000000000000000009.json#1"]
    reports = lake.home / "reports"
    (reports / "r").mkdir(parents=True)
    (reports / ".latest.7").symlink_to("gone")
    beside = [
        lake.home / ".broadsheet.duckdb.new.wal",
        lake.home / ".lake.json.4711",
        reports / "r/.index.html.7",
        lake.home / "pages/.run-00000.warc.gz.new",
        lake.home / "pages/.run-00000.cdxj.4711",
    ]
    (lake.home / "pages").mkdir()
    foreign = [folders[0] / "export.parquet", folders[0] / "sub" / "runs" / OURS]
    foreign[1].parent.mkdir(parents=True)
    for path in (*old, *unfinished, *beside, *foreign):
        path.write_bytes(b"of a commit that never was")
    age([*old, *unfinished, *beside, *foreign, reports / ".latest.7"], 1.1)
    fresh = [folders[1] / f"f{OURS[1:]}", folders[0] / "new.parquet#1", lake.home / ".lake.json.12"]
    for path in fresh:
        path.write_bytes(b"of a commit at work")
    age(fresh, 0.9)
    (reports / "r/index.html").touch()
    age([lake.home / "lake.json", reports / "r/index.html"], 100)
    entries = set(log.glob("*.json"))
    assert sweep(lake) == 2, "our files of data, wherever they lie"
    assert not [path for path in (*old, *unfinished, *beside) if path.exists()]
    assert not (reports / ".latest.7").is_symlink()
    assert all(
        path.exists()
        for path in (*fresh, *foreign, lake.home / "lake.json", reports / "r/index.html")
    )
    assert on_disk(lake) == kept | {str(path) for path in (fresh[0], *foreign)}
    assert set(log.glob("*.json")) == entries


def test_orphans_stay_while_it_cannot_be_told_what_readers_saw(lake: Lake) -> None:
    shown = dict.fromkeys(SHOWN, 4_711)  # versions that the log has no entries of
    lost = Snapshot(taken_at=at(40), run_id="lost", **shown)
    append(lake, "snapshots", to_table(Snapshot, [lost]), app_id="lost")
    fill(lake, "a")
    orphan = lake.home / f"articles/{OURS}"
    orphan.touch()
    age([orphan], 2)
    assert sweep(lake) == 0
    assert orphan.exists()


def test_the_log_reaches_as_far_back_as_the_files_and_is_written_to_only_for_a_reason(
    lake: Lake,
) -> None:
    fill(lake, "a")
    before = open_table(lake, "articles").version()
    sweep(lake)
    assert open_table(lake, "articles").version() == before
    sweep(lake, days=90)
    sweep(lake, days=90)
    assert open_table(lake, "articles").version() == before + 1
    for table in TABLES:
        settings = open_table(lake, table).metadata().configuration
        assert settings["delta.logRetentionDuration"] == "interval 91 days"
        assert settings["delta.deletedFileRetentionDuration"] == "interval 90 days"


def test_a_file_that_was_removed_is_not_removed_again(lake: Lake) -> None:
    lake_with_a_past(lake, before=36, merged=35, after=34)
    assert sweep(lake) == 2
    version = open_table(lake, "articles").version()
    assert sweep(lake) == 0
    assert open_table(lake, "articles").version() == version


@pytest.mark.parametrize("days", ["0", "-1", "1000000000", "a week"])
def test_a_retention_of_less_than_a_day_or_more_than_a_century_is_refused(
    lake: Lake, days: str
) -> None:
    command = ["compact", "--lake", lake.uri, "--retention-days", days]
    assert CliRunner().invoke(app, command).exit_code == 2


# Death

DIE_AT = """
import os, signal, sys
from datetime import datetime, UTC
from deltalake import DeltaTable
from tasks import catalog, compaction, lake, sweep
from tasks.opening import open_lake

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def after(function):
    return lambda *a, **k: (function(*a, **k), die())

step, opened = sys.argv[2], open_lake(sys.argv[1])
vacuum = DeltaTable.vacuum
match step:
    case "nothing merged yet": compaction._rewrite = die
    case "file written": compaction._rewrite = after(compaction._rewrite)
    case "commit not synced": lake.finish_commit = die
    case "first month committed": compaction.replace_files = after(compaction.replace_files)
    case "snapshot not published": catalog._replace_catalog = die
    case "vacuum begins":
        DeltaTable.vacuum = lambda *a, dry_run=True, **k: (
            vacuum(*a, dry_run=dry_run, **k) if dry_run else die())
    case "vacuum not synced": sweep.finish_commit = die
    case "orphans to go": sweep._delete = die
    case "leftovers to go": sweep._remove_leftovers = die
compaction.merge_small_files(opened, "articles")
catalog.publish(opened, "compacted")
sweep.remove_unneeded(opened, days=30, now=datetime.now(UTC))
"""
STEPS = re.findall(r'case "(.+)":', DIE_AT)


def test_a_compaction_that_is_killed_at_any_step_leaves_the_lake_whole(tmp_path: Path) -> None:
    lake = open_or_create_lake(tmp_path / "lake")
    lake_with_a_past(lake, before=36, merged=35, after=34)
    fill(lake, "c", "d")
    urls = read(lake)["url"].to_pylist()
    (lake.home / f"articles/{OURS}").touch()
    age([lake.home / f"articles/{OURS}"], 2)
    lakes = {step: replace(lake, home=tmp_path / step, uri=str(tmp_path / step)) for step in STEPS}
    for copy in lakes.values():
        shutil.copytree(lake.home, copy.home)
    started = {step: start(DIE_AT, copy.uri, step) for step, copy in lakes.items()}
    for step, process in started.items():
        assert process.wait(60) == -signal.SIGKILL, (step, process.communicate()[1])
    for step, copy in lakes.items():
        assert read(copy)["url"].to_pylist() == urls, step
        merge_small_files(copy, "articles")
        publish(copy, "compacted")
        age(on_disk(copy), 2)
        sweep(copy)
        assert read(copy)["url"].to_pylist() == urls, step
        # Of the past only what was replaced just now: of the dead nothing.
        assert len(active_files(copy, "articles")) == 3, step
        assert len(on_disk(copy)) == 3 + 7, step
