"""Make the binary samples of seeds/ from seed_articles.toml: `python -m benchmarks.make_seeds`.

Dates are fixed and nothing is random, so a second run writes the same bytes, as long as zlib and
pyarrow are the same; with others the content is the same.
"""

from __future__ import annotations

import html
import json
import struct
import tomllib
import zlib
from datetime import datetime
from io import BytesIO
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.warc import (
    HTML,
    HTTP_REQUEST,
    HTTP_RESPONSE,
    html_record,
    http_request,
    http_response,
    warc_record,
)

TEXTS = Path(__file__).with_name("seed_articles.toml")
SEEDS = Path(__file__).parents[1] / "seeds"
STARTED = "2025-09-05T00:00:00Z"  # of the crawl that the WARC file pretends to be
SOFTWARE = b"software: benchmarks/make_seeds.py\r\nformat: WARC File Format 1.1\r\n"

PAGE = Template("""\
<!DOCTYPE html>
<html lang="$language">
<head>
<meta charset="utf-8">
<title>$title | $site</title>
<link rel="canonical" href="$url">
<meta property="og:type" content="article">
<meta property="og:site_name" content="$site">
<meta property="og:title" content="$title">
<script type="application/ld+json">$json_ld</script>
</head>
<body>
<header><a href="/">$site</a><nav><ul>$menu</ul></nav></header>
<main>
<article>
<h1>$title</h1>
<p class="byline">$author, <time datetime="$published">$day</time></p>
$paragraphs
</article>
<aside><ul>$related</ul></aside>
</main>
<footer>$footer</footer>
</body>
</html>
""")

# A transparent pixel: the smallest GIF that browsers show.
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01" + bytes(range(256)) * 4


def seed_files() -> dict[str, bytes]:
    """Each binary sample's path within seeds/, with its bytes."""
    texts = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    lost = texts["damaged_page"]
    return {
        "warc/crawl.warc.gz": crawl(texts["page"], texts["text_record"]),
        "parquet/articles.parquet": parquet_file(articles_table(texts["row"])),
        "broken/truncated-crawl.warc.gz": cut(b"".join(map(page_record, lost))),
        "broken/truncated-feed.jsonl.gz": cut(json_lines(lost)),
        "broken/wheat-prices.parquet": parquet_file(prices_table()),
        "broken/annual-report.html": PDF,
        "broken/camera.txt": JPEG,
        "broken/mixed-bytes.txt": mixed_bytes(lost[1]["text"]),
        "broken/empty.html": b"",
    }


def crawl(pages: list[dict[str, Any]], wire: dict[str, str]) -> bytes:
    """A small crawl: warcinfo, pages with their requests, a 404, an image, a plain text."""
    missing, pixel = (
        f"https://{urlsplit(pages[0]['url']).netloc}/{name}" for name in ("old", "p.gif")
    )
    text = wire["text"].strip().encode() + b"\n"
    return b"".join(
        [
            warc_record("warcinfo", STARTED, "application/warc-fields", SOFTWARE),
            *(request_record(page) + page_record(page) for page in pages),
            response_record(missing, "404 Not Found", HTML, b"<h1>Not Found</h1>"),
            response_record(pixel, "200 OK", "image/gif", PIXEL),
            response_record(
                wire["url"], "200 OK", "text/plain; charset=utf-8", text, wire["fetched"]
            ),
        ]
    )


def request_record(page: dict[str, Any]) -> bytes:
    """The request that a page answered."""
    parts = urlsplit(page["url"])
    block = http_request(parts.netloc, parts.path)
    return warc_record("request", page["fetched"], HTTP_REQUEST, block, page["url"])


def page_record(page: dict[str, Any]) -> bytes:
    """A page's response, whole or (`encoding = "gzip-chunked"`) as streaming servers send it."""
    body = render(page).encode()
    if page["encoding"] == "plain":
        return html_record(page["url"], page["fetched"], body)
    headers = {
        "Content-Type": HTML,
        "Content-Encoding": "gzip",
        "Transfer-Encoding": "chunked",
    }
    block = http_response("200 OK", headers, chunked(stored_gzip(body)))
    return warc_record("response", page["fetched"], HTTP_RESPONSE, block, page["url"])


def response_record(
    url: str, status: str, content_type: str, body: bytes, date: str = STARTED
) -> bytes:
    """Any other response."""
    headers = {"Content-Type": content_type, "Content-Length": str(len(body))}
    return warc_record("response", date, HTTP_RESPONSE, http_response(status, headers, body), url)


def render(page: dict[str, Any]) -> str:
    """A page's HTML, with JSON-LD and what newsrooms put around an article."""
    plain = {k: html.escape(v) for k, v in page.items() if isinstance(v, str)}
    json_ld = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": page["title"],
        "datePublished": page["published"],
        "articleSection": page["section"],
        "author": {"@type": "Person", "name": page["author"]},
        "publisher": {"@type": "Organization", "name": page["site"]},
    }
    return PAGE.substitute(
        plain,
        day=page["published"][:10],
        json_ld=json.dumps(json_ld, ensure_ascii=False),
        menu="".join(
            f'<li><a href="/{i}">{html.escape(m)}</a></li>' for i, m in enumerate(page["menu"])
        ),
        related="".join(
            f'<li><a href="/r/{i}">{html.escape(r)}</a></li>' for i, r in enumerate(page["related"])
        ),
        paragraphs="\n".join(
            f"<p>{html.escape(p, quote=False)}</p>" for p in paragraphs(page["text"])
        ),
    )


def paragraphs(text: str) -> list[str]:
    """Paragraphs of a text whose paragraphs are separated by an empty line."""
    return [part.strip() for part in text.strip().split("\n\n")]


def articles_table(rows: list[dict[str, Any]]) -> pa.Table:
    """The rows as a table; a row with `text_of` repeats the body of another sample."""
    return pa.table(
        {
            "url": [row["url"] for row in rows],
            "title": [row["title"] for row in rows],
            "authors": pa.array([row["author"] for row in rows], pa.list_(pa.string())),
            "published_at": pa.array(
                [datetime.fromisoformat(row["published"]) for row in rows],
                pa.timestamp("us", tz="UTC"),
            ),
            "language": [row["language"] for row in rows],
            "text": [row_text(row) for row in rows],
        }
    )


def row_text(row: dict[str, Any]) -> str:
    """A row's text: its own, or that of a wire story without headline and byline."""
    if "text_of" not in row:
        return str(row["text"]).strip()
    story = (SEEDS / row["text_of"]).read_text(encoding="utf-8")
    return "\n\n".join(paragraphs(story)[2:])


def prices_table() -> pa.Table:
    """A table that holds no articles."""
    return pa.table({"market": ["Saltcote", "Thornbeck"], "price_per_tonne": [211.5, 208.0]})


def parquet_file(table: pa.Table) -> bytes:
    """A table as a Parquet file's bytes."""
    sink = BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def json_lines(pages: list[dict[str, Any]]) -> bytes:
    """Articles under other addresses than the pages', a line each, gzipped."""
    lines = (
        json.dumps(
            {"url": page["url"] + "?feed=1", "title": page["title"], "text": page["text"].strip()},
            ensure_ascii=False,
        )
        for page in pages
    )
    return stored_gzip("".join(line + "\n" for line in lines).encode())


def cut(data: bytes) -> bytes:
    """A transfer that broke off."""
    return data[:-200]


def mixed_bytes(text: str) -> bytes:
    """A text that a broken disk had in its hands: NULs, and bytes that no UTF-8 has."""
    words = text.strip().encode().split(b" ")
    return b" ".join(
        word + (b"\x00\x81\xfe\x9d" if i % 4 == 0 else b"") for i, word in enumerate(words)
    )


def chunked(body: bytes, size: int = 1000) -> bytes:
    """HTTP/1.1 chunked transfer coding (RFC 9112, section 7.1)."""
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in [*pieces, b""])


def stored_gzip(data: bytes) -> bytes:
    """A gzip member (RFC 1952) of stored blocks: the same bytes whatever the version of zlib."""
    size = 0xFFFF
    pieces = [data[i : i + size] for i in range(0, len(data), size)] or [b""]
    blocks = (
        struct.pack("<BHH", piece is pieces[-1], len(piece), len(piece) ^ size) + piece
        for piece in pieces
    )
    head = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x00\xff"
    return head + b"".join(blocks) + struct.pack("<II", zlib.crc32(data), len(data))


def main() -> None:
    """Write all binary samples."""
    for name, content in seed_files().items():
        path = SEEDS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"{len(content):>7} {path.relative_to(SEEDS.parent)}")


if __name__ == "__main__":
    main()
