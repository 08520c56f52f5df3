"""What fetching costs, from a hundred sites on loopback that need no pause between requests.

`python -m benchmarks.fetching [--pages 2000] [--sites 100]`: the fetcher alone, a whole `ingest`
beside it, the same feeds again, and a sitemap of 50,000 addresses. On two cores, the servers on
others.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from benchmarks.corpus import BUILD, ROOT
from benchmarks.loopback import ASKED
from benchmarks.measure import Cost
from benchmarks.results import RESULTS, circumstances, write_section
from benchmarks.targets import Measure, table

CORES = 2
SERVERS = 2
TIMES = 5
SITEMAP_LINKS = 50_000
PAUSE_S = 1.0
LIKE_THIS = "https://news.example/2026/11/23/the-council-agrees-on-item-{}-of-the-budget"


@contextmanager
def sites(number: int, pages_each: int) -> Iterator[list[int]]:
    """Ports of sites, in processes of their own."""
    command = [sys.executable, "-m", "benchmarks.loopback", str(number // SERVERS), str(pages_each)]
    servers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(SERVERS)
    ]
    try:
        yield [
            port
            for server in servers
            if server.stdout is not None
            for port in json.loads(server.stdout.readline())
        ]
    finally:
        for server in servers:
            server.kill()
            server.wait()


def pages_asked(ports: Sequence[int]) -> int:
    """How many pages all sites together were asked for so far."""
    firsts = ports[:: len(ports) // SERVERS]
    total = 0
    for port in firsts:
        with urlopen(f"http://127.0.0.1:{port}{ASKED}", timeout=10) as answer:
            total += json.load(answer).get("pages", 0)
    return total


def only_fetch(lake: Path, ports: Sequence[int], delay_s: float) -> None:
    """Fetch all sites into a lake's archive, and print what that took."""
    from expectations.records import Page
    from tasks.network.run import FetchRules, fetch_sites
    from tasks.network.site import site_at
    from tasks.storage import lake_at

    named = [site_at(f"http://127.0.0.1:{port}/feed") for port in ports]
    store = lake_at(lake)
    store.staging.mkdir(parents=True)
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rules = FetchRules(delay_s=delay_s, allow_private=True)
    halfway, pages = before, 0
    for item in fetch_sites(store, named, run_id="benchmark", rules=rules):
        pages += isinstance(item, Page)
        if pages == len(ports):
            halfway = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall_s = time.perf_counter() - started
    print(json.dumps({"pages": pages, "wall_s": wall_s, "early_kb": halfway, "peak_kb": peak}))


def read_a_sitemap(path: Path) -> None:
    """Read a sitemap from a file, and print what that took."""
    from tasks.discover.links import Link
    from tasks.discover.sitemaps import read_sitemap

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    with path.open("rb") as file:
        chunks = iter(lambda: file.read(65_536), b"")
        found = read_sitemap(chunks, url="https://news.example/sitemap.xml")
        links = sum(isinstance(item, Link) for item in found)
    wall_s = time.perf_counter() - started
    added = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({"links": links, "wall_s": wall_s, "added_kb": added}))


def ingest(lake: Path, sources: Sequence[str], *, delay_s: float = 0.0) -> Cost:
    """A whole run, measured by a process that has no servers for children."""
    command = [sys.executable, "-m", "flows", "ingest", *sources, "--lake", str(lake), "--json"]
    options = ["--delay", str(delay_s), "--allow-private", "--workers", str(CORES)]
    measured = [sys.executable, "-m", "benchmarks.measure", *command, *options]
    done = subprocess.run(measured, capture_output=True, text=True, check=True)
    return Cost(**json.loads(done.stdout))


def _fetched(lake: Path, ports: Sequence[int], *, delay_s: float = 0.0) -> dict[str, float]:
    return _said("--delay", str(delay_s), "--only-fetch", str(lake), *map(str, ports))


def _said(*arguments: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fetching", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def measures(folder: Path, *, pages: int, hosts: int) -> Iterator[Measure]:
    """All figures, each made anew."""
    with sites(hosts, pages // hosts) as ports:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
        alone = _fetched(folder / "alone", ports)
        yield Measure(
            name="pages fetched and archived in a second",
            value=alone["pages"] / alone["wall_s"],
            at_least=500,
            digits=0,
            detail=f"{alone['pages']:.0f} pages in {alone['wall_s']:.1f} s",
        )
        yield Measure(
            name="peak memory: all pages / the first of each site",
            value=alone["peak_kb"] / alone["early_kb"],
            at_most=1.1,
            detail=f"{alone['peak_kb'] / 1e3:.0f} MB",
        )
        feeds = [f"http://127.0.0.1:{port}/feed" for port in ports]
        asked_before = pages_asked(ports)
        whole = [ingest(folder / "whole", feeds)]
        asked_between = pages_asked(ports)
        again = ingest(folder / "whole", feeds)
        asked = pages_asked(ports) - asked_between
        yield Measure(
            name="pages fetched by a second run over unchanged feeds",
            value=asked,
            at_most=0,
            digits=0,
            detail=f"the first: {asked_between - asked_before}; {_items(again)}",
        )
        archive = str(folder / "whole" / "pages")
        from_archive = [ingest(folder / "archived", [archive])]
        for number in range(1, TIMES):  # in turns, as other tenants of a machine come and go
            whole.append(ingest(folder / f"whole-{number}", feeds))
            from_archive.append(ingest(folder / f"archived-{number}", [archive]))
        paced_alone = _fetched(folder / "paced_alone", ports, delay_s=PAUSE_S)
        paced = ingest(folder / "paced", feeds, delay_s=PAUSE_S)
    nothing = ingest(folder / "one", [str(ROOT / "seeds" / "html")])
    whole_s, archive_s = (median(run.wall_s for run in runs) for runs in (whole, from_archive))
    yield Measure(
        name="wall: `ingest` from sites / the slower of fetching and `ingest` of the archive",
        value=whole_s / max(alone["wall_s"], archive_s),
        at_most=1.2,
        detail=f"{whole_s:.1f} s / max({alone['wall_s']:.1f} s, {archive_s:.1f} s), "
        f"medians of {TIMES}",
    )
    yield Measure(
        name=f"wall, {PAUSE_S:g} s between requests: `ingest` / fetching and a run of a few seeds",
        value=paced.wall_s / (paced_alone["wall_s"] + nothing.wall_s),
        at_most=1.1,
        detail=f"{paced.wall_s:.1f} s / ({paced_alone['wall_s']:.1f} s + {nothing.wall_s:.1f} s)",
    )
    yield from _sitemap(folder)


def _sitemap(folder: Path) -> Iterator[Measure]:
    path = folder / "sitemap.xml"
    entries = (
        f"<url><loc>{LIKE_THIS.format(n)}</loc><lastmod>2026-11-23</lastmod></url>"
        for n in range(SITEMAP_LINKS)
    )
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    path.write_text(f'<urlset xmlns="{namespace}">{"".join(entries)}</urlset>', encoding="utf-8")
    read = _said("--sitemap", str(path))
    detail = f"{read['links']:.0f} links"
    name = f"sitemap of {SITEMAP_LINKS:,} addresses"
    yield Measure(name=name, value=read["wall_s"], at_most=2, unit=" s", detail=detail)
    added = read["added_kb"] / 1e3
    yield Measure(name=f"{name}: memory", value=added, at_most=50, unit=" MB", digits=0)


def _items(cost: Cost) -> str:
    items = json.loads(cost.stdout)["items"]
    return ", ".join(f"{outcome} {count}" for outcome, count in items.items() if count)


def main() -> None:
    """Measure, print and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--sites", type=int, default=100)
    parser.add_argument("--delay", type=float, default=0.0, help="used by itself")
    parser.add_argument("--only-fetch", nargs="+", metavar="LAKE PORT", help="used by itself")
    parser.add_argument("--sitemap", type=Path, help="used by itself")
    options = parser.parse_args()
    if options.only_fetch:
        lake, *ports = options.only_fetch
        only_fetch(Path(lake), [int(port) for port in ports], options.delay)
        return
    if options.sitemap:
        read_a_sitemap(options.sitemap)
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetching-", dir=BUILD) as folder:
        found = list(measures(Path(folder), pages=options.pages, hosts=options.sites))
    command = f"python -m benchmarks.fetching --pages {options.pages} --sites {options.sites}"
    text = "\n".join(
        [
            "## Fetching\n",
            circumstances(command),
            f"- {options.sites} sites on loopback, each a host, no pause between requests",
            f"- {CORES} cores; the servers are processes of their own, on any",
            "- robots.txt, ai.txt and tdmrep.json of each site are asked for, too\n",
            table(found),
        ]
    )
    print(text)
    write_section("fetching", text)
    print(f"\nwritten to {RESULTS.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
