"""Machine-readable reservations of rights: what a site says machines may not do with a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from tasks.robots_rules import rules_of_each

_ROBOTS_NAMES = frozenset({"robots", "x-robots-tag", "googlebot", "bingbot"})
NAMES_OF_RESERVATIONS = _ROBOTS_NAMES | {"tdm-reservation"}
"""Names of the meta elements and headers that are read, in lower case."""
_ROBOTS_SIGNALS = frozenset({"noai", "noimageai", "noml"})
SITE_SIGNALS = frozenset({"ai.txt", "robots", "tdm-reservation"})  # of a site's own files
_BETWEEN_SIGNALS = re.compile(r"[\s,:;]+")

# Agents that gather text for training or for answers of language models. Origin: the operators'
# own pages on their crawlers; all are in the ai.robots.txt list.
AI_AGENTS = frozenset(
    {
        "ai2bot",
        "amazonbot",
        "anthropic-ai",
        "applebot-extended",
        "bytespider",
        "ccbot",
        "chatgpt-user",
        "claude-searchbot",
        "claude-user",
        "claude-web",
        "claudebot",
        "cohere-ai",
        "cohere-training-data-crawler",
        "deepseekbot",
        "diffbot",
        "facebookbot",
        "google-cloudvertexbot",
        "google-extended",
        "gptbot",
        "meta-externalagent",
        "meta-externalfetcher",
        "mistralai-user",
        "oai-searchbot",
        "omgili",
        "omgilibot",
        "pangubot",
        "perplexity-user",
        "perplexitybot",
        "timpibot",
        "webzio-extended",
        "youbot",
    }
)
_MAX_TDM_RULES = 1_000


def rights_reserved(named: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Machine-readable reservations against text and data mining, sorted.

    Read: robots meta elements and `X-Robots-Tag` headers (`noai`, `noimageai`, `noml`), and
    TDMRep's `tdm-reservation` as meta element or header (W3C TDM Reservation Protocol).

    Args:
        named: Name and value of meta elements or of a response's headers.
    """
    signals = set[str]()
    for name, value in named:
        folded = name.strip().lower()
        if folded in _ROBOTS_NAMES:
            signals |= _ROBOTS_SIGNALS.intersection(_BETWEEN_SIGNALS.split(value.lower()))
        elif folded == "tdm-reservation" and value.strip() == "1":
            signals.add("tdm-reservation")
    return tuple(sorted(signals))


class SiteReservations:
    """What the files at a site's root reserve, read once, asked for each page."""

    def __init__(self, *, robots: str = "", ai_txt: str = "", tdmrep: str = "") -> None:
        """Read them.

        Args:
            robots: Text of robots.txt.
            ai_txt: Text of Spawning's ai.txt: robots.txt's grammar, with media types as patterns.
            tdmrep: Text of .well-known/tdmrep.json (W3C TDM Reservation Protocol).
        """
        self._robots = rules_of_each(robots, AI_AGENTS)
        self._ai_txt = rules_of_each(ai_txt, AI_AGENTS | {"*"})
        self._tdm_rules = _read_tdmrep(tdmrep)

    def on(self, url: str) -> tuple[str, ...]:
        """Signals that hold for a page which we may fetch ourselves, sorted.

        `robots`: robots.txt names an agent of `AI_AGENTS` and denies it the page. `ai.txt`: it
        denies anybody the page. `tdm-reservation`: the first location that fits reserves it.
        """
        parts = urlsplit(url)
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        signals = []
        if any(not rules.allow(typed) for rules in self._ai_txt for typed in _typed(path)):
            signals.append("ai.txt")
        if any(not rules.allow(path) for rules in self._robots):
            signals.append("robots")
        fitting = (rule.is_reserved for rule in self._tdm_rules if _fits(rule.location, path))
        if next(fitting, False):  # the first in sequence is the one that counts
            signals.append("tdm-reservation")
        return tuple(signals)


class _TdmRule(NamedTuple):
    location: str
    is_reserved: bool


def _typed(path: str) -> tuple[str, ...]:
    """A path, and with its type where the name has none: ai.txt says `*.html` for pages."""
    name = path.partition("?")[0].rpartition("/")[2]
    return (path,) if "." in name else (path, f"{path}.html")


def _read_tdmrep(text: str) -> tuple[_TdmRule, ...]:
    try:
        stated = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return ()
    rules = stated if isinstance(stated, list) else [stated]
    return tuple(
        _TdmRule(rule["location"], rule.get("tdm-reservation") in (1, "1"))
        for rule in rules[:_MAX_TDM_RULES]
        if isinstance(rule, dict) and isinstance(rule.get("location"), str)
    )


def _fits(location: str, path: str) -> bool:
    """Match a location of TDMRep: a path's beginning, with `*` and a final `$` as in robots.txt."""
    is_whole = location.endswith("$")
    first, *others = unquote(location.removesuffix("$")).split("*")
    path = unquote(path)
    if not path.startswith(first):
        return False
    if not others:
        return not is_whole or path == first
    at = len(first)
    for part in others[:-1]:
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    if is_whole:
        return path.endswith(others[-1]) and len(path) - len(others[-1]) >= at
    return path.find(others[-1], at) >= 0
