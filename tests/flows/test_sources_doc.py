"""The commands of docs/sources.md, typed one after the other, with a site on loopback."""

from __future__ import annotations

import re
from pathlib import Path

from tasks.registry import load_registry, parse_registry
from tests.faults.servers import Steps, answer, serving
from tests.flows.conftest import ROOT, SeedLake
from tests.flows.documents import Checkout, code_blocks

PAGE = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
BLOCKS = list(code_blocks(PAGE))
FETCHING = re.compile(
    r"^broadsheet (?:ingest|sources (?:add|check)) .*|^.* sources check$", re.MULTILINE
)
HOME = b"""<!doctype html><html lang="en"><head><title>The Harbor Ledger</title>
<link rel="alternate" type="application/rss+xml" href="/feed"></head><body><p>News.</p><footer>
All content is licensed under a Creative Commons Attribution 4.0 International License.
</footer></body></html>"""
FEED = b"""<rss version="2.0"><channel><title>News</title>
<item><link>/2026/11/20/harbor-wall-mended</link></item></channel></rss>"""
ARTICLE = b"""<!doctype html><html lang="en"><head><title>Harbor wall mended</title></head><body>
<article><h1>Harbor wall mended</h1><p>%s</p><p>%s</p></article></body></html>""" % (
    b"The old wall of the harbor has been mended before the winter, the council said. " * 5,
    b"Boats can lie there again from Monday on, and the fish market opens on Tuesday. " * 5,
)


def site(path: str) -> Steps:
    bodies = {
        "/": (HOME, "text/html"),
        "/feed": (FEED, "application/rss+xml"),
        "/2026/11/20/harbor-wall-mended": (ARTICLE, "text/html"),
    }
    if path not in bodies:
        return [answer(b"nothing here", "404 Not Found")]
    body, kind = bodies[path]
    return [answer(body, Content_Type=kind)]


def test_the_commands_of_the_page_add_check_ingest_and_list_a_site(
    tmp_path: Path, seed_lake: SeedLake
) -> None:
    checkout = Checkout.at(tmp_path, seed_lake.root)
    script = "".join(block.code for block in BLOCKS if block.language == "sh")
    (shown,) = [block.code for block in BLOCKS if block.language == "toml"]
    with serving(site) as server:
        name = f"127.0.0.1-{server.port}"
        local = script.replace("https://news.example/", server.url("/"))
        local = local.replace("@news.example", f"@{name}")
        local = FETCHING.sub(lambda line: f"{line[0]} --allow-private --delay 0", local)
        assert local.count("--allow-private") == 4
        done = checkout.run("sh", local)
        assert done.exit_code == 0, done.err
    (entry,) = load_registry(tmp_path / "my-sources.toml")
    as_shown = shown.replace("https://news.example/", server.url("/"))
    as_shown = as_shown.replace('"news.example"', f'"{name}"')
    assert (entry,) == parse_registry(as_shown, tmp_path)
    assert done.out.startswith(as_shown)
    assert done.out.count(f"ok       {name}: 1 feed,") == 2
    assert "1 new" in done.out
    listed = done.out.splitlines()[-1].split()
    assert listed[0] == name
    assert listed[-4:-2] == ["1", "0"]


def test_the_files_that_the_page_links_to_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)", PAGE)
    assert links
    for link in links:
        assert (ROOT / "docs" / link).exists(), link
