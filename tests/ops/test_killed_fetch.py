"""A fetching run that is killed: what it archived is in the lake in the end, and fetched once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from expectations.records import Page
from tasks.opening import open_lake
from tasks.sources import open_source
from tests.lakes import ask
from tests.newsroom import NOON, NewsSite, a_text, news_site

ROOT = Path(__file__).parents[2]
PAGES = 120

pytestmark = pytest.mark.ops


def start_run(lake: Path, site: NewsSite) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "flows", "ingest", f"{site.url}/feed", "--lake", str(lake)]
    return subprocess.Popen(
        [*command, "--delay", "0.02", "--allow-private"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def archived_pages(lake: Path) -> Counter[str]:
    """How often each page is in the archive, whole."""
    folder = lake / "pages"
    items = open_source(str(folder)) if folder.exists() else []
    return Counter(item.url for item in items if isinstance(item, Page) and item.url)


@pytest.mark.parametrize("fetched_before", [1, 40, 80, PAGES])
def test_a_killed_run_loses_nothing_that_it_archived_and_fetches_none_of_it_again(
    tmp_path: Path, fetched_before: int
) -> None:
    lake = tmp_path / "lake"
    names = [f"/news/story-{number}" for number in range(PAGES)]
    with news_site() as site:
        for name in names:
            site.publish(name, f"Story {name[12:]}", a_text(name[6:]))
        site.offer_feed("/feed", {name: ("Story", NOON - timedelta(hours=1)) for name in names})
        run = start_run(lake, site)
        while len(site.asked()) <= fetched_before and run.poll() is None:
            time.sleep(0.005)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        kept = archived_pages(lake)
        assert max(kept.values(), default=1) == 1
        site.log.clear()
        again = start_run(lake, site)
        said, _ = again.communicate()
        assert again.returncode == 0, said
        asked = site.asked()
    assert not {f"{site.url}{path}" for path in asked} & kept.keys()
    stored = ask(open_lake(lake), "select url, count(*) from article_versions group by url")
    assert sorted(stored) == [(f"{site.url}{name}", 1) for name in sorted(names)]
    assert set(archived_pages(lake)) == {url for url, _ in stored}
