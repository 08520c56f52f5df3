"""`ingest` beside datatrove and newspaper4k: CPU and quality, on the same pages in the same run.

`make bench-peers` installs them, in an environment of their own, and runs this.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from fastwarc.warc import ArchiveIterator

from benchmarks.corpus import (
    BUILD,
    LABELLED,
    LABELLED_SETS,
    ROOT,
    Labelled,
    build_warc,
    labelled_pages,
)
from benchmarks.found import (
    Results,
    from_lake,
    from_table,
    has_authors,
    has_day,
    has_minute,
    has_title,
    has_zone,
    share,
)
from benchmarks.measure import CommandFailedError, Cost, measure
from benchmarks.quality import bodies, body_token_f1
from benchmarks.results import circumstances, write_section

PEERS_PYTHON = ROOT / "build" / "peers" / ".venv" / "bin" / "python"
PEERS = {"datatrove": "peer_datatrove.py", "newspaper4k": "peer_newspaper.py"}
VERSIONS = """
import json, sys
from importlib.metadata import version
print(json.dumps({name: version(name) for name in sys.argv[1:]}))
"""
HOW = """\
- Each with its defaults. datatrove gives text only, prefers precision and allows a page one second;
  the bare pool, trafilatura alone, is benchmarks/bare_pool.py
- Records say `WARC-Identified-Payload-Type: text/html`; without it datatrove guesses by libmagic
  and drops what that takes for a script
- newspaper4k splits Korean by data of NLTK that no package holds: without a download, it returns
  none of these pages
- Pages that a tool does not return count as empty
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool cost, and what it made of the pages."""

    cost: Cost
    results: Results


def run_ours(warc: Path, folder: Path, workers: int) -> Outcome:
    """Measure the project."""
    command = ["-m", "flows", "ingest", str(warc), "--lake", str(folder / "lake"), "--json"]
    cost = measure([sys.executable, *command, "--workers", str(workers)])
    return Outcome(cost, from_lake(folder / "lake"))


def run_bare_pool(warc: Path, folder: Path, workers: int) -> Outcome:
    """Measure the baseline."""
    out = folder / "bare.parquet"
    command = ["-m", "benchmarks.bare_pool", str(warc), str(out), "--workers", str(workers)]
    return Outcome(measure([sys.executable, *command]), from_table(out))


def run_peer(name: str, warcs: Path, folder: Path, workers: int) -> Outcome:
    """Measure a peer, under its own interpreter."""
    out, script = folder / name, Path(__file__).with_name(PEERS[name])
    command = [str(PEERS_PYTHON), str(script), str(warcs), str(out), "--workers", str(workers)]
    return Outcome(measure(command), from_table(out))


def split_warc(warc: Path, folder: Path, parts: int) -> None:
    """Write a file's records to as many files: datatrove gives each worker files of its own."""
    folder.mkdir()
    with warc.open("rb") as stream:
        starts = [record.stream_pos for record in ArchiveIterator(stream)]
        bounds = [starts[len(starts) * part // parts] for part in range(parts)]
        for part, (begin, end) in enumerate(pairwise([*bounds, warc.stat().st_size])):
            stream.seek(begin)
            (folder / f"{part}.warc.gz").write_bytes(stream.read(end - begin))


def cost_table(outcomes: Mapping[str, Outcome], pages: int) -> str:
    """Cost of each, against the bare pool."""
    base = outcomes["bare pool"].cost
    lines = [
        "| | pages returned | CPU s | against the bare pool | wall s |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, outcome in outcomes.items():
        cost = outcome.cost
        ratio = f"{cost.cpu_s / base.cpu_s:.2f}"
        counts = f"{len(outcome.results)} of {pages}"
        lines.append(f"| {name} | {counts} | {cost.cpu_s:.1f} | {ratio} | {cost.wall_s:.1f} |")
    return "\n".join(lines)


def quality_table(outcomes: Mapping[str, Outcome]) -> str:
    """Quality of each, on the labelled pages."""
    sets = {name: list(labelled_pages(name)) for name in LABELLED_SETS}
    lines = [f"| | {' | '.join(outcomes)} |", f"|---{'|--:' * len(outcomes)}|"]
    found = [outcome.results for outcome in outcomes.values()]
    for name, pages in sets.items():
        lines.append(_row(f"body F1, {name}/", [bodies(pages, each)[2] for each in found]))
        lines.append(
            _row(f"body token F1, {name}/", [body_token_f1(pages, each) for each in found])
        )
    fields: list[Labelled] = sets["publishers"]
    zoned = [page for page in fields if has_zone(page.truth)]
    for words, known, agrees, pages in (
        ("title", {"title"}, has_title, fields),
        ("authors, exact set", {"authors"}, has_authors, fields),
        ("day of publication", {"on", "at"}, has_day, fields),
        ("minute of publication", {"at"}, has_minute, zoned),
    ):
        shares = [share(agrees, pages, each) if _gives(each, known) else None for each in found]
        lines.append(_row(words, shares))
    return "\n".join(lines)


def _row(name: str, values: Sequence[float | None]) -> str:
    cells = ["" if value is None else f"{value:.4f}" for value in values]
    return f"| {name} | {' | '.join(cells)} |"


def _gives(results: Results, any_of: set[str]) -> bool:
    """The tool knows such a field: to name no authors, ever, is no merit on pages without any."""
    return any(getattr(found, field) for found in results.values() for field in any_of)


def peers_versions() -> str:
    """What is installed beside them.

    Raises:
        OSError, subprocess.CalledProcessError: they are not installed.
    """
    command = [str(PEERS_PYTHON), "-c", VERSIONS, *PEERS, "trafilatura"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return ", ".join(f"{name} {number}" for name, number in json.loads(done.stdout).items())


def main() -> None:
    """Run all on the same pages; print and keep the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=5_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    try:
        versions = peers_versions()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"peers: skipped, they are not installed: {error}", file=sys.stderr)
        return
    warc, corpus = build_warc(options.pages)
    outcomes: dict[str, Outcome] = {}
    with tempfile.TemporaryDirectory(prefix="peers-", dir=BUILD) as temporary:
        folder = Path(temporary)
        split_warc(warc, folder / "warcs", options.workers)
        outcomes["broadsheet"] = run_ours(warc, folder, options.workers)
        outcomes["bare pool"] = run_bare_pool(warc, folder, options.workers)
        for name in PEERS:
            try:
                outcomes[name] = run_peer(name, folder / "warcs", folder, options.workers)
            except CommandFailedError as error:
                print(f"peers: {name} left out, it failed: {error}", file=sys.stderr)
    command = f"python -m benchmarks.peers --pages {options.pages} --workers {options.workers}"
    lines = [
        "## Peers\n",
        circumstances(command),
        f"- Peers' environment: {versions}",
        f"- {corpus}; {options.workers} workers",
        HOW,
        cost_table(outcomes, options.pages),
    ]
    if LABELLED.is_dir():
        lines += ["", quality_table(outcomes)]
    text = "\n".join(lines)
    print(text)
    write_section("peers", text)


if __name__ == "__main__":
    main()
