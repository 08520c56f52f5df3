"""The one place where trafilatura's internals are changed. Importing this module changes them.

Written for trafilatura 2.3.1, which pyproject.toml pins. Each patch has a test of what it mends.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

import trafilatura.utils
from lxml.etree import XPath
from trafilatura import xpaths

from tasks.local_xpath import REGULAR_EXPRESSIONS, LocalXPath

JOINERS = frozenset("\u200c\u200d")  # zero-width non-joiner and joiner


@lru_cache(maxsize=2**14)  # as trafilatura's own
def _keep_printable(character: str) -> str:
    is_kept = character.isprintable() or character.isspace() or character in JOINERS
    return character if is_kept else ""


# trafilatura drops the joiners that Persian, Hindi and emoji are spelled with, since Python calls
# them unprintable: each page in Persian would be misspelled throughout.
trafilatura.utils.return_printables_and_spaces = _keep_printable


# Half of fast mode's time went into XPath expressions that test each element's attributes anew.
# Lists are changed in place: trafilatura's modules hold them under names of their own.
for _number in (0, 2, 3):
    xpaths.BODY_XPATH[_number] = LocalXPath(xpaths.BODY_XPATH[_number])
_paths = (expression.path for expression in xpaths.OVERALL_DISCARD_XPATH)
xpaths.OVERALL_DISCARD_XPATH[:] = [
    LocalXPath(XPath(" | ".join(_paths), namespaces=REGULAR_EXPRESSIONS))
]
_baseline = vars(import_module("trafilatura.baseline"))  # `trafilatura.baseline` is a function
_baseline["BASIC_CLEAN_XPATH"] = LocalXPath(_baseline["BASIC_CLEAN_XPATH"])
