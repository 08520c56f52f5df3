"""The commands of docs/fetching.md work as written, but for the name of the site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from expectations.records import Outcome, Reason
from tests.flows.conftest import ROOT, SeedLake
from tests.flows.documents import Checkout, code_blocks
from tests.newsroom import NOON, NewsSite, a_text, news_site

PAGE = (ROOT / "docs" / "fetching.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in code_blocks(PAGE)
    if block.language == "sh"
    for line in block.code.splitlines()
]
STORIES = ("one", "two", "three")


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with news_site() as site:
        for name in STORIES:
            site.publish(f"/news/{name}", f"Story {name}", a_text(name))
        listed = {f"/news/{n}": (f"Story {n}", NOON - timedelta(hours=1)) for n in STORIES}
        site.offer_feed("/feed", listed)
        feed = '<link rel="alternate" type="application/rss+xml" href="/feed">'
        site.pages["/"] = "text/html", f"<html><head>{feed}</head></html>".encode()
        yield site


def test_each_command_of_the_page_works(
    tmp_path: Path, seed_lake: SeedLake, site: NewsSite
) -> None:
    checkout = Checkout.at(tmp_path, seed_lake.root)
    (tmp_path / "urls.txt").write_text(f"{site.url}/news/one\n{site.url}/news/two\n")
    said = []
    for command in COMMANDS:
        here = command.replace("https://news.example", site.url)
        if " ingest " in here:
            here += " --allow-private --delay 0"
        done = checkout.run("sh", here)
        assert done.exit_code == 0, (command, done.err)
        said.append(done.out)
    assert "3 new" in said[0]
    assert "unchanged" in said[1]
    assert "3 new" in said[-1]


def test_the_reasons_that_the_page_names_exist() -> None:
    table = PAGE.partition("| outcome | when |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(?:\w+/\w+/)?(\w+)`", table))
    assert len(named) > 15
    assert named <= {str(reason) for reason in Reason} | {str(o) for o in Outcome}
