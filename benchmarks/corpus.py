"""The pages that benchmarks run on, as one WARC file in build/bench/ (ignored by git).

Real labelled pages where `../shared/corpus` is there, else the samples. Where more pages are asked
for than there are, copies follow, each with its own address and a sentence of its own in the
longest paragraph, so that they are different articles: skipping known pages is not extraction.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.warc import html_record, warc_record

ROOT = Path(__file__).parents[1]
LABELLED = ROOT.parent / "shared" / "corpus"
BUILD = ROOT / "build" / "bench"
LABELLED_SETS = ("body", "publishers")
CRAWLED = "2026-01-15T00:00:00Z"

_TAG = re.compile(rb"<[^<>]*>")
_PARAGRAPH = re.compile(rb"(?is)<p(?:\s[^<>]*)?>((?:(?!</?p[\s>]).){1,20000})</p>")
_NOT_SHOWN = re.compile(rb"(?is)<!--.*?-->|<(script|style|template|noscript)\b.*?</\1\s*>")
_DECLARATION = re.compile(rb"(?i)<(?:link|meta)\s[^<>]*>")
_DECLARES_URL = re.compile(rb"""(?i)(?:rel|property|name)\s*=\s*["']?(?:canonical|og:url)\b""")
_ADDRESS = re.compile(rb"""(?is)(?:href|content)\s*=\s*(["'])(.*?)\1""")
_BYTES_OF_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A page and what people say that it holds; `truth` is empty for pages without labels."""

    url: str
    html: bytes
    truth: dict[str, Any]


def labelled_pages(name: str) -> Iterator[Labelled]:
    """The pages of one labelled set, in the order of its file."""
    folder = LABELLED / name
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        yield Labelled(truth["url"], gzip.decompress((folder / truth["html"]).read_bytes()), truth)


def distinct_pages() -> tuple[str, list[Labelled]]:
    """What the corpus is, in words, and its pages, each address once."""
    if LABELLED.is_dir():
        pages = [page for name in LABELLED_SETS for page in labelled_pages(name)]
        words = "real pages of publishers (labelled corpora of Scrapinghub and Fundus)"
    else:
        samples = sorted((ROOT / "seeds" / "html").glob("*.html"))
        pages = [
            Labelled(f"https://bench.example/{path.name}", path.read_bytes(), {})
            for path in samples
            if not path.read_bytes().startswith(_BYTES_OF_UTF_16)
        ]
        words = "invented pages of seeds/html"
    return words, list({page.url: page for page in pages}.values())


def build_warc(count: int) -> tuple[Path, str]:
    """Write `count` pages as a WARC file.

    Returns:
        Its path, and what it holds, in words.
    """
    words, pages = distinct_pages()
    copies = max(0, count - len(pages))
    words = f"{count} pages: {min(count, len(pages))} distinct {words}, {copies} altered copies"
    path = BUILD / f"{'labelled' if LABELLED.is_dir() else 'seeds'}-{count}.warc.gz"
    BUILD.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(
            warc_record("warcinfo", CRAWLED, "application/warc-fields", b"format: WARC\r\n")
        )
        for index in range(count):
            page = pages[index % len(pages)]
            number = index // len(pages)
            url, body = altered(page.url, page.html, number) if number else (page.url, page.html)
            # As Common Crawl's records have it; datatrove guesses without, and loses pages.
            record = html_record(
                url, CRAWLED, body, content_type="text/html", payload_type="text/html"
            )
            stream.write(record)
    return path, words


def altered(url: str, page: bytes, number: int) -> tuple[str, bytes]:
    """Copy `number` of a page: another address wherever it declares its own, another text."""
    addresses = {url.encode()} | {address for address in _declared(page) if b"://" in address}
    body = page
    for address in sorted(addresses, key=len, reverse=True):
        moved = _moved(address, number)
        body = _replaced(body, address, moved)
        body = _replaced(body, address.replace(b"/", b"\\/"), moved.replace(b"/", b"\\/"))
    return _moved(url.encode(), number).decode(), _with_sentence(body, number)


def _declared(page: bytes) -> list[bytes]:
    """Addresses in `<link rel=canonical>` and `<meta property=og:url>`, as written."""
    tags = (tag for tag in _DECLARATION.findall(page) if _DECLARES_URL.search(tag))
    return [match[2] for tag in tags if (match := _ADDRESS.search(tag))]


def _moved(address: bytes, number: int) -> bytes:
    """The address with a folder of its own, so that no two copies share one."""
    scheme, _, rest = address.partition(b"://")
    host, slash, path = rest.partition(b"/")
    return b"%b://%b/copy-%d%b%b" % (scheme, host, number, slash, path)


def _replaced(page: bytes, address: bytes, moved: bytes) -> bytes:
    """Replace whole addresses only: `/a` must not change `/a/b`, or links elsewhere."""
    end = rb"""(?=["'#?<>\s]|&quot;)"""
    return re.sub(re.escape(address) + end, lambda _: moved, page)


def _with_sentence(page: bytes, number: int) -> bytes:
    """Add a sentence to the longest paragraph, or a paragraph at the end of a page without one."""
    sentence = b" This sentence stands in copy %d of the page and in no other." % number
    shown = _NOT_SHOWN.sub(lambda hidden: b" " * len(hidden[0]), page)
    paragraphs = list(_PARAGRAPH.finditer(shown))
    if not paragraphs:
        before, body_end, after = page.rpartition(b"</body>")
        return (
            b"%b<p>%b</p>%b%b" % (before, sentence, body_end, after)
            if body_end
            else page + sentence
        )
    longest = max(paragraphs, key=lambda found: len(_TAG.sub(b"", found[1])))
    return page[: longest.end(1)] + sentence + page[longest.end(1) :]
