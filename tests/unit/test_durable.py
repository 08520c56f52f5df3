"""Files written whole, and locks that die with their holder."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest

from tasks.durable import exclusive, try_exclusive, write_text

ROOT = Path(__file__).parents[2]


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_text(path, "old")
    write_text(path, "new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_keeps_the_old_file_and_leaves_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_text(path, "old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_threads_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    lock, entered = tmp_path / "lock", Event()

    def enter() -> None:
        with exclusive(lock):
            entered.set()

    with exclusive(lock):
        other = Thread(target=enter)
        other.start()
        assert not entered.wait(0.05)
    other.join()
    assert entered.is_set()


def test_a_lock_is_free_once_its_holder_was_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from tasks.durable import exclusive\n"
        "with exclusive(Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "lock")], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with try_exclusive(tmp_path / "lock") as got_it:
        assert not got_it
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with try_exclusive(tmp_path / "lock") as got_it:
        assert got_it
