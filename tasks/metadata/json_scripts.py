"""JSON scripts: the values in a page's `application/ld+json`, mended and searched where broken.

They are written by hand into templates, so they are often not quite JSON, and by anybody, so they
may be huge: all work is linear and capped.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

# All scripts of a page: the largest on 268 pages of real publishers is under 60,000 characters.
# A million costs about 10 ms. A script beyond is not parsed, but searched for what matters most.
MAX_SCRIPT_CHARS = 1_000_000
_MAX_SEARCHED_CHARS = 20_000_000
_BEFORE_TYPE_CHARS = 2_000  # an object mostly begins with its type

_WRAPPING = re.compile(r"<!\[CDATA\[|\]\]>|<!--|-->")
# Strings are matched first, and kept, so that nothing inside one is taken for a comment. What is
# never closed runs to the end: tried again from each quote, it would cost the square of its length.
_NOT_JSON = re.compile(
    r'("(?:[^"\\]|\\.)*(?:"|\\?\Z))'
    r"|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)|,(?=\s*[}\]])",
    re.DOTALL,
)
_ARTICLE_NAMED = re.compile(r'"@type"\s*:\s*(?:\[\s*)?"[A-Za-z]{0,40}(?:Article|Posting)"')
_SALVAGED = re.compile(
    r'"(headline|datePublished|dateModified|author|publisher)"\s*:\s*'
    # A person or a house is an object with its name near its start.
    r'(?:(?:\[\s*)?\{[^{}\[\]]{0,300}?"name"\s*:\s*)?'
    r'"((?:[^"\\\n]|\\.){1,1000})"\s*[,}\n]'
)


@dataclass(frozen=True, slots=True)
class Scripts:
    """JSON values in order; `broken`: a script was no JSON; `too_large`: one was not parsed."""

    values: tuple[object, ...]
    broken: bool
    too_large: bool


def read_scripts(scripts: Iterable[str]) -> Scripts:
    """Read all values of all scripts. Never raises for what is in them.

    Of a script that cannot be parsed, headline, dates, author and publisher are saved, as an
    object like those that parsing gives, if it names an article.
    """
    values: list[object] = []
    broken = too_large = False
    room = MAX_SCRIPT_CHARS
    for script in scripts:
        if len(script) > room:
            too_large = True
            values.extend(_salvage(script[:_MAX_SEARCHED_CHARS]))
            continue
        room -= len(script)
        parsed = _parse(script)
        broken = broken or parsed is None
        values.extend(_salvage(script) if parsed is None else parsed)
    return Scripts(tuple(values), broken, too_large)


def _parse(script: str) -> list[object] | None:
    """All JSON values of a script one after another; None if it cannot be mended simply."""
    text = script.strip()
    for attempt in (_as_is, _unwrapped, _unescaped):
        try:
            return _decode_all(attempt(text))
        except (ValueError, RecursionError):
            continue
    return None


def _as_is(text: str) -> str:
    return text


def _unwrapped(text: str) -> str:
    return _NOT_JSON.sub(lambda match: match[1] or "", _WRAPPING.sub("", text))


def _unescaped(text: str) -> str:
    return _unwrapped(html.unescape(text)) if "&quot;" in text or "&#34;" in text else ""


_DECODER = json.JSONDecoder(strict=False)  # raw newlines and controls in strings are common


def _decode_all(text: str) -> list[object]:
    values: list[object] = []
    at = 0
    while at < len(text):
        if text[at] in " \t\r\n;,":
            at += 1
            continue
        value, at = _DECODER.raw_decode(text, at)
        values.append(value)
    if not values:
        message = "no JSON value"
        raise ValueError(message)
    return values


def _salvage(script: str) -> list[object]:
    named = _ARTICLE_NAMED.search(script)
    if named is None:
        return []
    if len(script) > MAX_SCRIPT_CHARS:
        start = max(0, named.start() - _BEFORE_TYPE_CHARS)
        script = script[start : start + MAX_SCRIPT_CHARS]
    found: dict[str, str] = {}
    for match in _SALVAGED.finditer(script):
        try:
            found.setdefault(match[1], str(json.loads(f'"{match[2]}"', strict=False)))
        except ValueError:
            continue
    return [{"@type": "Article", **found}] if found else []
