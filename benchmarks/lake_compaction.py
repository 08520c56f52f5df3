"""What compaction reads, writes and holds in memory.

`python -m benchmarks.lake_compaction LAKE` merges the small files of `articles` and prints, as
JSON, what that cost this process (Linux).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.big_lake import one_partition
from benchmarks.corpus import BUILD, ROOT
from tasks.compaction import active_data_files, merge_small_files
from tasks.opening import open_lake
from tasks.storage import Lake


@dataclass(frozen=True, slots=True)
class CompactionCost:
    """A compaction: its files before and after, what the process read and wrote, its memory."""

    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int
    bytes_read: int
    bytes_written: int
    idle_memory_bytes: int
    peak_memory_bytes: int
    wall_s: float
    cpu_s: float


def compact_partition(source: Lake, size_bytes: int) -> CompactionCost:
    """Compact a partition of a size in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="compact-", dir=BUILD) as folder:
        lake = one_partition(source, Path(folder) / "lake", size_bytes)
        command = [sys.executable, "-m", "benchmarks.lake_compaction", lake.uri]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return CompactionCost(**json.loads(done.stdout))


def measured_compaction(lake: Lake) -> CompactionCost:
    """Merge the small files of `articles` and account for this process."""
    before = active_data_files(lake, "articles")
    read, written = _transferred()
    idle = _peak_memory()
    began, cpu = time.perf_counter(), time.process_time()
    merge_small_files(lake, "articles")
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    read_then, written_then = _transferred()
    after = active_data_files(lake, "articles")
    return CompactionCost(
        files_before=len(before),
        files_after=len(after),
        bytes_before=sum(file.size_bytes for file in before),
        bytes_after=sum(file.size_bytes for file in after),
        bytes_read=read_then - read,
        bytes_written=written_then - written,
        idle_memory_bytes=idle,
        peak_memory_bytes=_peak_memory(),
        wall_s=wall_s,
        cpu_s=cpu_s,
    )


def _transferred() -> tuple[int, int]:
    """Bytes that this process has read and written so far, from caches too: proc_pid_io(5)."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    counts = dict(line.split(": ") for line in lines)
    return int(counts["rchar"]), int(counts["wchar"])


def _peak_memory() -> int:
    """The most memory that this process has had at once, in bytes: proc_pid_status(5)."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) * 1024


def main() -> None:
    """Compact one lake."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lake", type=Path)
    print(json.dumps(asdict(measured_compaction(open_lake(parser.parse_args().lake)))))


if __name__ == "__main__":
    main()
