"""Snapshots follow each other: none knows less than the one before."""

from pathlib import Path

import pytest

from tasks.commit import commit_shard
from tasks.errors import StaleTableError
from tasks.heads import current_files
from tasks.opening import open_or_create_lake
from tasks.snapshots import SHOWN, newest_snapshot, record_snapshot
from tests.builders import a_shard, an_article


def test_what_was_read_before_another_machine_published_makes_no_snapshot(tmp_path: Path) -> None:
    lake = open_or_create_lake(tmp_path / "lake")
    read = current_files(lake, "snapshots").version
    heads = {table: current_files(lake, table) for table in SHOWN}
    commit_shard(lake, a_shard(an_article()), pipeline_version="1")
    published = newest_snapshot(lake)
    assert published is not None
    with pytest.raises(StaleTableError):
        record_snapshot(lake, "a run elsewhere", heads, read_version=read)
    assert newest_snapshot(lake) == published
