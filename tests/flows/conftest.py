"""The command line run as a user runs it, and a lake of the samples that several tests share."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def broadsheet(*arguments: object, env: Mapping[str, str] = os.environ) -> Done:
    ended = subprocess.run(
        [sys.executable, "-m", "flows", *map(str, arguments)],
        cwd=ROOT,
        env=dict(env),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return Done(ended.returncode, ended.stdout, ended.stderr)


def ask(lake: Path, query: str) -> list[dict[str, Any]]:
    answer = broadsheet("sql", query, "--lake", lake, "--format", "json")
    assert answer.exit_code == 0, answer.err
    rows: list[dict[str, Any]] = answer.json
    return rows


@dataclass(frozen=True)
class SeedLake:
    """A lake into which seeds/ was ingested, and what the command said."""

    root: Path
    ingested: Done


@pytest.fixture(scope="session")
def seed_lake(tmp_path_factory: pytest.TempPathFactory) -> SeedLake:
    """Do not change it: others read it too. Copy it first."""
    root = tmp_path_factory.mktemp("seed") / "lake"
    return SeedLake(root, broadsheet("ingest", "seeds", "--lake", root, "--json"))
