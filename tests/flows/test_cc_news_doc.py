"""The commands of docs/cc-news.md, with a month of three small files in a folder."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.flows.conftest import ROOT, SeedLake
from tests.flows.documents import Checkout, code_blocks
from tests.newsroom import a_text

PAGE = (ROOT / "docs" / "cc-news.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("  #")[0]
    for block in code_blocks(PAGE)
    if block.language == "sh"
    for line in block.code.splitlines()
]
FOLDER = "crawl-data/CC-NEWS/2026/10"


def record(url: str) -> bytes:
    page = f"<html><title>On {url}</title><h1>On {url}</h1><p>{a_text(url)}</p></html>"
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}".encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: 2026-10-31T02:03:04Z\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", mtime=0)


def write_month(folder: Path) -> None:
    files = {
        f"{FOLDER}/CC-NEWS-20261001004419-00001.warc.gz": ["a.example/1", "c.example/1"],
        f"{FOLDER}/CC-NEWS-20261031004419-00002.warc.gz": ["b.example/2", "c.example/2"],
        f"{FOLDER}/CC-NEWS-20261031104419-00003.warc.gz": ["www.b.example/3"],
    }
    (folder / FOLDER).mkdir(parents=True)
    for name, addresses in files.items():
        (folder / name).write_bytes(b"".join(record(f"https://{a}") for a in addresses))
    listing = "".join(f"{name}\n" for name in files)
    (folder / FOLDER / "warc.paths.gz").write_bytes(gzip.compress(listing.encode()))


def test_each_command_reads_what_the_page_says(
    tmp_path: Path, seed_lake: SeedLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_month(tmp_path / "crawl")
    monkeypatch.setenv("BROADSHEET_CC_NEWS", str(tmp_path / "crawl"))
    checkout = Checkout.at(tmp_path, seed_lake.root)
    said = []
    for command in COMMANDS:
        done = checkout.run("sh", command)
        assert done.exit_code == 0, (command, done.err)
        said.append(done.out)
    day, hosts, month = said
    assert "3 new" in day
    assert "1 new" in hosts
    assert "2 unchanged" in hosts
    assert "1 new" in month
    again = checkout.run("sh", COMMANDS[-1])
    assert "new" not in again.out.partition("\n")[2].partition("\n")[0]
    assert "not_due" in again.out
