"""A Prefect API for the length of one run: `python flows/embedded_server.py`.

Says on stdout, in one line, where the API is: the one that the user's Prefect settings name (in a
profile, prefect.toml, .env, ...), or else the one that it then serves itself until stdin closes,
which it does however the parent dies; Prefect's own temporary server would outlive a parent that
was killed.
"""

from __future__ import annotations

import fcntl
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from prefect.server.api.server import create_app
from prefect.settings import get_current_settings

STOP_TIMEOUT_S = 10  # to write down the run's last events
STDIN, STDOUT, STDERR = 0, 1, 2


def main() -> None:
    """Say where the API is; serve it, unless it is somebody else's."""
    announcements = os.dup(STDOUT)
    os.dup2(STDERR, STDOUT)  # nothing that Prefect prints is mistaken for the address
    if configured := get_current_settings().api.url:
        os.write(announcements, f"{configured}\n".encode())
        return
    app = create_app(ephemeral=True, final=True)
    server = _Server(uvicorn.Config(app, log_level="error", lifespan="on"), announcements)
    threading.Thread(target=_leave_with_parent, args=(server,), daemon=True).start()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    server.run(sockets=[listener])
    os._exit(0)  # all is written down; Python's own tidying up would take another second


class _Server(uvicorn.Server):
    """Announces its address once it answers there."""

    def __init__(self, config: uvicorn.Config, announcements: int) -> None:
        super().__init__(config)
        self._announcements = announcements

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        with _one_at_a_time():
            await super().startup(sockets)
        for listener in sockets or []:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/api\n"
            os.write(self._announcements, url.encode())


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold a lock of this Prefect home: of two that migrate its database at once, one fails.

    The system drops the lock with the process.
    """
    home = get_current_settings().home
    home.mkdir(parents=True, exist_ok=True)
    with (home / "broadsheet.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _leave_with_parent(server: uvicorn.Server) -> None:
    # Not sys.stdin: Python aborts at exit while a thread waits in its buffer.
    os.read(STDIN, 1)
    server.should_exit = True
    time.sleep(STOP_TIMEOUT_S)
    os._exit(1)


if __name__ == "__main__":
    main()
