"""News sites on loopback: pages and feeds that a test edits, and a log of what is asked."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOT_MODIFIED = 304
HTML, RSS, TEXT = "text/html; charset=utf-8", "application/rss+xml", "text/plain"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its path, when it came, what was answered."""

    path: str
    at: float
    status: int


@dataclass
class NewsSite:
    """A site whose content is a dictionary, and which may be down or lie.

    `lying` are paths whose validator never changes. A site that `has_tokens` puts another one into
    each page that it sends, as forms have them. `fields` are sent beside the `statuses` of
    paths without a page. `now` is the clock of the log.
    """

    url: str = ""
    now: Callable[[], float] = time.time
    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    lying: set[str] = field(default_factory=set)
    has_tokens: bool = False
    is_down: bool = False
    log: list[Asked] = field(default_factory=list)

    def publish(self, path: str, title: str, text: str, *, extra: str = "") -> None:
        """Put an article, or another state of it, at a path."""
        page = (
            f'<html lang="en"><head><title>{title}</title>{extra}</head><body><article>'
            f"<h1>{title}</h1><p>{text}</p></article></body></html>"
        )
        self.pages[path] = HTML, page.encode()

    def offer_feed(self, path: str, items: dict[str, tuple[str, datetime]]) -> None:
        """Put a feed of articles: headline and time by path."""
        entries = "".join(
            f"<item><title>{title}</title><link>{self.url}{link}</link>"
            f"<pubDate>{format_datetime(at)}</pubDate></item>"
            for link, (title, at) in items.items()
        )
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{entries}'
        self.pages[path] = RSS, f"{feed}</channel></rss>".encode()

    def asked(self, *, but: tuple[str, ...] = ("/robots.txt", "/ai.txt")) -> Counter[str]:
        """How often each path was asked for, without the site's own files."""
        paths = (asked.path for asked in self.log)
        return Counter(p for p in paths if p not in but and not p.startswith("/.well-known/"))

    def answer(self, path: str, validator: str | None) -> tuple[int, dict[str, str], bytes]:
        """Status, fields and body for a path."""
        if path in self.redirects:
            return 302, {"Location": self.redirects[path]}, b""
        if path not in self.pages:
            status = self.statuses.get(path, 404)
            return status, self.fields.get(path, {}), b"<html>not found</html>"
        kind, body = self.pages[path]
        if self.has_tokens and kind == HTML:
            body = body.replace(b"<body>", b'<body data-token="%d">' % len(self.log))
        etag = f'"{hashlib.sha1(body, usedforsecurity=False).hexdigest()}"'
        if path in self.lying:
            etag = '"always"'
        if validator == etag:
            return 304, {"ETag": etag}, b""
        return self.statuses.get(path, 200), {"ETag": etag, "Content-Type": kind}, body


@contextmanager
def news_site(now: Callable[[], float] = time.time) -> Iterator[NewsSite]:
    """Serve a site until the block ends."""
    site = NewsSite(now=now)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if site.is_down:
                site.log.append(Asked(self.path, site.now(), 0))
                self.close_connection = True
                return
            status, fields, body = site.answer(self.path, self.headers["If-None-Match"])
            body = b"" if status == NOT_MODIFIED else body
            site.log.append(Asked(self.path, site.now(), status))
            self.send_response(status)
            for name, value in {**fields, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def a_text(topic: str) -> str:
    """A text long enough for an article."""
    return " ".join(
        f"In session {n} the council of {topic} agreed on the budget." for n in range(9)
    )


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
