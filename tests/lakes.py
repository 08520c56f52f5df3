"""Lakes for tests: shards put in, questions asked, and other machines at the same tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from expectations.records import Article, Rejection, Skip
from tasks.commit import commit_shard
from tasks.funnel import items_by_outcome
from tasks.query import open_catalog
from tasks.storage import Lake
from tasks.tables import TABLES
from tests.builders import a_shard


def put(lake: Lake, *items: Article | Rejection | Skip, **names: str) -> Counter[str]:
    """Commit a shard; its items by outcome."""
    committed = commit_shard(lake, a_shard(*items, **names), pipeline_version="1")
    return Counter({str(o): n for o, n in items_by_outcome(committed.funnel).items() if n})


def ask(lake: Lake, query: str) -> list[tuple[Any, ...]]:
    """Ask the catalog."""
    with open_catalog(lake) as connection:
        return connection.execute(query).fetchall()


def another_machine(lake: Lake, home: Path) -> Lake:
    """The same tables as a second machine has them: with a lock, index and catalog of its own."""
    home.mkdir()
    for table in TABLES:
        (home / table).symlink_to(lake.home / table)
    return replace(lake, home=home)


def everything_in(folder: Path) -> dict[str, bytes]:
    """Content of all files, to see that nothing has changed."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
