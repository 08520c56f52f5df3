"""CPU and wall time of `ingest` against a bare pool of trafilatura, on the same pages.

`python -m benchmarks.throughput [--pages 5000] [--workers 2]`: both run in turns on the same
machine, since only their ratio means something elsewhere.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.corpus import BUILD, build_warc
from benchmarks.measure import Cost, measure
from benchmarks.results import RESULTS, circumstances, write_section


def ingest(warc: Path, workers: int) -> Cost:
    """Measure the project on a fresh lake."""
    lake = Path(tempfile.mkdtemp(prefix="lake-", dir=BUILD))
    try:
        command = ["-m", "flows", "ingest", str(warc), "--lake", str(lake), "--json"]
        return measure([sys.executable, *command, "--workers", str(workers)])
    finally:
        shutil.rmtree(lake, ignore_errors=True)


def bare_pool(warc: Path, workers: int) -> Cost:
    """Measure the baseline."""
    out = BUILD / "bare.parquet"
    module = [sys.executable, "-m", "benchmarks.bare_pool", str(warc), str(out)]
    return measure([*module, "--workers", str(workers)])


def report(ours: Sequence[Cost], bare: Sequence[Cost]) -> str:
    """The table: medians, and their ratio with the ratios of the single rounds beside it."""
    lines = ["| | ingest | bare pool | ratio | each round |", "|---|--:|--:|--:|---|"]
    for label, part in (("CPU s", "cpu_s"), ("wall s", "wall_s")):
        a = [float(getattr(cost, part)) for cost in ours]
        b = [float(getattr(cost, part)) for cost in bare]
        rounds = ", ".join(f"{x / y:.2f}" for x, y in zip(a, b, strict=True))
        x, y = statistics.median(a), statistics.median(b)
        lines.append(f"| {label} | {x:.1f} | {y:.1f} | {x / y:.2f} | {rounds} |")
    return "\n".join(lines)


def main() -> None:
    """Build the corpus, run both in turns, print and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2, help="how often each runs, at least 2")
    options = parser.parse_args()
    warc, corpus = build_warc(options.pages)
    ours: list[Cost] = []
    bare: list[Cost] = []
    for number in range(max(2, options.rounds)):
        turns = ((ingest, ours), (bare_pool, bare))
        for run, costs in turns if number % 2 == 0 else reversed(turns):
            costs.append(run(warc, options.workers))
            print(f"{run.__name__}: {costs[-1].cpu_s:.1f} CPU s", file=sys.stderr)
    rows = pq.read_metadata(BUILD / "bare.parquet").num_rows
    command = f"python -m benchmarks.throughput --pages {options.pages} --workers {options.workers}"
    text = "\n".join(
        [
            "## Throughput\n",
            circumstances(command),
            f"- {corpus}; {options.workers} workers, {len(ours)} rounds in alternating order",
            f"- Items of `ingest`: `{json.dumps(json.loads(ours[-1].stdout)['items'])}`",
            f"- The bare pool (benchmarks/bare_pool.py) found text on {rows} pages\n",
            report(ours, bare),
            "\nCPU is user and system time of all processes, `ingest` with Prefect's server.",
        ]
    )
    print(text)
    write_section("throughput", text)
    print(f"\nwritten to {RESULTS.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
