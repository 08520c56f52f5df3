"""Damaged lakes: the damage is named, what to do is said and helps, and nothing is changed."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pyarrow.fs as pafs
import pytest

from expectations.columns import to_table
from expectations.records import Snapshot
from tasks.catalog import publish, rebuild_catalog
from tasks.compaction import merge_small_files
from tasks.damage import find_damage, refuse_damaged
from tasks.errors import LakeError, QueryError
from tasks.lake import append
from tasks.log import entry_name
from tasks.log_damage import Damage
from tasks.opening import check_place, open_lake, open_or_create_lake
from tasks.query import open_catalog, open_snapshot, query_errors
from tasks.snapshots import find_snapshot, newest_snapshot
from tasks.status import lake_status
from tasks.storage import Lake, store
from tasks.sweep import remove_unneeded
from tasks.tables import TABLES
from tests.builders import a_rejection, an_article
from tests.flows.conftest import Done, broadsheet
from tests.lakes import ask, everything_in, put

SHARDS = 23  # one more would not matter: the newest checkpoint is of the 20th commit
CHECKPOINT = 20
MONTHS = 3


def shard(number: int) -> tuple[object, ...]:
    """Two articles of one month and a rejection."""
    published_at = datetime(2026, 1 + number % MONTHS, 1, tzinfo=UTC)
    articles = (
        an_article(url=f"https://a.example/{number}/{n}", published_at=published_at)
        for n in range(2)
    )
    return (*articles, a_rejection(raw_ref=f"a#{number}"))


def put_shard(lake: Lake, number: int, run: str = "20260101T000000Z-aaaaaa") -> None:
    put(lake, *shard(number), run_id=run, name=f"{number:05}")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def sound_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = open_or_create_lake(tmp_path_factory.mktemp("sound") / "lake")
    for number in range(SHARDS):
        put_shard(lake, number)
    return lake.home


@pytest.fixture
def lake(sound_lake: Path, tmp_path: Path) -> Lake:
    """A copy to damage, with a catalog of its own."""
    shutil.copytree(sound_lake, tmp_path / "lake")
    lake = open_lake(tmp_path / "lake")
    rebuild_catalog(lake)
    return lake


def log_of(lake: Lake, table: str = "articles") -> Path:
    return lake.home / table / "_delta_log"


def entry(lake: Lake, version: int, table: str = "articles") -> Path:
    return log_of(lake, table) / f"{version:020}.json"


def checkpoint(lake: Lake) -> Path:
    return log_of(lake) / f"{CHECKPOINT:020}.checkpoint.parquet"


def data_files(lake: Lake, folder: str) -> list[Path]:
    """In the order in which they were written."""
    files = (lake.home / folder).glob("*.parquet")
    return sorted(files, key=lambda path: path.stat().st_mtime_ns)


def articles_in(lake: Lake) -> int:
    return int(ask(lake, "select count(*) from articles")[0][0])


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    before = everything_in(folder)
    yield
    assert everything_in(folder) == before


def all_damage(lake: Lake) -> tuple[Damage, ...]:
    """What is found; looking for it changes nothing."""
    with unchanged(lake.home):
        found = find_damage(lake)
    for damage in found:
        assert "\n" not in f"{damage.place}{damage.problem}{damage.advice}"
    return found


def only_damage(lake: Lake) -> Damage:
    (damage,) = all_damage(lake)
    return damage


def articles_as_advised(lake: Lake, damage: Damage) -> int:
    """Follow `sql --as-of TIME` of the advice and count."""
    found = re.search(r"until then `sql --as-of (\S+)` reads what was before", damage.advice)
    assert found, damage.advice
    with open_snapshot(lake, find_snapshot(lake, found[1])) as views:
        row = views.execute("select count(text) from articles").fetchone()
    assert row is not None
    return int(row[0])


def repair_as_advised(damage: Damage) -> None:
    """Run the line of Python in the advice."""
    found = re.search(r"Python's (deltalake\.DeltaTable\('.*?'\)\.repair\(\))", damage.advice)
    assert found, damage.advice
    done = subprocess.run([sys.executable, "-c", f"import deltalake; {found[1]}"], check=False)
    assert done.returncode == 0


def test_a_sound_lake_has_no_damage(lake: Lake) -> None:
    with unchanged(lake.home):
        refuse_damaged(lake)
        status = lake_status(lake)
    assert status.damage == ()
    assert (status.articles, status.open_rejections) == (2 * SHARDS, SHARDS)


def test_a_new_lake_has_no_damage(tmp_path: Path) -> None:
    assert lake_status(open_or_create_lake(tmp_path / "lake")).damage == ()


def test_a_compacted_lake_has_no_damage_and_a_lost_file_of_it_can_be_read_around(
    lake: Lake,
) -> None:
    for table in TABLES:
        merge_small_files(lake, table)
    publish(lake, "20260102T000000Z-bbbbbb")
    remove_unneeded(lake, days=30, now=datetime.now(UTC))
    assert lake_status(lake).damage == ()
    newest = data_files(lake, "articles/published_month=2026-03")[-1]
    newest.unlink()
    damage = only_damage(lake)
    assert damage.problem == f"is missing: {2 * (SHARDS // MONTHS)} rows of 2026-03"
    assert articles_as_advised(lake, damage) == 2 * SHARDS


# The log


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"\n", id="blank"),
        pytest.param(lambda entry: entry[: len(entry) // 2], id="half"),
        pytest.param(lambda entry: entry.splitlines(keepends=True)[0], id="cut between lines"),
        pytest.param(lambda entry: b"\n".join(entry.splitlines()[:-1]), id="without its end"),
        pytest.param(lambda entry: b"\0" * len(entry), id="zeros"),
        pytest.param(lambda _: b"\xff\xfe not a log", id="garbage"),
        pytest.param(lambda _: b'"a word"', id="another JSON"),
        pytest.param(lambda _: b'{"add": 1}', id="another action"),
    ],
)
def test_a_log_entry_that_is_not_whole_is_named(
    lake: Lake, spoil: Callable[[bytes], bytes]
) -> None:
    path = entry(lake, SHARDS)
    path.write_bytes(spoil(path.read_bytes()))
    damage = only_damage(lake)
    assert damage.place == f"articles/_delta_log/{path.name}"
    assert re.match("is (empty|cut)", damage.problem)
    assert damage.advice.startswith("restore it from a backup")
    assert articles_as_advised(lake, damage) == 2 * (SHARDS - 1)


def test_an_entry_below_others_is_named_and_stops_whoever_would_write(lake: Lake) -> None:
    entry(lake, SHARDS - 1).write_bytes(b"")
    damage = only_damage(lake)
    assert articles_as_advised(lake, damage) == 2 * (SHARDS - 2)
    with unchanged(lake.home), pytest.raises(LakeError) as refused:
        refuse_damaged(lake)
    assert str(refused.value) == (
        f"{lake.home} is damaged: {damage.place} {damage.problem}; {damage.advice}"
    )


def test_an_empty_entry_that_only_older_snapshots_need_is_named(lake: Lake) -> None:
    entry(lake, 7).write_bytes(b"")
    damage = only_damage(lake)
    assert (damage.place, damage.problem) == (f"articles/_delta_log/{7:020}.json", "is empty")
    entry(lake, 7).unlink()  # as advised, where there is no backup
    assert lake_status(lake).damage == ()
    assert articles_in(lake) == 2 * SHARDS


@pytest.mark.parametrize("gone", [(CHECKPOINT + 1,), (CHECKPOINT + 2,), (21, 22)])
def test_a_gap_in_the_log_is_named(lake: Lake, gone: tuple[int, ...]) -> None:
    for version in gone:
        entry(lake, version).unlink()
    damage = only_damage(lake)
    assert damage.place == f"articles/_delta_log/{gone[0]:020}.json"
    assert damage.problem == "is missing" + (
        f", and so are all to {gone[-1]:020}.json" if len(gone) > 1 else ""
    )
    assert articles_as_advised(lake, damage) == 2 * (gone[0] - 1)


def test_a_stray_entry_of_a_huge_number_is_a_gap_and_not_a_list_of_all_between(lake: Lake) -> None:
    entry(lake, 10**20 - 1).write_bytes(entry(lake, 5).read_bytes())
    assert f"all to {10**20 - 2}.json" in only_damage(lake).problem


def test_old_entries_that_were_removed_are_no_damage(lake: Lake) -> None:
    for version in range(CHECKPOINT):
        entry(lake, version).unlink()
    assert lake_status(lake).damage == ()


def test_lost_newest_entries_are_told_from_what_was_published(lake: Lake) -> None:
    for version in (SHARDS - 1, SHARDS):
        entry(lake, version, "quarantine").unlink()
    damage = only_damage(lake)
    assert damage.place == "quarantine"
    assert (
        f"is at version {SHARDS - 2}, but run 20260101T000000Z-aaaaaa published" in damage.problem
    )
    assert articles_as_advised(lake, damage) == 2 * (SHARDS - 2)


def test_a_table_from_an_older_backup_is_told_from_what_was_published(
    lake: Lake, tmp_path: Path
) -> None:
    backup = shutil.copytree(lake.home / "funnel", tmp_path / "backup")
    put_shard(lake, SHARDS)
    shutil.rmtree(lake.home / "funnel")
    shutil.copytree(backup, lake.home / "funnel")
    assert "older backup" in only_damage(lake).problem


def flip(content: bytes) -> bytes:
    return content[:200] + bytes(byte ^ 0xFF for byte in content[200:600]) + content[600:]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda content: content[:-9000], id="cut"),
        pytest.param(flip, id="overwritten"),
    ],
)
def test_a_damaged_checkpoint_is_named_and_can_be_done_without(
    lake: Lake, spoil: Callable[[bytes], bytes]
) -> None:
    checkpoint(lake).write_bytes(spoil(checkpoint(lake).read_bytes()))
    damage = only_damage(lake)
    assert damage.place == f"articles/_delta_log/{checkpoint(lake).name}"
    assert "or delete it and _last_checkpoint: the entries beside it say the same" in damage.advice
    checkpoint(lake).unlink()
    (log_of(lake) / "_last_checkpoint").unlink()
    assert lake_status(lake).damage == ()
    rebuild_catalog(lake)
    assert articles_in(lake) == 2 * SHARDS


def test_a_missing_checkpoint_is_named_and_can_be_done_without(lake: Lake) -> None:
    checkpoint(lake).unlink()
    damage = only_damage(lake)
    assert damage.place == f"articles/_delta_log/{checkpoint(lake).name}"
    assert damage.problem == "is missing, but _last_checkpoint names it"
    assert "or delete _last_checkpoint" in damage.advice
    (log_of(lake) / "_last_checkpoint").unlink()
    assert lake_status(lake).damage == ()


@pytest.mark.parametrize("is_there", [True, False])
def test_a_checkpoint_whose_entries_are_gone_cannot_be_done_without(
    lake: Lake, *, is_there: bool
) -> None:
    for version in range(CHECKPOINT):
        entry(lake, version).unlink()
    if is_there:
        checkpoint(lake).write_bytes(b"PAR1")
    else:
        checkpoint(lake).unlink()
    damage = only_damage(lake)
    assert damage.place.endswith(".checkpoint.parquet")
    assert "_last_checkpoint:" not in damage.advice
    assert "ingest the sources into a new lake" in damage.advice


def test_a_damaged_checkpoint_and_a_damaged_entry_are_both_named(lake: Lake) -> None:
    checkpoint(lake).write_bytes(b"")
    entry(lake, SHARDS).write_bytes(b"")
    first, second = all_damage(lake)
    assert (first.place, second.place) == (
        f"articles/_delta_log/{checkpoint(lake).name}",
        f"articles/_delta_log/{SHARDS:020}.json",
    )
    assert "_last_checkpoint:" not in first.advice


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": "x"}'])
def test_a_damaged_last_checkpoint_is_no_damage_for_the_log_is_listed(
    lake: Lake, content: bytes
) -> None:
    (log_of(lake) / "_last_checkpoint").write_bytes(content)
    assert lake_status(lake).damage == ()
    rebuild_catalog(lake)
    assert articles_in(lake) == 2 * SHARDS


# Data files


def test_a_missing_data_file_is_named_with_its_rows_and_the_lake_lives_on_without_it(
    lake: Lake,
) -> None:
    folder = "articles/published_month=2026-03"
    file = data_files(lake, folder)[1]  # of the 6th shard
    file.unlink()
    damage = only_damage(lake)
    assert (damage.place, damage.problem) == (
        f"{folder}/{file.name}",
        "is missing: 2 rows of 2026-03",
    )
    assert articles_as_advised(lake, damage) == 2 * 5
    repair_as_advised(damage)
    assert find_damage(lake) == ()
    put_shard(lake, 5, run="20260102T000000Z-bbbbbb")  # as advised: its source again
    assert lake_status(lake).damage == ()
    assert articles_in(lake) == 2 * SHARDS


def test_an_empty_data_file_is_named(lake: Lake) -> None:
    file = data_files(lake, "articles/published_month=2026-01")[0]
    file.write_bytes(b"")
    damage = only_damage(lake)
    assert damage.place == f"articles/published_month=2026-01/{file.name}"
    assert damage.problem == "is empty: 2 rows of 2026-01"
    assert "until then" not in damage.advice, "the first shard needs it"
    file.unlink()
    repair_as_advised(damage)
    assert find_damage(lake) == ()


def test_a_data_file_that_was_cut_is_named_with_both_sizes(lake: Lake) -> None:
    file = data_files(lake, "quarantine")[-1]
    size = file.stat().st_size
    file.write_bytes(file.read_bytes()[: size // 2])
    damage = only_damage(lake)
    assert damage.place == f"quarantine/{file.name}"
    assert damage.problem == f"has {size // 2:,} bytes, not {size:,}: 1 row"
    assert articles_as_advised(lake, damage) == 2 * (SHARDS - 1)
    status = lake_status(lake)
    assert (status.articles, status.open_rejections) == (2 * SHARDS, None)


def test_of_a_month_that_is_gone_is_said_so_once(lake: Lake) -> None:
    folder = lake.home / "articles/published_month=2026-02"
    files = len(list(folder.iterdir()))
    shutil.rmtree(folder)
    damage = only_damage(lake)
    assert damage.place == "articles/published_month=2026-02"
    assert damage.problem == (f"has lost all its {files} data files: {2 * files} rows of 2026-02")
    assert articles_as_advised(lake, damage) == 2


def test_what_is_advised_for_lost_files_lets_as_of_read_before_all_of_them(lake: Lake) -> None:
    data_files(lake, "quarantine")[14].unlink()
    entry(lake, 10, "funnel").write_bytes(b"")  # of the 10th shard, below no checkpoint of funnel
    (log_of(lake, "funnel") / f"{CHECKPOINT:020}.checkpoint.parquet").unlink()
    (log_of(lake, "funnel") / "_last_checkpoint").unlink()
    damages = all_damage(lake)
    assert [damage.place.partition("/")[0] for damage in damages] == ["quarantine", "funnel"]
    assert {articles_as_advised(lake, damage) for damage in damages} == {2 * 9}


def test_a_lost_file_of_counts_can_be_given_up_and_the_rest_published(lake: Lake) -> None:
    data_files(lake, "funnel")[3].unlink()
    damage = only_damage(lake)
    assert lake_status(lake).articles == 2 * SHARDS, "what does not need it can be read"
    repair_as_advised(damage)
    assert "broadsheet compact" in damage.advice
    put_shard(lake, 0, run="20260102T000000Z-bbbbbb")  # publishes as it does
    query = "select count(distinct (run_id, shard)) from funnel_counts"
    assert ask(lake, query) == [(SHARDS - 1 + 1,)]


def test_a_query_that_needs_a_missing_file_says_which_and_where_to_look(lake: Lake) -> None:
    file = data_files(lake, "articles/published_month=2026-03")[1]
    file.unlink()
    with open_catalog(lake) as views:
        with pytest.raises(QueryError) as raised, query_errors(views):
            views.execute("select * from articles").fetchall()
        assert file.name in str(raised.value)
        assert str(raised.value).endswith("; run `broadsheet status` to see what is damaged")
        with pytest.raises(QueryError) as raised, query_errors(views):
            views.execute("from read_parquet('/nowhere/at/all.parquet')")
        assert "broadsheet status" not in str(raised.value)
        with query_errors(views):
            assert views.execute("select count(*) from rejections").fetchone() == (SHARDS,)


def test_bits_that_rot_in_a_data_file_show_when_the_status_reads_it(lake: Lake) -> None:
    file = data_files(lake, "articles/published_month=2026-03")[1]
    content = file.read_bytes()
    half = len(content) // 2
    file.write_bytes(content[:4] + b"\0" * (half - 4) + content[half:])
    with unchanged(lake.home):
        status = lake_status(lake)
    (damage,) = status.damage
    assert "cannot be read" in damage.problem
    assert status.open_rejections == SHARDS


# Tables, marker, clock


@pytest.mark.parametrize("table", ["articles", "runs", "snapshots"])
def test_a_missing_table_is_named(lake: Lake, table: str) -> None:
    shutil.rmtree(lake.home / table)
    damage = only_damage(lake)
    assert (damage.place, damage.problem) == (table, "is missing")
    assert not (lake.home / table).exists()


def test_a_table_without_its_log_is_named(lake: Lake) -> None:
    shutil.rmtree(log_of(lake))
    assert only_damage(lake).problem == "has lost its log"


def test_a_table_of_another_lake_is_named(lake: Lake, tmp_path: Path) -> None:
    other = open_or_create_lake(tmp_path / "other")
    shutil.rmtree(lake.home / "metrics")
    shutil.copytree(other.home / "metrics", lake.home / "metrics")
    damage = only_damage(lake)
    assert damage.place == "metrics"
    assert other.id in damage.problem
    assert lake.id in damage.problem


def test_a_marker_of_another_lake_is_named_and_not_the_tables(lake: Lake, tmp_path: Path) -> None:
    other = open_or_create_lake(tmp_path / "other")
    shutil.copy(other.home / "lake.json", lake.home / "lake.json")
    damage = only_damage(open_lake(lake.home))
    assert damage.place == "lake.json"
    assert "restore it" in damage.advice


@pytest.mark.parametrize("content", [None, b"", b'{"broadsheet_lake": 2, "id": "4', b"\0" * 300])
def test_a_lost_or_damaged_marker_can_be_written_again_as_is_said(
    lake: Lake, content: bytes | None
) -> None:
    marker = lake.home / "lake.json"
    if content is None:
        marker.unlink()
    else:
        marker.write_bytes(content)
    with unchanged(lake.home):
        for refuse in (open_lake, check_place, open_or_create_lake):
            with pytest.raises(LakeError, match=r"lake\.json.*restore it from a backup") as raised:
                refuse(lake.home)
            assert "\n" not in str(raised.value)
    found = re.search(r"or write (\{.*\}) into it", str(raised.value))
    assert found
    marker.write_text(found[1])
    again = open_or_create_lake(lake.home)
    assert again == lake
    assert lake_status(again).damage == ()
    assert articles_in(again) == 2 * SHARDS


def test_a_snapshot_of_the_future_is_named_as_a_wrong_clock(lake: Lake) -> None:
    newest = newest_snapshot(lake)
    assert newest is not None
    ahead = replace(newest, taken_at=datetime.now(UTC) + timedelta(hours=3), run_id="ahead")
    append(lake, "snapshots", to_table(Snapshot, [ahead]), app_id="ahead")
    damage = only_damage(lake)
    assert damage.place == "snapshots"
    assert "run ahead wrote at" in damage.problem
    assert "set the clock" in damage.advice
    with pytest.raises(LakeError, match="set the clock"), unchanged(lake.home):
        put_shard(lake, SHARDS)


def test_a_clock_that_is_behind_by_less_than_time_servers_allow_is_no_damage(lake: Lake) -> None:
    newest = newest_snapshot(lake)
    assert newest is not None
    ahead = replace(newest, taken_at=datetime.now(UTC) + timedelta(minutes=5), run_id="ahead")
    append(lake, "snapshots", to_table(Snapshot, [ahead]), app_id="ahead")
    assert find_damage(lake) == ()
    put_shard(lake, SHARDS)


# What can be made again is no damage


@pytest.mark.parametrize("kept", [0, 100, 12288, -1])
def test_a_catalog_that_was_cut_is_made_anew(lake: Lake, kept: int) -> None:
    content = lake.catalog.read_bytes()
    lake.catalog.chmod(0o644)
    lake.catalog.write_bytes(content[:kept])
    status = lake_status(lake)
    assert (status.damage, status.articles) == ((), 2 * SHARDS)


def test_leftovers_of_a_process_that_died_in_making_a_catalog_are_no_damage(lake: Lake) -> None:
    lake.catalog.unlink()
    for name in (".broadsheet.duckdb.new", ".broadsheet.duckdb.new.wal", ".index.sqlite"):
        (lake.home / name).write_bytes(b"half")
    assert lake_status(lake).articles == 2 * SHARDS
    put_shard(lake, SHARDS)
    assert articles_in(lake) == 2 * (SHARDS + 1)


def test_a_damaged_lake_that_was_moved_keeps_its_catalog(lake: Lake, tmp_path: Path) -> None:
    # Not the first by name: DuckDB looks into that one to make the view.
    sorted(data_files(lake, "funnel"))[3].unlink()
    moved = lake.home.rename(tmp_path / "moved")
    with unchanged(moved):
        status = lake_status(open_lake(moved))
    assert status.articles == 2 * SHARDS
    assert len(status.damage) == 1


# The command line


def run(command: str, lake: Path) -> Done:
    """Run a command that changes nothing."""
    arguments = {"sql": ["select count(*) from articles"], "ingest": ["seeds"]}.get(command, [])
    with unchanged(lake):
        return broadsheet(command, *arguments, "--lake", lake)


@pytest.mark.parametrize("command", ["sql", "report", "compact", "ingest"])
def test_a_command_on_a_damaged_lake_ends_with_one_line_that_names_the_damage(
    lake: Lake, command: str
) -> None:
    entry(lake, SHARDS).write_bytes(b'{"commitInfo":')
    lake.catalog.unlink()
    done = run(command, lake.home)
    assert (done.exit_code, done.out) == (1, "")
    (line,) = done.err.splitlines()
    place = f"articles/_delta_log/{SHARDS:020}.json"
    assert line.startswith(f"broadsheet: {lake.home} is damaged: {place} is cut or overwritten; ")


def test_the_status_of_a_lake_whose_views_cannot_be_opened_names_the_damage(lake: Lake) -> None:
    entry(lake, SHARDS).write_bytes(b'{"commitInfo":')
    lake.catalog.unlink()
    done = run("status", lake.home)
    assert (done.exit_code, done.err) == (1, "")
    rows, damage = done.out.splitlines()[1:]
    assert rows == "rows     ? articles in ? versions, ? open rejections"
    assert damage.startswith(f"damage   articles/_delta_log/{SHARDS:020}.json: is cut or over")


def test_the_status_shows_what_can_be_read_and_then_the_damage(lake: Lake) -> None:
    file = data_files(lake, "quarantine")[0]
    file.unlink()
    shown = run("status", lake.home)
    assert (shown.exit_code, shown.err) == (1, "")
    _, rows, source, damage = shown.out.splitlines()
    assert rows == f"rows     {2 * SHARDS} articles in {2 * SHARDS} versions, ? open rejections"
    assert source.startswith("source ")
    assert damage.startswith(f"damage   quarantine/{file.name}: is missing: 1 row; restore it")
    status = broadsheet("status", "--lake", lake.home, "--json")
    assert status.exit_code == 1
    (damage,) = status.json["damage"]
    assert damage["place"] == f"quarantine/{file.name}"
    assert set(damage) == {"place", "problem", "advice"}


def test_sql_that_meets_a_missing_file_says_which_in_a_line(lake: Lake) -> None:
    file = data_files(lake, "articles/published_month=2026-03")[1]
    file.unlink()
    done = run("sql", lake.home)
    assert (done.exit_code, done.out) == (1, "")
    (line,) = done.err.splitlines()
    assert file.name in line
    assert line.endswith("run `broadsheet status` to see what is damaged")


@pytest.fixture
def read_only(lake: Lake) -> Iterator[Path]:
    """A lake on a disk that cannot be written."""
    place = str(lake.home)
    for options in ("bind", "remount,ro,bind"):
        mount = ["mount", "-o", options, place, place]
        mounted = subprocess.run(mount, capture_output=True, check=False, text=True)
        if mounted.returncode:
            pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield lake.home
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_a_lake_on_a_read_only_disk_can_be_read(read_only: Path) -> None:
    status = run("status", read_only)
    assert (status.exit_code, status.err) == (0, "")
    assert "damage" not in status.out
    assert run("sql", read_only).exit_code == 0


@pytest.mark.parametrize("command", ["ingest", "compact"])
def test_what_would_write_to_a_read_only_disk_says_so_in_a_line(
    read_only: Path, command: str
) -> None:
    done = run(command, read_only)
    assert (done.exit_code, done.out) == (1, "")
    (line,) = done.err.splitlines()
    assert line.startswith(f"broadsheet: {read_only} cannot be written")


# Buckets

SERVER = """
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
input()
"""


@dataclass(frozen=True)
class Bucket:
    """A lake in a bucket, and the log of the store's requests."""

    lake: Lake
    requests: Path

    def path(self, name: str) -> str:
        return f"{self.lake.uri.removeprefix('s3://')}/{name}"

    def names(self, folder: str) -> list[str]:
        return [i.path for i in self.lake.files.get_file_info(pafs.FileSelector(folder))]


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    requests = tmp_path / "requests"
    with (
        requests.open("w") as log,
        subprocess.Popen(
            [sys.executable, "-c", SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        ) as server,
    ):
        assert server.stdout
        endpoint = f"http://127.0.0.1:{int(server.stdout.readline())}"
        for name, value in {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "y",
            "AWS_REGION": "us-east-1",
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }.items():
            monkeypatch.setenv(name, value)
        store.cache_clear()
        urlopen(Request(f"{endpoint}/news", method="PUT")).close()  # noqa: S310 - ours
        lake = open_or_create_lake("s3://news/lake")
        for number in range(3):
            put_shard(lake, number)
        yield Bucket(lake, requests)
        server.kill()
        store.cache_clear()


def test_damage_in_a_bucket_is_named_and_no_file_is_asked_for_by_itself(bucket: Bucket) -> None:
    lake = bucket.lake
    asked = len(bucket.requests.read_text())
    assert find_damage(lake) == ()
    lines = bucket.requests.read_text()[asked:].splitlines()
    assert len([line for line in lines if "list-type=2" in line]) >= 6
    assert not [line for line in lines if re.search(r"(GET|HEAD) /news/\S+month=", line)]

    (file,) = bucket.names("articles/published_month=2026-02")
    lake.files.delete_file(file)
    with lake.files.open_output_stream(entry_name("funnel", 3)) as entry:
        entry.write(b"{")
    first, second = find_damage(lake)
    assert (first.place, first.problem) == (file, "is missing: 2 rows of 2026-02")
    assert (second.place, second.problem) == (entry_name("funnel", 3), "is cut or overwritten")
    status = lake_status(lake)
    assert status.damage == (first, second)
    assert status.open_rejections == 3
    with open_catalog(lake) as views, pytest.raises(QueryError) as raised, query_errors(views):
        views.execute("select * from articles").fetchall()
    assert file in str(raised.value)
    assert "run `broadsheet status`" in str(raised.value)


# What it costs


def test_looking_for_damage_costs_little(lake: Lake) -> None:
    find_damage(lake)
    started = time.process_time()
    find_damage(lake)
    assert time.process_time() - started < 0.2
