"""Sites on loopback, fast and without manners, for the benchmark of fetching: one a port.

`python -m benchmarks.loopback SITES PAGES` serves until its stdin is closed; it says its ports.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from email.utils import formatdate
from functools import partial
from time import time

_SENTENCES = 25
ASKED = "/asked"  # answers with how often pages were asked for


def page(site: int, number: int) -> bytes:
    """A small page, some 3 kB."""
    said = " ".join(
        f"In its session {n} the council of town {site} agreed on item {number}.{n} of the budget."
        for n in range(_SENTENCES)
    )
    title = f"Council {site} agrees on item {number} of the budget"
    return (
        f'<html lang="en"><head><title>{title}</title></head><body><article><h1>{title}</h1>'
        f"<p>{said}</p></article></body></html>"
    ).encode()


def feed(port: int, pages: int) -> bytes:
    """A feed of all pages of a site."""
    items = "".join(
        f"<item><title>Item {n}</title><link>http://127.0.0.1:{port}/news/item-{n}</link>"
        f"<pubDate>{formatdate(time() - 60 * n)}</pubDate></item>"
        for n in range(pages)
    )
    return f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


async def talk(
    content: dict[str, tuple[str, bytes]],
    asked: Counter[str],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Answer the requests of one connection."""
    while head := await _head(reader):
        path = head.split(b" ", 2)[1].decode()
        asked["pages"] += path.startswith("/news/")
        kind, body = content.get(path, ("", b""))
        if path == ASKED:
            kind, body = "application/json", json.dumps(asked).encode()
        status = "200 OK" if kind else "404 Not Found"
        fields = f"Content-Type: {kind or 'text/html'}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(f"HTTP/1.1 {status}\r\n{fields}".encode() + body)
        await writer.drain()
    writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


async def serve(sites: int, pages: int) -> None:
    """Serve until stdin ends."""
    asked: Counter[str] = Counter()
    ports = []
    for site in range(sites):
        content = {
            f"/news/item-{n}": ("text/html; charset=utf-8", page(site, n)) for n in range(pages)
        }
        server = await asyncio.start_server(partial(talk, content, asked), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        content["/feed"] = "application/rss+xml", feed(port, pages)
        ports.append(port)
    print(json.dumps(ports), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
