"""What was known of a page beside its bytes, in fields of its WARC record.

WARC leaves named fields to whoever needs them (ISO 28500:2017, 5.1); readers that do not know one
pass it over.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from expectations.records import NOTHING_GIVEN, Given

SOURCE_FIELD, GIVEN_FIELD = "Broadsheet-Source", "Broadsheet-Given"
RESERVED_FIELD = "Broadsheet-Reserved"  # what the site reserves for all its pages
MAX_GIVEN_CHARACTERS = 16_000  # of a header that is to have an end
_LISTS = frozenset(
    f.name for f in fields(Given) if isinstance(getattr(NOTHING_GIVEN, f.name), tuple)
)
_NAMES = tuple(field.name for field in fields(Given))


def write_given_field(given: Given) -> str:
    """Given fields as one line of ASCII; empty if there are none, or too many to be kept."""
    stated = {name: value for name in _NAMES if (value := getattr(given, name))}
    text = json.dumps(stated) if stated else ""
    return text if len(text) <= MAX_GIVEN_CHARACTERS else ""


def read_given_field(text: str) -> Given:
    """Read a field that `write_given_field` wrote; of anything else, what can be understood."""
    if not text:
        return NOTHING_GIVEN
    try:
        stated = json.loads(text)
    except (ValueError, RecursionError):
        return NOTHING_GIVEN
    if not isinstance(stated, dict):
        return NOTHING_GIVEN
    understood: dict[str, Any] = {}
    for name, value in stated.items():
        if name in _LISTS and isinstance(value, list):
            understood[name] = tuple(item for item in value if isinstance(item, str))
        elif name in _NAMES and name not in _LISTS and isinstance(value, str):
            understood[name] = value
    return Given(**understood)
