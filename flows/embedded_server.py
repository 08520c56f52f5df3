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
    told = os.dup(STDOUT)
    os.dup2(STDERR, STDOUT)  # nothing that Prefect prints is mistaken for the address
    if configured := get_current_settings().api.url:
        os.write(told, f"{configured}\n".encode())
        return
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/api\n"
    app = create_app(ephemeral=True, final=True)
    server = _Server(uvicorn.Config(app, log_level="error", lifespan="on"))
    server.when_started = lambda: os.write(told, url.encode())
    threading.Thread(target=_leave_with_parent, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        with _one_at_a_time():
            await super().startup(sockets)
        self.when_started()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold a lock of this Prefect home: two that create or migrate its database at once both fail.

    The system drops the lock with the process.
    """
    home = get_current_settings().home
    home.mkdir(parents=True, exist_ok=True)
    with (home / "broadsheet.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _leave_with_parent(server: uvicorn.Server) -> None:
    # Not sys.stdin: its lock, held by a thread that waits, makes Python abort at exit.
    os.read(STDIN, 1)
    server.should_exit = True
    time.sleep(STOP_TIMEOUT_S)
    os._exit(1)


if __name__ == "__main__":
    main()
