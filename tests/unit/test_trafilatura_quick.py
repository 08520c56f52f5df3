"""tasks.body.trafilatura_quick: what the library as installed makes of the same pages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tasks.body.trafilatura_patches import JOINERS
from tasks.body.trafilatura_quick import extract_quickly
from tests.stock_trafilatura import trees

ROOT = Path(__file__).parents[2]


def test_the_text_of_each_page_equals_that_of_the_library_as_installed() -> None:
    stock = subprocess.run(
        [sys.executable, "-m", "tests.stock_trafilatura"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    extracted = {name: extract_quickly(tree, None) for name, tree in trees()}
    texts = {name: found and without_joiners(found) for name, found in extracted.items()}
    assert texts == json.loads(stock.stdout)
    assert len(texts) > 90
    assert len({text for text in texts.values() if text}) > 50


def without_joiners(text: str) -> str:
    """As the library has it: it drops what Persian is spelled with."""
    return "".join(character for character in text if character not in JOINERS)
