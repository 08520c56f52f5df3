"""Prefect without a server to start: the user's own API if one is configured, else one of ours.

The server comes up in its own process while this one imports Prefect, which takes seconds too;
importing this module does not.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from tasks.errors import BroadsheetError

SERVER = Path(__file__).with_name("embedded_server.py")
START_TIMEOUT_S = 120  # the first start on a slow machine migrates a database of 100 steps
STOP_TIMEOUT_S = 15  # longer than the server gives itself
REACH_TIMEOUT_S = 10
QUIET = {
    # What goes wrong is told in one line by the command, not as a traceback by Prefect's loggers.
    # A configured server still receives their lines.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",  # or Prefect writes a notice to a new user's terminal
}
PASSWORD = re.compile(r"//[^/@\s]*@")
LAST_WORDS = re.compile(r"[\w.]*(Error|Exception)\b.*")


@contextmanager
def prefect_api() -> Iterator[Api]:
    """Have a Prefect API, starting one unless the user has configured theirs. Once a process.

    Raises:
        BroadsheetError: if the API is lost while the block runs.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    with ExitStack() as ended:
        if os.environ.get("PREFECT_API_URL"):
            api = Api(None, None)
        else:
            log = ended.enter_context(tempfile.TemporaryFile())
            server = subprocess.Popen(  # noqa: S603 - a file of ours
                [sys.executable, "-P", SERVER],  # -P: nothing here may pass for a library there
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the run, which still has its end to report
            )
            ended.callback(_stop, server)
            api = Api(server, log)
            ended.callback(api.send_the_rest)
        ended.enter_context(_told_of_loss(api))
        yield api


class Api:
    """A Prefect API that may still be starting."""

    def __init__(self, server: subprocess.Popen[bytes] | None, log: IO[bytes] | None) -> None:
        self._server, self._log = server, log
        self.was_reached = False

    def wait_until_ready(self) -> None:
        """Point Prefect at the API, once it answers.

        Raises:
            BroadsheetError: if it does not.
        """
        try:
            from prefect.client import orchestration  # noqa: F401 - while the server starts
            from prefect.context import refresh_global_settings_context
        except Exception as error:
            raise BroadsheetError(
                f"Prefect refuses its settings ({' '.join(str(error).split())}): mend them in the "
                "environment, .env, prefect.toml, pyproject.toml or your Prefect profile"
            ) from error
        if self._server is not None:
            os.environ["PREFECT_API_URL"] = self._announced_url(self._server)
            refresh_global_settings_context()
            _spare_proxies("127.0.0.1")
        if problem := find_problem():
            url = PASSWORD.sub("//", os.environ["PREFECT_API_URL"])
            raise BroadsheetError(
                f"Prefect's API at {url} cannot be used ({PASSWORD.sub('//', problem)}): "
                "start it with `prefect server start`, or name none, in the environment and in "
                "your Prefect profile, and a temporary server will do"
            )
        self.was_reached = True

    def send_the_rest(self) -> None:
        """Have Prefect send what it has queued, or at exit it would try to, for minutes."""
        if self.was_reached:
            from prefect.events.worker import EventsWorker
            from prefect.logging.handlers import APILogWorker

            APILogWorker.drain_all(timeout=STOP_TIMEOUT_S, at_exit=False)
            EventsWorker.drain_all(timeout=STOP_TIMEOUT_S, at_exit=False)

    def _announced_url(self, server: subprocess.Popen[bytes]) -> str:
        if server.stdout and select.select([server.stdout], [], [], START_TIMEOUT_S)[0]:
            url = server.stdout.readline().decode().strip()
            if url:
                return url
        raise BroadsheetError(
            f"Prefect's temporary server did not start: {self._last_words()}; "
            "try again, or start one with `prefect server start` and set PREFECT_API_URL"
        )

    def _last_words(self) -> str:
        if self._log is None:
            return "no log"
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        errors = [line for line in lines if LAST_WORDS.match(line)]
        return (errors or lines or [f"no answer within {START_TIMEOUT_S} s"])[-1]


def find_problem() -> str | None:
    """Say why Prefect's API cannot be used: not reached, not authorized, another version."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    try:
        with (
            temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
            get_client(sync_client=True, httpx_settings={"timeout": REACH_TIMEOUT_S}) as client,
        ):
            client.raise_for_api_version_mismatch()
    except Exception as error:  # noqa: BLE001 - whatever it is, the API cannot be used
        cause = error.__cause__ or error
        return (str(cause).splitlines() or [type(cause).__name__])[0]
    return None


@contextmanager
def _told_of_loss(api: Api) -> Iterator[Api]:
    """Turn what Prefect raises when its API is lost during the run into one line."""
    try:
        yield api
    except (BroadsheetError, OSError):
        raise
    except Exception as error:
        if api.was_reached and (problem := find_problem()):
            raise BroadsheetError(
                f"Prefect's API was lost during the run ({problem}): "
                "what was committed stays; run it again to go on"
            ) from error
        raise


def _spare_proxies(host: str) -> None:
    """Have a host of this machine reached without the proxy that the environment may name."""
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), host]))


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.stdin is not None:
        server.stdin.close()
    try:
        server.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
