"""Documents whose commands are typed as a reader would type them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tasks.catalog import rebuild_catalog
from tasks.opening import open_lake
from tests.flows.conftest import ROOT, Done

PART = re.compile(
    r"^## (?P<heading>[^\n]+)$|^```(?P<language>\w+)\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """A fenced block of code and the heading above it."""

    heading: str
    language: str
    code: str


def code_blocks(markdown: str) -> Iterator[Block]:
    heading = ""
    for found in PART.finditer(markdown):
        if found["heading"]:
            heading = found["heading"]
        else:
            yield Block(heading, found["language"], found["code"])


@dataclass(frozen=True)
class Checkout:
    """A folder that looks like a checkout in which `make run` has run."""

    folder: Path

    @classmethod
    def at(cls, folder: Path, lake: Path) -> Checkout:
        """Copy a lake to `folder`/lake and put the command on the path."""
        shutil.copytree(lake, folder / "lake", symlinks=True)
        rebuild_catalog(open_lake(folder / "lake"))
        (folder / "seeds").symlink_to(ROOT / "seeds")
        program = folder / "bin" / "broadsheet"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m flows "$@"\n')
        program.chmod(0o755)
        return cls(folder)

    def run(self, language: str, code: str) -> Done:
        command = {"sh": ["sh", "-eu", "-c"], "python": [sys.executable, "-c"]}[language]
        path = [self.folder / "bin", Path(sys.executable).parent, os.environ["PATH"]]
        ended = subprocess.run(
            [*command, code],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PATH": os.pathsep.join(map(str, path))},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return Done(ended.returncode, ended.stdout, ended.stderr)
