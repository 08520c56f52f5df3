"""What README tells a stranger to type works as written."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.conftest import ROOT, SeedLake
from tests.flows.documents import Checkout, code_blocks

README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES_OF_A_SCREEN = 60
MADE_OTHERWISE = {
    "make test",  # this test is part of it
    ". .venv/bin/activate",  # the interpreter of this test stands for it
}


def shell_commands(markdown: str) -> Iterator[str]:
    """Each line of the ```sh blocks, without its comment."""
    for block in code_blocks(markdown):
        for line in block.code.splitlines() if block.language == "sh" else ():
            yield re.sub(r"\s+# .*", "", line)


def run(command: list[str], **settings: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_each_command_of_the_readme_works(tmp_path: Path, seed_lake: SeedLake) -> None:
    checkout = Checkout.at(tmp_path, seed_lake.root)
    commands = [c for c in shell_commands(README) if c not in {"make run", *MADE_OTHERWISE}]
    assert len(commands) > 5
    for command in commands:
        assert command.startswith("broadsheet ")
        done = checkout.run("sh", command)
        assert done.exit_code == 0, done.err
        assert done.out, command


@pytest.mark.ops
def test_make_run_twice_adds_nothing(tmp_path: Path) -> None:
    lake = f"LAKE={tmp_path / 'lake'}"
    first = run(["make", "run", lake, f"PY={sys.executable}"], cwd=ROOT)
    second = run(["make", "run", lake, f"PY={sys.executable}"], cwd=ROOT)
    assert "34 new" in first
    assert "34 unchanged" in second
    assert " new" not in second


def test_the_targets_of_make_that_the_readme_names_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`?make ([a-z-]+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_files_that_the_readme_links_to_exist() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_the_readme_fits_one_screen() -> None:
    assert len(README.splitlines()) <= LINES_OF_A_SCREEN


def test_the_lock_names_no_address_and_holds_only_hashed_versions() -> None:
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert "://" not in lock
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        assert "==" in entry.splitlines()[0]
        assert "--hash=sha256:" in entry
