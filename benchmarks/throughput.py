"""What `ingest` costs against a bare pool of trafilatura, on the same pages; then the same again.

`python -m benchmarks.throughput [--pages 10000] [--workers 2]`: all run in turns on the same
machine, since only their ratios mean something elsewhere.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq

from benchmarks.corpus import BUILD, build_warc
from benchmarks.measure import Cost, measure
from benchmarks.memory import Peak
from benchmarks.results import RESULTS, circumstances, write_section
from benchmarks.targets import Measure, table

FIRST_PAGES = 2_000  # all distinct pages are among them, several times
HOW = """\
- CPU is user and system time of all processes, `ingest` with Prefect's server
- Memory is the kernel's peak (VmHWM) of the largest worker, read four times a second while it
  runs; memory that workers share with the fork server they come from counts in full
"""


@dataclass(frozen=True, slots=True)
class Round:
    """The same pages once with each: into an empty lake, into that lake again, the bare pool."""

    first: Cost
    again: Cost
    bare: Cost


def ingest(warc: Path, lake: Path, workers: int) -> Cost:
    """Measure the project."""
    command = ["-m", "flows", "ingest", str(warc), "--lake", str(lake), "--json"]
    return _reported("ingest", measure([sys.executable, *command, "--workers", str(workers)]))


def bare_pool(warc: Path, workers: int) -> Cost:
    """Measure the baseline."""
    module = ["-m", "benchmarks.bare_pool", str(warc), str(BUILD / "bare.parquet")]
    command = [sys.executable, *module, "--workers", str(workers)]
    return _reported("bare pool", measure(command, workers="benchmarks.bare_pool"))


def run_round(warc: Path, workers: int, *, bare_first: bool) -> Round:
    """Measure all three; a lake is filled and then met again."""
    bare = bare_pool(warc, workers) if bare_first else None
    with tempfile.TemporaryDirectory(prefix="lake-", dir=BUILD) as folder:
        first, again = (ingest(warc, Path(folder) / "lake", workers) for _ in range(2))
    return Round(first, again, bare or bare_pool(warc, workers))


def measures(rounds: Sequence[Round]) -> Iterator[Measure]:
    """Ratios of medians, with those of each round; memory of the round that took most."""
    firsts, agains = [each.first for each in rounds], [each.again for each in rounds]
    bares = [each.bare for each in rounds]
    words = "CPU: `ingest` / bare pool"
    yield _ratio(words, firsts, bares, lambda cost: cost.cpu_s, at_most=0.70)
    words = "CPU: same pages again / first time"
    yield _ratio(words, agains, firsts, lambda cost: cost.cpu_s, at_most=0.02, digits=3)
    words = "wall: `ingest` / bare pool"
    yield _ratio(words, firsts, bares, lambda cost: cost.wall_s)
    peaks = max((cost.peaks for cost in firsts), key=lambda peaks: peaks[-1].size_bytes)
    its = max(cost.peaks[-1].size_bytes for cost in bares)
    yield Measure(
        name="peak memory of a worker",
        value=peaks[-1].size_bytes / 1e6,
        at_most=350,
        unit=" MB",
        digits=0,
        detail=f"of the bare pool's: {its / 1e6:.0f} MB",
    )
    early = early_peak(peaks)
    if early:
        yield Measure(
            name="peak memory of a worker: all pages / the first",
            value=peaks[-1].size_bytes / early.size_bytes,
            at_most=1.1,
            detail=f"{early.size_bytes / 1e6:.0f} MB at {early.pages:,} pages",
        )


def early_peak(peaks: Sequence[Peak]) -> Peak | None:
    """The peak when the first pages were done; None where there were not twice as many."""
    if peaks[-1].pages < 2 * FIRST_PAGES:
        return None
    return next(peak for peak in peaks if peak.pages >= FIRST_PAGES)


def _ratio(  # noqa: PLR0913 - a row of the table
    name: str,
    costs: Sequence[Cost],
    bases: Sequence[Cost],
    part: Callable[[Cost], float],
    *,
    at_most: float | None = None,
    digits: int = 2,
) -> Measure:
    a, b = [part(cost) for cost in costs], [part(cost) for cost in bases]
    rounds = ", ".join(f"{x / y:.{digits}f}" for x, y in zip(a, b, strict=True))
    x, y = median(a), median(b)
    detail = f"{x:.1f} s / {y:.1f} s; rounds {rounds}"
    return Measure(name=name, value=x / y, at_most=at_most, digits=digits, detail=detail)


def _items(cost: Cost) -> str:
    items = json.loads(cost.stdout)["items"]
    return ", ".join(f"{outcome} {count}" for outcome, count in items.items() if count)


def _reported(name: str, cost: Cost) -> Cost:
    print(f"{name}: {cost.cpu_s:.1f} CPU s in {cost.wall_s:.1f} s", file=sys.stderr)
    return cost


def main() -> None:
    """Build the corpus, run all in turns, print and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2, help="how often each runs, at least 2")
    options = parser.parse_args()
    one_page, _ = build_warc(1)
    with tempfile.TemporaryDirectory(prefix="lake-", dir=BUILD) as folder:
        least = ingest(one_page, Path(folder) / "lake", options.workers)
    warc, corpus = build_warc(options.pages)
    rounds = [
        run_round(warc, options.workers, bare_first=number % 2 == 1)
        for number in range(max(2, options.rounds))
    ]
    rows = pq.read_metadata(BUILD / "bare.parquet").num_rows
    command = f"python -m benchmarks.throughput --pages {options.pages} --workers {options.workers}"
    text = "\n".join(
        [
            "## Throughput\n",
            circumstances(command),
            f"- {corpus}; {options.workers} workers, {len(rounds)} rounds in alternating order",
            f"- `ingest`, first: {_items(rounds[-1].first)}; again: {_items(rounds[-1].again)}",
            f"- The bare pool (benchmarks/bare_pool.py) found text on {rows} pages",
            f"- `ingest` of a single page: {least.cpu_s:.1f} CPU s, {least.wall_s:.1f} s",
            HOW,
            table(list(measures(rounds))),
        ]
    )
    print(text)
    write_section("throughput", text)
    print(f"\nwritten to {RESULTS.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
