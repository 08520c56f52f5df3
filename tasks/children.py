"""Children: processes of this interpreter that do one thing, and talk on their pipes in messages.

A child's module has a function `serve`. It is in a session of its own, for Ctrl-C is for its
parent, which then ends it; that its parent is gone it knows by the end of its input.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from typing import IO

_LENGTH = struct.Struct("<Q")
_START = (
    "import sys; from importlib import import_module; sys.path[:] = sys.argv[2:]; "
    "import_module(sys.argv[1]).serve()"
)


def start_child(module: str) -> subprocess.Popen[bytes]:
    """Start a child that runs the `serve` of a module; its owner ends it and waits for it."""
    return subprocess.Popen(  # noqa: S603 - this interpreter, and nothing of a page
        [sys.executable, "-c", _START, module, *sys.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def pipes_to_parent() -> tuple[IO[bytes], IO[bytes]]:
    """In a child: what its parent says, and where it answers."""
    said, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    return said, answers


def write_frame(pipe: IO[bytes], message: bytes) -> None:
    """Send a message.

    Raises:
        OSError: nobody reads it.
    """
    pipe.write(_LENGTH.pack(len(message)) + message)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """Wait for a message; None if there is none any more, or not the whole of one."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = pipe.read(length)
    return message if len(message) == length else None
