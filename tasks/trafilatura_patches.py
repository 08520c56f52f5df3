"""The one place where trafilatura's internals are changed. Importing this module changes them.

Written for trafilatura 2.3.1, which pyproject.toml pins. Each patch has a test of what it mends.
"""

from __future__ import annotations

from functools import lru_cache

import trafilatura.utils

JOINERS = frozenset("\u200c\u200d")  # zero-width non-joiner and joiner


@lru_cache(maxsize=2**14)  # as trafilatura's own
def _keep_printable(character: str) -> str:
    is_kept = character.isprintable() or character.isspace() or character in JOINERS
    return character if is_kept else ""


# trafilatura drops the joiners that Persian, Hindi and emoji are spelled with, since Python calls
# them unprintable: each page in Persian would be misspelled throughout.
trafilatura.utils.return_printables_and_spaces = _keep_printable
