"""The lakes that benchmarks/lake.py measures, kept in build/bench/ and made anew when this changes.

Their tables are filled side by side, without a catalog after each commit: minutes, not an hour.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

from benchmarks import million, words, year
from benchmarks.corpus import BUILD
from benchmarks.year import (
    Size,
    app_id,
    append_articles,
    append_counts,
    append_rejections,
    append_snapshots,
)
from tasks import compaction, parquet
from tasks.catalog import publish
from tasks.compaction import active_data_files, merge_small_files
from tasks.durable import exclusive
from tasks.index import open_index
from tasks.lake import replace_files
from tasks.opening import open_lake, open_or_create_lake
from tasks.parquet import WrittenFile
from tasks.storage import Lake
from tasks.tables import TABLES, schema_tag

Step = Callable[[Lake, Size], None]

MANY = Size(rows_a_commit=500, commits=2_000, commits_a_year=2_000)
FEW = Size(rows_a_commit=100_000, commits=10, commits_a_year=10)
BEGINNING = Size(rows_a_commit=500, commits=10, commits_a_year=2_000)


def many_commits() -> Lake:
    """A million rows in 2,000 commits, as they came in."""
    return _kept("many", lambda lake: _fill(lake, MANY, append_articles))


def beginning() -> Lake:
    """The first ten of the 2,000 commits."""
    return _kept("beginning", lambda lake: _fill(lake, BEGINNING, append_articles))


def compacted() -> Lake:
    """The million rows, merged."""
    return _kept("compacted", _merge_all, many_commits())


def few_commits() -> Lake:
    """The million rows in ten commits: the compacted files, entered into the log anew."""
    source = compacted()
    files = _groups(active_data_files(source, "articles"), FEW.commits)

    def make(lake: Lake) -> None:
        for number, group in enumerate(files):
            link_files(source, lake, group)
            replace_files(lake, "articles", old=[], new=group, app_id=app_id(number))
        _fill(lake, FEW, None)

    return _kept("few", make)


def one_partition(source: Lake, folder: Path, size_bytes: int) -> Lake:
    """A new lake with one partition of so many bytes: links to another's files, of any month."""
    lake = open_or_create_lake(folder)
    files: list[WrittenFile] = []
    links: list[WrittenFile] = []
    for file in active_data_files(source, "articles"):
        if sum(link.size_bytes for link in links) >= size_bytes:
            break
        name = f"published_month=2025-01/{file.relative_path.rpartition('/')[2]}"
        files.append(file)
        links.append(
            WrittenFile(
                relative_path=name,
                size_bytes=file.size_bytes,
                rows=file.rows,
                partition_values={"published_month": "2025-01"},
                written_at_ms=file.written_at_ms,
            )
        )
    link_files(source, lake, files, links)
    replace_files(lake, "articles", old=[], new=links, app_id="bench")
    return lake


def link_files(
    source: Lake, lake: Lake, files: Sequence[WrittenFile], names: Sequence[WrittenFile] = ()
) -> None:
    """Hard links to data files of articles, which never change, under the same or other names."""
    for file, name in zip(files, names or files, strict=True):
        target = lake.home / "articles" / name.relative_path
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(source.home / "articles" / file.relative_path, target)


@contextmanager
def copy_of(lake: Lake) -> Iterator[Lake]:
    """A copy to commit to, with data files shared by hard links."""
    with tempfile.TemporaryDirectory(prefix="copy-", dir=BUILD) as temporary:
        folder = Path(temporary) / "lake"
        _copy(lake.home, folder)
        yield open_lake(folder)


def _kept(name: str, make: Callable[[Lake], None], source: Lake | None = None) -> Lake:
    """A lake made only once; a process that is killed leaves none that looks made.

    Args:
        name: Of the lake.
        make: Fills it.
        source: What it begins as a copy of; else it is empty.
    """
    folder = BUILD / f"lake-{name}-{_recipe()}"
    if not folder.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        for outdated in BUILD.glob(f"lake-{name}-????????"):
            shutil.rmtree(outdated)
        print(f"{folder.name}: being made", file=sys.stderr)
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="making-", dir=BUILD) as temporary:
            made = Path(temporary) / name
            if source:
                _copy(source.home, made)
            make(open_or_create_lake(made))
            made.rename(folder)
        print(f"{folder.name}: made in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    lake = open_lake(folder)
    with (
        exclusive(lake.lock),
        open_index(lake),
    ):
        return lake


@cache
def _recipe() -> str:
    """Eight hex digits that change with what the lakes are made by."""
    modules = (
        __file__,
        year.__file__,
        million.__file__,
        words.__file__,
        parquet.__file__,
        compaction.__file__,
    )
    parts = [Path(str(module)).read_bytes() for module in modules]
    parts += [schema_tag(table).encode() for table in TABLES]
    return sha256(b"".join(parts)).hexdigest()[:8]


def _copy(folder: Path, target: Path) -> None:
    for place in folder.rglob("*"):
        to = target / place.relative_to(folder)
        to.parent.mkdir(parents=True, exist_ok=True)
        if place.suffix == ".parquet" and place.parent.name != "_delta_log":
            os.link(place, to)
        elif place.is_file():
            shutil.copyfile(place, to)


def _fill(lake: Lake, size: Size, articles: Step | None) -> None:
    steps = [append_rejections, append_counts, append_snapshots]
    with ProcessPoolExecutor(len(steps) + 1, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(step, lake, size) for step in (articles, *steps) if step]
        for job in jobs:
            job.result()


def _merge_all(lake: Lake) -> None:
    for table in TABLES:
        merge_small_files(lake, table)
    publish(lake, "bench")


def _groups(files: Sequence[WrittenFile], count: int) -> list[Sequence[WrittenFile]]:
    in_order = sorted(files, key=lambda file: file.relative_path)
    bounds = [len(files) * number // count for number in range(count + 1)]
    return [in_order[a:b] for a, b in pairwise(bounds)]
