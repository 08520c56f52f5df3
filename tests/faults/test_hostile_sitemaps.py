"""Sitemaps that were made to do harm: each is refused or read, in bounded time and memory."""

import gzip
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from expectations.records import Reason
from tasks.discover.links import LeftOut
from tasks.discover.sitemap_links import MAX_ENTRIES
from tasks.discover.sitemaps import Found, SitemapLink, read_sitemap
from tasks.parsing import Refusal

URL = "https://example.com/sitemap.xml"
ENTRY = b"<url><loc>https://example.com/a</loc></url>"
SECONDS = 10  # on a busy machine


def read(chunks: Iterable[bytes]) -> list[Found]:
    began = time.monotonic()
    found = list(read_sitemap(chunks, url=URL))
    assert time.monotonic() - began < SECONDS
    return found


def endless(piece: bytes, *, before: bytes = b"<urlset>" + ENTRY) -> Iterator[bytes]:
    """A body that ends only when its reader has had enough; 4 GB are more than any limit."""
    yield before
    block = piece * (65_536 // len(piece))
    for _ in range(65_536):
        yield block


def refused(found: list[Found]) -> str:
    last = found[-1]
    assert isinstance(last, Refusal), found[-3:]
    assert last.reason is Reason.BROKEN_SITEMAP
    return last.detail


@pytest.mark.parametrize(
    "dtd",
    [
        b'<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        b'<!DOCTYPE urlset SYSTEM "https://evil.example/bomb.dtd">',
        b'<!DOCTYPE urlset [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_a_dtd_is_refused(dtd: bytes) -> None:
    body = b'<?xml version="1.0"?>' + dtd + b"<urlset><url><loc>https://example.com/&a;</loc></url>"
    assert read([body]) == [Refusal(Reason.BROKEN_SITEMAP, "no sitemap: a DTD is refused")]
    utf_16 = body.decode().encode("utf-16")
    assert read([utf_16]) == [Refusal(Reason.BROKEN_SITEMAP, "no sitemap: a DTD is refused")]


@pytest.mark.parametrize(
    "piece",
    [
        b"x",
        b" ",
        b"<a>",
        b"<a/>",
        b"<loc>",
        b"&amp;",
        b"<a b='c'/>",
        b"<!-- -->",
        b"</url>",
        b"<![CDATA[",
    ],
)
def test_an_endless_sitemap_is_given_up(piece: bytes) -> None:
    found = read(endless(piece))
    assert getattr(found[0], "url", None) == "https://example.com/a"
    assert refused(found)


@pytest.mark.parametrize(
    "before",
    [
        b"<!--",
        b"<?xml ",
        b"<urlset><a b='",
        b"<urlset><url><loc>",
        b"<urlset><![CDATA[",
        b"<",
        b"https://",
    ],
)
def test_a_part_without_an_end_is_given_up(before: bytes) -> None:
    assert refused(read(endless(b"x", before=before)))


def test_attributes_without_end_are_given_up_before_they_fill_the_memory() -> None:
    assert "without the end of a tag" in refused(read(endless(b" b='c'", before=b"<urlset><a")))


def test_an_endless_list_of_links_is_cut_off_and_counted() -> None:
    found = read(endless(b"<url/>"))
    assert found[-2] == LeftOut(Reason.NOT_AN_ARTICLE, MAX_ENTRIES - 1)
    assert "entries" in refused(found)


def test_an_index_that_names_itself_for_ever_is_only_values() -> None:
    own = f"<sitemap><loc>{URL}</loc></sitemap>".encode()
    found = read([b"<sitemapindex>", own * 1_000, b"</sitemapindex>"])
    assert found == [SitemapLink(url=URL)] * 1_000


def test_a_gzip_bomb_is_given_up() -> None:
    bomb = gzip.compress(b"<urlset>" + ENTRY + b" " * (64 << 20), 9)
    assert len(bomb) < 100_000
    assert refused(read([bomb]))
    comments = gzip.compress(b"<urlset>" + (b"<url/>" + b"<!-- -->" * 9_000) * 2_000)
    assert "bytes" in refused(read([comments]))


def test_gzip_in_gzip_is_refused() -> None:
    assert refused(read([gzip.compress(gzip.compress(ENTRY))])) == "it is gzip in gzip"


def test_gzip_of_endless_empty_members_is_given_up() -> None:
    assert "members" in refused(read([gzip.compress(b"") * 500_000]))


def test_damaged_gzip_is_refused() -> None:
    body = bytearray(gzip.compress(b"<urlset>" + ENTRY * 99))
    body[20] ^= 0xFF
    assert "gzip is damaged" in refused(read([bytes(body)]))


MEASURED = """
import resource, sys, time
from tasks.discover.links import Link
from tasks.discover.sitemaps import read_sitemap

def sitemap():
    yield b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    for i in range(int(sys.argv[1]) // 100):
        yield b"".join(
            b"<url><loc>https://example.com/2026/11/23/a-slug-of-words-%d-%d</loc>"
            b"<lastmod>2026-11-23T10:00:00Z</lastmod></url>" % (i, j)
            for j in range(100)
        )
    yield b"</urlset>"

next(read_sitemap([b"https://example.com/a"], url="https://example.com/"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
links = sum(isinstance(x, Link) for x in read_sitemap(sitemap(), url="https://example.com/s"))
print(links, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_50000_links_take_no_memory(tmp_path: Path) -> None:
    script = tmp_path / "measured.py"
    script.write_text(MEASURED)
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, script, "50000"],
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    links, kilobytes = map(int, run.stdout.split())
    assert links == 50_000
    assert kilobytes * (1 if sys.platform == "darwin" else 1_024) < 10 << 20
