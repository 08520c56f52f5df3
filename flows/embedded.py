"""Prefect without a server to start: the user's own API if one is configured, else one of ours.

Imports no Prefect: the server comes up in its own process while this one imports the rest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tasks.errors import BroadsheetError

START_TIMEOUT_S = 120  # the first start on a slow machine migrates a database of 100 steps
STOP_TIMEOUT_S = 10
QUIET = {
    # What goes wrong is told in one line by the command, not as a traceback by Prefect's logger.
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}


@contextmanager
def prefect_api() -> Iterator[Api]:
    """Have a Prefect API, starting one unless the user has configured theirs."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if _configured_url() is not None:
        yield Api(None, None)
        return
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "flows.embedded_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=Path(__file__).parents[1],
            start_new_session=True,  # Ctrl-C is for the run, which still has its end to report
        )
        try:
            yield Api(server, log)
        finally:
            _stop(server)


class Api:
    """A Prefect API that may still be starting."""

    def __init__(self, server: subprocess.Popen[bytes] | None, log: IO[bytes] | None) -> None:
        self._server, self._log = server, log

    def wait_until_ready(self) -> None:
        """Point Prefect at the server of ours, once it answers. Call before importing Prefect.

        Raises:
            BroadsheetError: if it does not come up.
        """
        if self._server is None or self._server.stdout is None:
            return
        port = self._server.stdout.readline().decode().strip()
        url = f"http://127.0.0.1:{port}/api"
        deadline = time.monotonic() + START_TIMEOUT_S
        while port and self._server.poll() is None and time.monotonic() < deadline:
            if _answers(f"{url}/health"):
                os.environ["PREFECT_API_URL"] = url
                return
            time.sleep(0.02)
        raise BroadsheetError(
            f"Prefect's temporary server did not start: {self._last_words()}; "
            "try again, or start one with `prefect server start` and set PREFECT_API_URL"
        )

    def _last_words(self) -> str:
        if self._log is None:
            return "no log"
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - loopback
            return bool(response.status == 200)  # noqa: PLR2004 - HTTP OK
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _configured_url() -> str | None:
    """PREFECT_API_URL of the environment or of the active Prefect profile."""
    if url := os.environ.get("PREFECT_API_URL"):
        return url
    home = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()
    profiles = Path(os.environ.get("PREFECT_PROFILES_PATH", home / "profiles.toml"))
    try:
        settings = tomllib.loads(profiles.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    active = os.environ.get("PREFECT_PROFILE", settings.get("active", ""))
    url = settings.get("profiles", {}).get(active, {}).get("PREFECT_API_URL")
    return url if isinstance(url, str) else None


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.stdin is not None:
        server.stdin.close()
    try:
        server.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
