"""A Prefect API for the length of one run: `python -m flows.embedded_server`.

Prints its port on stdout at once (the socket is bound before Prefect's seconds of imports) and
leaves when stdin closes, which it does however the parent dies; Prefect's own temporary server
would outlive a parent that was killed.
"""

from __future__ import annotations

import os
import socket
import sys
import threading


def main() -> None:
    """Serve until stdin is closed."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(ephemeral=True, final=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
    threading.Thread(target=_leave_with_parent, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


def _leave_with_parent(server: object) -> None:
    sys.stdin.buffer.read()
    server.should_exit = True  # type: ignore[attr-defined]  # uvicorn's documented way to stop


if __name__ == "__main__":
    main()
