"""benchmarks/results.md: each benchmark keeps one section of it."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from benchmarks.corpus import ROOT

RESULTS = Path(__file__).with_name("results.md")
PACKAGES = (
    "trafilatura",
    "lxml",
    "pyarrow",
    "prefect",
    "great-expectations",
    "duckdb",
    "deltalake",
)


def write_section(name: str, text: str, path: Path = RESULTS) -> None:
    """Put `text` in place of the section's last result, or at the file's end."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    old = path.read_text(encoding="utf-8") if path.exists() else "# Results of the benchmarks\n"
    before, found, rest = old.partition(begin)
    after = rest.partition(end)[2] if found else "\n"
    head = before if found else before + "\n"
    path.write_text(f"{head}{begin}\n{text.strip()}\n{end}{after}", encoding="utf-8")


def circumstances(command: str) -> str:
    """How a result was obtained: command, commit, versions; two list items."""
    python = f"Python {platform.python_version()}"
    versions = ", ".join([python, *(f"{package} {version(package)}" for package in PACKAGES)])
    machine = f"{platform.system()} {platform.machine()}"
    return f"- `{command}` at commit {_commit()}\n- {versions}; {machine}"


def _commit() -> str:
    commit = _git("rev-parse", "--short", "HEAD")
    changes = _git("status", "--porcelain", "--", ".", f":!{RESULTS.relative_to(ROOT).as_posix()}")
    return commit + ("+changes" if changes else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else "unknown"
