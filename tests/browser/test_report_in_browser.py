"""A real browser opens a report full of hostile words: nothing runs, nothing is asked for.

The same words in a page without defences do both, so a browser that cannot be harmed, or a server
that cannot be reached, fails these tests.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tasks.report import build_report
from tests.report_lake import RUN, ReportLake

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = pytest.mark.skipif(
    BROWSER is None, reason=f"no browser: none of {', '.join(BROWSERS)} is on the PATH"
)

# The marker is put together when it runs, so that the words themselves do not contain it.
RUNS = "document.title = 'ow' + 'ned'; document.body.append('ow' + 'ned')"
OWNED = "owned"
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">"
)


def executing() -> tuple[str, ...]:
    return (
        f"<script>{RUNS}</script>",
        f"</title><script>{RUNS}</script>",
        f"</style><script>{RUNS}</script>",
        f'<svg onload="{RUNS}">',
        f'<img src=x onerror="{RUNS}">',
        f'"><details open ontoggle="{RUNS}">',
        f"' autofocus onfocus=\"{RUNS}\" tabindex=1 x='",
    )


def requesting(server: str) -> tuple[str, ...]:
    return (
        f"<img src={server}/img>",
        f'"><img src="{server}/quoted">',
        f"<link rel=stylesheet href={server}/css>",
        f'<div style="background: url({server}/background); height: 9px">x</div>',
        f"<style>body {{ background: url({server}/style) }}</style>",
        f"<iframe src={server}/frame></iframe>",
        f"<svg><image href={server}/svg width=9 height=9 /></svg>",
        f"<video src={server}/video autoplay></video>",
        f"url({server}/bare)",
        f"{server}/plain",
    )


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback, with the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def opened(page: str, folder: Path) -> str:
    """What the page's tree looks like once a browser has loaded it."""
    assert BROWSER
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    run = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",  # Chromium refuses to run as root otherwise, as in a container
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={folder / 'profile'}",
            "--dump-dom",
            file.as_uri(),
        ],
        capture_output=True,
        check=True,
        timeout=60,
    )
    tree = run.stdout.decode()
    assert "</html>" in tree, run.stderr.decode()
    return tree


def reported(words: tuple[str, ...]) -> str:
    """The report of a run in which strangers named all they can name with these words."""
    lake = ReportLake()
    lake.run(status="failed", detail=" ".join(words), sources=list(words), flow=words[0])
    for word in words:
        lake.count("rejected", 1, source_id=word, stage="read", reason=word)
        lake.reject(word, source_id=word, url=word, detail=word, raw_ref=word)
        lake.measure(f"rule.{word}.failed", 1, 3, source_id=word, verdict="warn")
        lake.measure(f"gate.{word}", 0, source_id=word, verdict="fail")
        lake.measure(word, 1, source_id=word)
        names = ("source_id", "title", "url", "license", "language", "raw_ref")
        lake.add(**dict.fromkeys(names, word), warnings=(word,))
        lake.add(**dict.fromkeys(names, word), warnings=(f"doubt {word}",))
    return build_report(lake.connect(), RUN)


def undefended(word: str, policy: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head>{policy}<title>quiet</title></head><body>{word}</body></html>"
    )


def test_hostile_words_in_a_report_neither_run_nor_ask_for_anything(tmp_path: Path) -> None:
    with listening() as (server, asked):
        tree = opened(reported(executing() + requesting(server)), tmp_path)
        assert OWNED not in tree
        assert asked == []
    assert "<h1" in tree
    assert "&lt;script&gt;document.title" in tree


@pytest.mark.parametrize("word", [word for word in executing() if word[0] == "<"])
def test_without_defences_the_same_words_run(word: str, tmp_path: Path) -> None:
    assert OWNED in opened(undefended(word), tmp_path)


def test_without_defences_the_same_words_ask_for_what_they_like(tmp_path: Path) -> None:
    with listening() as (server, asked):
        opened(undefended(" ".join(requesting(server))), tmp_path)
        expected = {"/img", "/quoted", "/css", "/background", "/frame", "/svg"}
        assert expected <= set(asked)


def test_the_policy_alone_holds_even_if_escaping_were_forgotten(tmp_path: Path) -> None:
    with listening() as (server, asked):
        page = undefended(" ".join(executing() + requesting(server)), POLICY)
        assert OWNED not in opened(page, tmp_path)
        assert asked == []
    assert POLICY in reported(("x",))
