"""What runs in the process that stages a run's shards (tasks.staging.process)."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import closing, suppress
from threading import Event, Lock, Semaphore, Thread
from typing import IO

from tasks.children import pipes_to_parent, read_frame, write_frame
from tasks.staging.messages import Ended, Message, StagingPlan
from tasks.staging.stage import stage
from tasks.tally import TALLY, Tally

_TELL_EVERY_S = 0.2


def serve() -> None:
    """Stage what the parent asks for; tell of each shard, and begin the next when it is taken."""
    said, answers = pipes_to_parent()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # shells' background jobs ignore it
    logging.getLogger().addHandler(logging.NullHandler())  # else warnings are the user's to read
    asked = read_frame(said)
    if asked is None:
        return
    plan: StagingPlan = pickle.loads(asked)  # noqa: S301 - of our own parent
    lock, taken, ended = Lock(), Semaphore(0), Event()

    def tell(message: Message) -> None:
        with lock, suppress(OSError):  # the parent is gone, which `_listen` sees
            write_frame(answers, pickle.dumps(message))

    Thread(target=_listen, args=(said, taken), daemon=True).start()
    telling = Thread(target=_tell_tally, args=(tell, ended), daemon=True)
    telling.start()
    try:
        with closing(stage(plan)) as shards:
            for shard in shards:
                tell(shard)
                taken.acquire()
        last = Ended(None)
    except Exception as error:  # noqa: BLE001 - it is raised again in the parent
        last = Ended(as_it_travels(error))
    except BaseException:  # noqa: BLE001 - somebody ended this process, which the parent sees
        os._exit(1)
    ended.set()
    telling.join()
    tell(last)
    os._exit(0)  # all is written down; Python's own tidying up would take its time


def _listen(said: IO[bytes], taken: Semaphore) -> None:
    while read_frame(said) is not None:
        taken.release()
    os._exit(1)  # the parent was killed: so are its children


def _tell_tally(tell: Callable[[Message], None], ended: Event) -> None:
    told = Tally()
    is_last = False
    while not is_last:
        is_last = ended.wait(_TELL_EVERY_S)
        tally = TALLY.now()
        if tally != told:
            tell(tally)
            told = tally


def _stop(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once: what is open is being closed
    sys.exit(1)


def as_it_travels(error: Exception) -> Exception:
    """An error as it can travel, with where it happened."""
    where = "".join(traceback.format_exception(error))
    try:
        copy: Exception = pickle.loads(pickle.dumps(error))  # noqa: S301 - of our own
    except Exception:  # noqa: BLE001 - whatever keeps it from travelling
        copy = RuntimeError(f"{type(error).__name__}: {error}")
    copy.add_note(where)
    return copy
