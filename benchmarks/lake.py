"""What the lake costs at a million rows: reading, publishing, committing, compacting.

`python -m benchmarks.lake`: the lakes (3.5 GB, minutes to make) stay in build/bench/.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from benchmarks.big_lake import beginning, compacted, copy_of, few_commits, many_commits
from benchmarks.lake_commits import CommitTimes, PublishTimes, time_commits, time_publications
from benchmarks.lake_compaction import CompactionCost, compact_partition
from benchmarks.lake_queries import LookUps, Ratio, compare, look_up
from benchmarks.results import RESULTS, circumstances, write_section
from benchmarks.targets import Measure, table
from tasks.catalog import publish
from tasks.compaction import active_data_files
from tasks.storage import Lake

PARTITIONS = (150 << 20, 600 << 20)
HOW = """\
- Queries read the compacted files, warm: the view and `read_parquet` of the same files in turns on
  one connection; their answers differ by superseded versions only
- The lakes of 2,000 commits and of 10 hold the same rows, in their tables and in their index; each
  table was appended by itself, without a catalog after each commit (benchmarks/big_lake.py)
- A shard's commit is the look-up of its articles and its rows in `articles`, `quarantine` and
  `funnel`; then it is published: the catalog names all files of all tables
"""


def query_measures(ratios: Sequence[Ratio], ids: LookUps) -> Iterator[Measure]:
    """Of the view `articles`."""
    for each in ratios:
        spread = f"rounds {min(each.rounds):.2f} to {max(each.rounds):.2f}"
        detail = f"{_ms(each.view_s)} / {_ms(each.raw_s)} of CPU; {spread}"
        yield Measure(
            name=f"{each.query}: view / files", value=each.ratio, at_most=1.5, detail=detail
        )
    for name, times in (("existing", ids.existing_s), ("absent", ids.absent_s)):
        detail = f"median of {len(times)}; slowest {_ms(max(times))}"
        yield _milliseconds(f"by id, {name}", times, at_most=100, detail=detail)


def commit_measures(
    commits: Mapping[str, CommitTimes], publication: PublishTimes
) -> Iterator[Measure]:
    """Of commits, in a lake with `many` earlier ones and one with `few`, and of the catalog."""
    many, few = commits["many"], commits["few"]
    a, b = median(many.commit_s), median(few.commit_s)
    yield Measure(
        name="commit of 1,000 rows: after 2,000 commits / after 10",
        value=a / b,
        at_most=1.3,
        detail=f"medians {_ms(a)} / {_ms(b)} of {len(many.commit_s)} shards",
    )
    times = publication.publish_s
    detail = (
        f"median of {len(times)}; slowest {_ms(max(times))}; {publication.article_files} files of "
        f"articles, {publication.files} of all tables"
    )
    yield _milliseconds("publish of the catalog", times, at_most=500, detail=detail)


def compaction_measures(small: CompactionCost, large: CompactionCost) -> Iterator[Measure]:
    """Of compaction; a tenth is left for footers and for what allocators do."""
    yield Measure(
        name="compaction: bytes read / bytes of its input",
        value=large.bytes_read / large.bytes_before,
        at_most=1.1,
        detail=f"{_mb(large.bytes_before)} in {large.files_before} files",
    )
    yield Measure(
        name="compaction: bytes written / bytes of its output",
        value=large.bytes_written / large.bytes_after,
        at_most=1.1,
        detail=f"{_mb(large.bytes_after)} in {large.files_after} files",
    )
    yield Measure(
        name="compaction: peak memory, "
        f"partition of {_mb(large.bytes_before)} / of {_mb(small.bytes_before)}",
        value=large.peak_memory_bytes / small.peak_memory_bytes,
        at_most=1.1,
        detail=f"{_mb(large.peak_memory_bytes)} / {_mb(small.peak_memory_bytes)}, of which "
        f"{_mb(large.idle_memory_bytes)} before it begins; {large.cpu_s:.0f} CPU s",
    )


def commit_table(commits: Mapping[str, CommitTimes]) -> str:
    """What a shard costs in each lake, with its publication, which reads all files' names."""
    names = {
        "beginning": "10 commits of 500 rows",
        "few": "10 commits of 100,000 rows",
        "many": "2,000 commits of 500 rows",
    }
    lines = [
        "| a shard of 1,000 rows after | commit | slowest | publish | both |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, times in commits.items():
        both = [a + b for a, b in zip(times.commit_s, times.publish_s, strict=True)]
        cells = (median(times.commit_s), max(times.commit_s), median(times.publish_s), median(both))
        lines.append(f"| {names[name]} | {' | '.join(_ms(cell) for cell in cells)} |")
    return "\n".join(lines)


def loose_table(ratios: Sequence[Ratio], ids: LookUps) -> str:
    """What queries cost before compaction, where opening files is most of it."""
    lines = [
        "| before compaction | view | files | ratio |",
        "|---|--:|--:|--:|",
        *(f"| {r.query}, CPU | {_ms(r.view_s)} | {_ms(r.raw_s)} | {r.ratio:.2f} |" for r in ratios),
        f"| by id, existing | {_ms(median(ids.existing_s))} | | |",
    ]
    return "\n".join(lines)


def _milliseconds(name: str, times_s: Sequence[float], *, at_most: float, detail: str) -> Measure:
    value = median(times_s) * 1e3
    return Measure(name=name, value=value, at_most=at_most, unit=" ms", digits=0, detail=detail)


def _in_files(lake: Lake) -> str:
    files = active_data_files(lake, "articles")
    size, rows = sum(file.size_bytes for file in files), sum(file.rows for file in files)
    return f"{rows:,} rows in {len(files):,} files, {_mb(size)}, {size // rows:,} bytes a row"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms"


def _mb(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


def main() -> None:
    """Make the lakes, measure, print and keep the result."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    if not sys.platform.startswith("linux"):
        raise SystemExit("benchmarks.lake counts bytes and memory in /proc, which is Linux's")
    many, merged = many_commits(), compacted()
    lakes = {"beginning": beginning(), "few": few_commits(), "many": many}
    ratios, ids = compare(merged), look_up(merged)
    with copy_of(many) as loose:
        publish(loose, "bench")
        loose_ratios, loose_ids = compare(loose), look_up(loose)
    commits, publication = time_commits(lakes), time_publications(many)
    small, large = (compact_partition(many, size) for size in PARTITIONS)
    measures = [
        *query_measures(ratios, ids),
        *commit_measures(commits, publication),
        *compaction_measures(small, large),
    ]
    text = "\n".join(
        [
            "## Lake\n",
            circumstances("python -m benchmarks.lake"),
            f"- {os.cpu_count()} CPUs; invented articles (benchmarks/million.py)",
            f"- As they came in: {_in_files(many)}; compacted: {_in_files(merged)}",
            HOW,
            table(measures),
            "",
            commit_table(commits),
            "",
            loose_table(loose_ratios, loose_ids),
        ]
    )
    print(text)
    write_section("lake", text)
    print(f"\nwritten to {RESULTS.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
